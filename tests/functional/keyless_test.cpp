// Signatures with a certificate, on the command line: a real bundle of sigstore's public instance, and its root.
#include <sstream>

#include "core/json/reader.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/source_path.h"

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Value line_named(const std::string& file, const std::string& name) {
  std::istringstream text(read_file(source_path("tests/support/sigstore/" + file)));
  for (std::string line; std::getline(text, line);) {
    Value value = json::parse(line, file);
    if (value.find("name")->as_string() == name) return value;
  }
  throw std::runtime_error("no line named " + name);
}

class Keyless : public Workspace {
 protected:
  void SetUp() override {
    write_file(path("root.json"), line_named("roots.jsonl", "production").find("root")->as_string(), Overwrite::Yes);
    place("happy-path-v0.3-new-mediaType");
  }
  void place(const std::string& name) const {
    const Value test = line_named("cases.jsonl", name);
    write_file(path("file"), test.find("artifact")->as_string(), Overwrite::Yes);
    write_file(path("file.sigstore.json"), test.find("bundle")->as_string(), Overwrite::Yes);
  }
  const Words who_{"--certificate-identity",
                   "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
                   "extremely-dangerous-oidc-beacon.yml@refs/heads/main",
                   "--certificate-oidc-issuer", "https://token.actions.githubusercontent.com"};
  const Words root_{"--trusted-root", "root.json"};
};

TEST_F(Keyless, AFileIsTrustedByRootAndIdentityAndEveryCheckIsListed) {
  const Value report = waybill_json(joined(joined({"verify", "file", "--offline"}, root_), who_));
  EXPECT_EQ(at(report, "trusted"), Value(true));
  Words names;
  for (const Value& check : at(report, "checks").items()) {
    EXPECT_EQ(*check.find("passed"), Value(true));
    EXPECT_EQ(check.find("subject")->as_string(), "file");
    names.push_back(check.find("name")->as_string());
  }
  EXPECT_EQ(names, (Words{"signature", "transparency-log", "signing-time", "certificate", "certificate-log", "identity",
                          "log-content", "signature"}));
  EXPECT_THAT(at(report, "signers").items().at(0).find("keyId")->as_string(),
              AllOf(HasSubstr("sigstore-conformance"), HasSubstr("token.actions.githubusercontent.com")));
  EXPECT_THAT(waybill(joined(joined({"verify", "file"}, root_),
                             {"--certificate-identity-regexp", "https://github\\.com/sigstore-conformance/.*",
                              "--certificate-oidc-issuer-regexp", "https://.*\\.githubusercontent\\.com"})),
              Exited(0));
}

TEST_F(Keyless, AnotherIdentityFileOrBundleIsNotTrusted) {
  const ProcessResult other = waybill(joined(
      joined({"verify", "file"}, root_), {"--certificate-identity-regexp", "https://github\\.com/", who_[2], who_[3]}));
  EXPECT_THAT(other, Exited(4));
  EXPECT_THAT(other.out, HasSubstr("FAILED signature: file: identity: the certificate is for 'https://github.com/"));
  place("rekor2-happy-path");
  const ProcessResult foreign = waybill(joined(joined({"verify", "file"}, root_), who_));
  EXPECT_THAT(foreign, Exited(4));
  EXPECT_THAT(foreign.out, HasSubstr("FAILED signature: file: timestamp: the time stamp is not one of this signature"));
  place("happy-path-v0.3-new-mediaType");
  write_file(path("file"), "changed", Overwrite::Yes);
  EXPECT_THAT(waybill(joined(joined({"verify", "file"}, root_), who_)).out,
              HasSubstr("FAILED signature: file: log-content: the log entry is about other content"));
}

TEST_F(Keyless, WithoutARootOrAnIdentityItSaysThatItCannot) {
  const ProcessResult rootless = waybill(joined({"verify", "file"}, who_));
  EXPECT_THAT(rootless, Exited(2));
  EXPECT_THAT(rootless.err, HasSubstr("a signature with a certificate cannot be verified without a trusted root"));
  EXPECT_THAT(waybill(joined({"verify", "file"}, root_)).err, HasSubstr("--certificate-identity is missing"));
  EXPECT_THAT(waybill(joined(joined({"verify", "file"}, root_), {who_[0], who_[1]})).err,
              HasSubstr("--certificate-oidc-issuer is missing"));
  EXPECT_THAT(
      waybill(joined(joined(joined({"verify", "file"}, root_), who_), {"--certificate-identity-regexp", "."})).err,
      HasSubstr("exclude each other"));
  make_key();
  EXPECT_THAT(waybill(joined(joined(joined({"verify", "file"}, root_), who_), {"--key", "k.pub"})), Exited(2));
  // A key is no reason to believe a certificate.
  const ProcessResult keyed = waybill({"verify", "file", "--key", "k.pub"});
  EXPECT_THAT(keyed, Exited(4));
  EXPECT_THAT(keyed.out, HasSubstr("signed with a certificate, which needs a trusted root and an identity"));
  write_file(path("bad.json"), "{}", Overwrite::Yes);
  const ProcessResult bad = waybill(joined({"verify", "file", "--trusted-root", "bad.json"}, who_));
  EXPECT_THAT(bad, Exited(2));
  EXPECT_THAT(bad.err, HasSubstr("the trusted root has no 'mediaType'"));
}

TEST_F(Keyless, NoVerdictDependsOnTheClock) {
  WAYBILL_REQUIRE("program", "faketime", !find_program("faketime").empty());
  make_key();
  write_file(path("keyed"), "content", Overwrite::Yes);
  ASSERT_THAT(waybill({"sign", "keyed", "--key", "k.key"}), Exited(0));
  for (const std::string name : {"happy-path-v0.3-new-mediaType", "rekor2-timestamp-with-expired-cert-chain",
                                 "intoto-set-outside-signing-cert-validity_fail"}) {
    place(name);
    write_file(
        path("root.json"),
        line_named("roots.jsonl", line_named("cases.jsonl", name).find("root")->as_string()).find("root")->as_string(),
        Overwrite::Yes);
    for (const Words& words : {joined(joined({program(), "verify", "file"}, root_), who_),
                               Words{program(), "verify", "keyed", "--key", "k.pub"}}) {
      const ProcessResult now = execute(words);
      for (const std::string date : {"1970-01-02 00:00:00", "2099-12-31 00:00:00"}) {
        const ProcessResult then = execute(joined({"faketime", date}, words));
        EXPECT_EQ(then.exit_status, now.exit_status) << name << " in " << date;
        EXPECT_EQ(then.out, now.out) << name << " in " << date;
      }
    }
  }
}

}  // namespace
}  // namespace waybill::testing
