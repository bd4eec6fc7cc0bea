// 'sign', 'attest' and 'attach' before cosign, oras and crane; and what cosign signed, before our 'verify-attestation'.
#include <gmock/gmock.h>

#include "core/bytes.h"
#include "core/json/reader.h"
#include "tests/interop/publish_suite.h"

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kTagForm = "--new-bundle-format=false";
constexpr const char* kBundleForm = "--new-bundle-format=true";

// cosign's short name or a URI, and a predicate that cosign takes for it.
struct Statement {
  std::string type;
  std::string uri;
  std::string predicate;
};
const std::vector<Statement>& statements() {
  static const std::vector<Statement> kStatements{
      {"spdxjson", "https://spdx.dev/Document", R"({"spdxVersion":"SPDX-2.3","name":"x"})"},
      {"cyclonedx", "https://cyclonedx.org/bom", R"({"bomFormat":"CycloneDX","specVersion":"1.6"})"},
      {"slsaprovenance1", "https://slsa.dev/provenance/v1",
       R"({"buildDefinition":{"buildType":"https://example.com/b","externalParameters":{}},)"
       R"("runDetails":{"builder":{"id":"https://example.com/builder"}}})"},
      {"vuln", "https://cosign.sigstore.dev/attestation/vuln/v1",
       R"({"invocation":{},"scanner":{"uri":"https://example.com/s"},"metadata":{}})"},
      {"openvex", "https://openvex.dev/ns", R"({"@context":"https://openvex.dev/ns/v0.2.0","statements":[]})"},
      {"custom", "https://cosign.sigstore.dev/attestation/v1", "any text"},
      {"https://example.com/checked/v1", "https://example.com/checked/v1", R"({"checked":true})"}};
  return kStatements;
}

class Attest : public PublishedSuite {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("cosign");
    WAYBILL_REQUIRE_PEER("oras");
    PublishedSuite::SetUp();
  }
  // Every test has an artifact of its own.
  void make(const std::string& name) {
    artifact_ = another(name) + ":v1";
    write("file.txt", name);
    place().must({"oras", "push", "--plain-http", artifact_, "file.txt:text/plain"});
    place().must({"cosign", "signing-config", "create", "--out", place().path("offline.json")});
  }
  std::string write(const std::string& name, const std::string& text) const {
    write_file(place().path(name), text, Overwrite::Yes);
    return place().path(name);
  }
  [[nodiscard]] std::string target() const { return "oci://" + artifact_; }
  void attest(const Statement& statement, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> command{WAYBILL_PROGRAM,
                                     "attest",
                                     target(),
                                     "--key",
                                     place().signing_key(),
                                     "--type",
                                     statement.type,
                                     "--predicate",
                                     write("predicate", statement.predicate)};
    command.insert(command.end(), more.begin(), more.end());
    place().must(std::move(command));
  }
  [[nodiscard]] ProcessResult cosign_accepts(const std::string& type, const char* form) const {
    return place().cosign("verify-attestation", place().signer(), {"--type", type, form, artifact_});
  }
  void cosign(const std::string& command, const std::vector<std::string>& how, const char* form) const {
    std::vector<std::string> whole{"cosign", command, "--yes", "--key", place().signing_key(), "--allow-http-registry"};
    whole.insert(whole.end(), how.begin(), how.end());
    if (form == kTagForm) {
      whole.insert(whole.end(), {"--tlog-upload=false", "--use-signing-config=false", kTagForm});
    } else {
      whole.insert(whole.end(), {"--signing-config", place().path("offline.json")});
    }
    whole.push_back(artifact_);
    place().must(std::move(whole));
  }
  [[nodiscard]] ProcessResult we_accept(const std::string& type, const std::string& key) const {
    return place().waybill({"verify-attestation", target(), "--key", key, "--type", type, "--format", "json"});
  }

  std::string artifact_;
};

TEST_P(Attest, CosignAcceptsEveryTypeInBothForms) {
  make("types");
  for (const Statement& statement : statements()) {
    attest(statement);
    for (const char* form : {kBundleForm, kTagForm}) {
      const ProcessResult result = cosign_accepts(statement.type, form);
      ASSERT_EQ(result.exit_status, 0) << statement.type << form << result.err;
      const std::string payload = json::parse(result.out, "the envelope").text_or("payload", {});
      EXPECT_THAT(from_base64(payload).value_or(""), HasSubstr("\"" + statement.uri + "\""));
    }
    EXPECT_NE(
        place().cosign("verify-attestation", place().stranger(), {"--type", statement.type, artifact_}).exit_status, 0)
        << statement.type;
  }
}

TEST_P(Attest, WeAcceptEveryTypeOfCosignInBothForms) {
  for (const char* form : {kBundleForm, kTagForm}) {
    make(std::string("theirs-") + (form == kTagForm ? "tag" : "bundle"));
    for (const Statement& statement : statements()) {
      cosign("attest", {"--type", statement.type, "--predicate", write("predicate", statement.predicate)}, form);
      const ProcessResult result = we_accept(statement.type, place().signer());
      EXPECT_EQ(result.exit_status, 0) << form << statement.type << result.out << result.err;
      EXPECT_THAT(result.out, HasSubstr(form == kTagForm ? "\"dsse\"" : "\"bundle\""));
      EXPECT_EQ(we_accept(statement.type, place().stranger()).exit_status, 4) << form << statement.type;
    }
    EXPECT_EQ(we_accept("https://example.com/other/v1", place().signer()).exit_status, 4);
  }
}

TEST_P(Attest, TheSameAgainChangesNothingAndReplaceKeepsOthers) {
  make("replace");
  const Statement first{"spdxjson", "", R"({"spdxVersion":"SPDX-2.3","name":"first"})"};
  const Statement second{"spdxjson", "", R"({"spdxVersion":"SPDX-2.3","name":"second"})"};
  attest(statements()[1]);
  attest(first);
  attest(first);
  const auto count = [&] {
    const Value answer = json::parse(we_accept("spdxjson", place().signer()).out, "our answer");
    return answer.find("attestations")->items().size();
  };
  EXPECT_EQ(count(), 2U) << "one in each form";
  attest(second);
  EXPECT_EQ(count(), 4U);
  attest(second, {"--replace"});
  EXPECT_EQ(count(), 2U);
  EXPECT_THAT(we_accept("spdxjson", place().signer()).out, Not(HasSubstr("first")));
  for (const char* form : {kBundleForm, kTagForm}) {
    EXPECT_EQ(cosign_accepts("spdxjson", form).exit_status, 0) << form;
    EXPECT_EQ(cosign_accepts("cyclonedx", form).exit_status, 0) << form;
  }
}

TEST_P(Attest, AnnotationsAreSignedInBothFormsAndBothDirections) {
  make("annotations");
  place().must({WAYBILL_PROGRAM, "sign", target(), "--key", place().signing_key(), "--annotation", "stage=production",
                "--annotation", "build=<42>"});
  for (const char* form : {kBundleForm, kTagForm}) {
    EXPECT_EQ(place()
                  .cosign("verify", place().signer(), {form, "-a", "stage=production", "-a", "build=<42>", artifact_})
                  .exit_status,
              0)
        << form;
    EXPECT_NE(place().cosign("verify", place().signer(), {form, "-a", "stage=test", artifact_}).exit_status, 0) << form;
  }
  const auto ours = [&](const std::string& annotation) {
    return place().waybill({"verify", target(), "--key", place().signer(), "--annotation", annotation}).exit_status;
  };
  EXPECT_EQ(ours("stage=production"), 0);
  EXPECT_EQ(ours("stage=test"), 4);
  EXPECT_EQ(ours("other=production"), 4);
  for (const char* form : {kBundleForm, kTagForm}) {
    make(std::string("annotated-") + (form == kTagForm ? "tag" : "bundle"));
    cosign("sign", {"-a", "stage=production"}, form);
    EXPECT_EQ(ours("stage=production"), 0) << form;
    EXPECT_EQ(ours("stage=test"), 4) << form;
  }
}

TEST_P(Attest, SeveralKeysSignAndEachIsAcceptedAlone) {
  make("keys");
  place().must({WAYBILL_PROGRAM, "sign", target(), "--key", place().signing_key(), "--key", place().strangers_key()});
  for (const std::string& key : {place().signer(), place().stranger()}) {
    for (const char* form : {kBundleForm, kTagForm})
      EXPECT_EQ(place().cosign("verify", key, {form, artifact_}).exit_status, 0) << key << form;
  }
  const std::vector<std::string> both{"verify", target(),           "--key",       place().signer(),
                                      "--key",  place().stranger(), "--threshold", "2"};
  EXPECT_EQ(place().waybill(both).exit_status, 0);
  make("one-key");
  place().must({WAYBILL_PROGRAM, "sign", target(), "--key", place().signing_key()});
  std::vector<std::string> again = both;
  again[1] = target();
  EXPECT_EQ(place().waybill(again).exit_status, 4) << "one key in two forms is one key";
}

TEST_P(Attest, EverythingVerifiesAfterCopies) {
  make("copied");
  place().must({WAYBILL_PROGRAM, "sign", target(), "--key", place().signing_key()});
  for (const Statement& statement : {statements()[0], statements()[3]}) attest(statement);
  place().must({WAYBILL_PROGRAM, "attach", target(), "--file", write("x.spdx.json", statements()[0].predicate),
                "--type", "spdxjson"});
  // From a registry without the referrers API to one with it, and the reverse.
  const RegistryServer mirror(GetParam() == RegistryKind::FallbackTag ? RegistryKind::ReferrersApi
                                                                      : RegistryKind::FallbackTag);
  const std::string copied = mirror.host() + "/mirror/copied:v1";
  for (const std::string& step :
       {std::string("oci-layout:carry:v1"), std::string("oci-archive:carry.tar:v1"), "oci://" + copied}) {
    place().must({WAYBILL_PROGRAM, "copy", target(), step});
    EXPECT_EQ(place().waybill({"verify", step, "--key", place().signer()}).exit_status, 0) << step;
    for (const char* type : {"spdxjson", "vuln"}) {
      EXPECT_EQ(place().waybill({"verify-attestation", step, "--key", place().signer(), "--type", type}).exit_status, 0)
          << step << type;
    }
  }
  artifact_ = copied;
  for (const char* form : {kBundleForm, kTagForm}) {
    EXPECT_EQ(place().cosign("verify", place().signer(), {form, copied}).exit_status, 0) << form;
    EXPECT_EQ(cosign_accepts("spdxjson", form).exit_status, 0) << form;
    EXPECT_EQ(cosign_accepts("vuln", form).exit_status, 0) << form;
  }
}

TEST_P(Attest, OrasAndCraneSeeWhatWasAttached) {
  WAYBILL_REQUIRE_PEER("crane");
  make("attached");
  const std::string document = R"({"bomFormat":"CycloneDX","specVersion":"1.6"})";
  const Value made =
      place().ask({"attach", target(), "--file", write("app.cdx.json", document), "--type", "cyclonedx"});
  attest(statements()[0]);
  const std::string discovered = place().must({"oras", "discover", "--plain-http", "--format", "json", artifact_});
  EXPECT_THAT(discovered, AllOf(HasSubstr("application/vnd.cyclonedx+json"),
                                HasSubstr("application/vnd.dev.sigstore.bundle.v0.3+json")));
  const std::string by_digest = artifact_.substr(0, artifact_.rfind(':')) + "@" + made.text_or("referrer", {});
  EXPECT_EQ(made.text_or("mediaType", {}), "application/vnd.cyclonedx+json");
  EXPECT_THAT(place().must({"crane", "manifest", "--insecure", by_digest}), HasSubstr("\"app.cdx.json\""));
  place().must({"oras", "pull", "--plain-http", "--output", place().path("pulled"), by_digest});
  EXPECT_EQ(read_file(place().path("pulled/app.cdx.json")), document);
  const std::string tags = place().must({"crane", "ls", "--insecure", artifact_.substr(0, artifact_.rfind(':'))});
  EXPECT_THAT(tags, HasSubstr(".att"));
}

TEST_P(Attest, ABundleIsJudgedByAPolicyThatNamesItsRepository) {
  const std::string policy = write("policy.yaml", R"(apiVersion: waybill.dev/v1
kind: Policy
keys:
  signer: {file: signer.pub}
rules:
  - repositories: ["*/gpu/*"]
    subject: "127.0.0.1:*/gpu/bundle"
    signatures: {keys: [signer]}
    attestations: [{type: spdxjson}, {type: cyclonedx}, {type: slsaprovenance1}]
)");
  const auto verify = [&](const std::string& where, const std::vector<std::string>& more = {}) {
    std::vector<std::string> command{"verify", where, "--policy", policy};
    command.insert(command.end(), more.begin(), more.end());
    return place().waybill(command);
  };
  EXPECT_EQ(verify("oci://" + reference()).exit_status, 0) << verify("oci://" + reference()).out;
  place().must({WAYBILL_PROGRAM, "copy", "oci://" + reference(), "oci://" + another("place") + ":v1"});
  const ProcessResult elsewhere = verify("oci://" + another("place") + ":v1");
  EXPECT_EQ(elsewhere.exit_status, 4);
  EXPECT_THAT(elsewhere.out, HasSubstr("no rule of the policy is about " + another("place")));
  EXPECT_EQ(verify("oci://" + another("place") + ":v1", {"--as", bundle().repository()}).exit_status, 0);
}

// An index and what it names, signed and attested by cosign.
TEST_P(Attest, WeAcceptAnIndexAndItsChildrenThatCosignSigned) {
  WAYBILL_REQUIRE_PEER("crane");
  for (const char* form : {kBundleForm, kTagForm}) {
    make(std::string("index-") + (form == kTagForm ? "tag" : "bundle"));
    const std::string repository = artifact_.substr(0, artifact_.rfind(':'));
    place().make_index(repository, "v2");
    artifact_ = repository + ":v2";
    cosign("sign", {"--recursive"}, form);
    cosign("attest", {"--type", "spdxjson", "--predicate", write("predicate", statements()[0].predicate)}, form);
    for (const char* tag : {":v2", ":amd64", ":arm64"}) {
      artifact_ = repository + tag;
      EXPECT_EQ(place().waybill({"verify", target(), "--key", place().signer()}).exit_status, 0) << form << tag;
      EXPECT_EQ(place().waybill({"verify", target(), "--key", place().stranger()}).exit_status, 4) << form << tag;
    }
    artifact_ = repository + ":v2";
    EXPECT_EQ(we_accept("spdxjson", place().signer()).exit_status, 0) << form;
  }
}

WAYBILL_WITH_BOTH_REGISTRIES(Attest);

// Files, without a registry.
class AttestFile : public ::testing::Test {
 protected:
  void SetUp() override { WAYBILL_REQUIRE_PEER("cosign"); }
  std::string write(const std::string& name, const std::string& text) const {
    write_file(place_.path(name), text, Overwrite::Yes);
    return place_.path(name);
  }
  Workplace place_{WAYBILL_PROGRAM};
};

TEST_F(AttestFile, CosignAcceptsOurSignatureAndAttestations) {
  const std::string file = write("release.tar", "content");
  place_.must({WAYBILL_PROGRAM, "sign", file, "--key", place_.signing_key()});
  EXPECT_EQ(place_.cosign("verify-blob", place_.signer(), {"--bundle", file + ".sigstore.json", file}).exit_status, 0);
  for (const Statement& statement : statements()) {
    const Value made = place_.ask({"attest", file, "--key", place_.signing_key(), "--type", statement.type,
                                   "--predicate", write("predicate", statement.predicate)});
    const std::string bundle = made.find("files")->items().at(0).as_string();
    const std::vector<std::string> judged{"--type", statement.type, "--bundle", bundle, file};
    const ProcessResult result = place_.cosign("verify-blob-attestation", place_.signer(), judged);
    EXPECT_EQ(result.exit_status, 0) << statement.type << result.err;
    EXPECT_NE(place_.cosign("verify-blob-attestation", place_.stranger(), judged).exit_status, 0) << statement.type;
    EXPECT_EQ(
        place_.waybill({"verify-attestation", file, "--key", place_.signer(), "--type", statement.type}).exit_status,
        0);
  }
  write("release.tar", "Content");
  EXPECT_EQ(place_.waybill({"verify-attestation", file, "--key", place_.signer(), "--type", "vuln"}).exit_status, 4);
}

TEST_F(AttestFile, WeAcceptCosignsSignatureAndAttestation) {
  const std::string file = write("release.tar", "content");
  place_.must({"cosign", "signing-config", "create", "--out", place_.path("offline.json")});
  place_.must({"cosign", "sign-blob", "--yes", "--key", place_.signing_key(), "--signing-config",
               place_.path("offline.json"), "--bundle", file + ".sigstore.json", file});
  EXPECT_EQ(place_.waybill({"verify", file, "--key", place_.signer()}).exit_status, 0);
  place_.must({"cosign", "attest-blob", "--yes", "--key", place_.signing_key(), "--signing-config",
               place_.path("offline.json"), "--type", "spdxjson", "--predicate",
               write("predicate", statements()[0].predicate), "--bundle", file + ".spdxjson.sigstore.json", file});
  const auto verify = [&](const std::string& key) {
    return place_.waybill({"verify-attestation", file, "--key", key, "--type", "spdxjson", "--output", "-"});
  };
  EXPECT_THAT(verify(place_.signer()).out, HasSubstr("SPDX-2.3"));
  EXPECT_EQ(verify(place_.stranger()).exit_status, 4);
}

TEST_F(AttestFile, NodesVerifierAcceptsOurAttestation) {
  WAYBILL_REQUIRE_PEER("sigstore-verify");
  const std::string file = write("release.tar", "content");
  place_.must({WAYBILL_PROGRAM, "attest", file, "--key", place_.signing_key(), "--type", "spdxjson", "--predicate",
               write("predicate", statements()[0].predicate)});
  const std::string bundle = file + ".spdxjson.sigstore.json";
  EXPECT_EQ(place_.run({"sigstore-verify", bundle, place_.signer()}).exit_status, 0);
  EXPECT_NE(place_.run({"sigstore-verify", bundle, place_.stranger()}).exit_status, 0);
}

}  // namespace
}  // namespace waybill::testing
