// Signatures with a certificate, of an instance of the tests' own, before cosign and before us: of the same artifact in
// a registry of either kind, of its copy and of a file. Both must say the same.
#include <gmock/gmock.h>

#include "core/bytes.h"
#include "tests/interop/publish_suite.h"
#include "tests/support/keyless_authority.h"

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kBundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
constexpr const char* kPredicate = "https://example.com/scan";

class PublishKeyless : public PublishedSuite {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("cosign");
    WAYBILL_REQUIRE_PEER("oras");
    PublishedSuite::SetUp();
    if (IsSkipped()) return;
    // An artifact of each test's own, and a mirror of it, in repositories of their own.
    name_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    for (char& c : name_) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '/' ? '-' : c;
    write("root.json", authority_.trusted_root());
    copy("oci://" + reference(), "oci://" + artifact(), "--no-referrers");
  }
  void write(const std::string& name, const std::string& text) const {
    write_file(place().path(name), text, Overwrite::Yes);
  }
  void copy(const std::string& from, const std::string& to, const std::string& flag = "-q") const {
    const ProcessResult done = place().waybill({"copy", from, to, flag});
    ASSERT_EQ(done.exit_status, 0) << done.err;
  }
  [[nodiscard]] std::string artifact() const { return another(name_) + ":v1"; }
  [[nodiscard]] std::string mirror() const { return another(name_ + "/mirror") + ":v1"; }

  // As cosign 3 attaches a bundle; by oras, so that none of the judges wrote it.
  void attach(const std::string& bundle, const std::string& predicate_type) const {
    write("attached.json", bundle);
    place().must({"oras", "attach", "--plain-http", "--artifact-type", kBundleType, "--annotation",
                  "dev.sigstore.bundle.content=dsse-envelope", "--annotation",
                  "dev.sigstore.bundle.predicateType=" + predicate_type, artifact(),
                  std::string("attached.json:") + kBundleType});
  }
  void sign(const KeylessSigner& signer = {}) const {
    attach(authority_.sign_artifact(Digest::parse(digest()), signer), "https://sigstore.dev/cosign/sign/v1");
  }

  // The words by which both programs are told whom to trust.
  [[nodiscard]] static std::vector<std::string> trust(std::vector<std::string> command, const KeylessSigner& signer) {
    command.insert(command.end(), {"--trusted-root", "root.json", "--certificate-identity", signer.identity,
                                   "--certificate-oidc-issuer", signer.oidc_issuer});
    return command;
  }
  [[nodiscard]] ProcessResult cosign(const std::string& target, const KeylessSigner& signer = {}) const {
    return place().run(trust({"cosign", "verify", "--allow-http-registry", target}, signer));
  }
  [[nodiscard]] ProcessResult ours(const std::string& target, const KeylessSigner& signer = {}) const {
    return place().waybill(trust({"verify", "oci://" + target}, signer));
  }
  // What both say of the artifact as `signer` signed it, when the usual one is expected.
  void expect_refused(const KeylessSigner& signer, const std::string& reason) const {
    sign(signer);
    const ProcessResult refused = ours(artifact());
    EXPECT_EQ(refused.exit_status, 4) << reason;
    EXPECT_THAT(refused.out, HasSubstr(reason));
    EXPECT_NE(cosign(artifact()).exit_status, 0) << reason;
  }

  std::string name_;
  const KeylessAuthority authority_;
};

TEST_P(PublishKeyless, BothAcceptTheArtifactAndItsCopy) {
  sign();
  copy("oci://" + artifact(), "oci-archive:" + name_ + ".tar");
  copy("oci-archive:" + name_ + ".tar:v1", "oci://" + mirror());
  copy("oci-archive:" + name_ + ".tar:v1", "oci-layout:" + name_ + ":v1");
  const ProcessResult local = place().run(trust({"cosign", "verify", "--local-image", name_}, {}));
  EXPECT_EQ(local.exit_status, 0) << local.err;
  for (const std::string& target : {artifact(), mirror()}) {
    const ProcessResult theirs = cosign(target);
    EXPECT_EQ(theirs.exit_status, 0) << target << "\n" << theirs.err;
    EXPECT_THAT(theirs.out, HasSubstr(digest()));
    const ProcessResult result = ours(target);
    EXPECT_EQ(result.exit_status, 0) << target << "\n" << result.out << result.err;
  }
}

TEST_P(PublishKeyless, BothRefuseAnotherIdentity) {
  expect_refused({.identity = "https://ci.example.com/fork.yaml@refs/heads/main"}, "identity: the certificate is for");
}
TEST_P(PublishKeyless, BothRefuseAnotherIssuer) {
  expect_refused({.oidc_issuer = "https://other.example.com"}, "identity: the issuer of the certificate's identity is");
}
TEST_P(PublishKeyless, BothRefuseACertificateWithoutAPromise) {
  expect_refused({.promise = KeylessSigner::Promise::None}, "certificate-log: the certificate carries no promise");
}
TEST_P(PublishKeyless, BothRefuseAPromiseOfAForeignLog) {
  expect_refused({.promise = KeylessSigner::Promise::Foreign}, "certificate-log: the trusted root knows none of");
}
TEST_P(PublishKeyless, BothRefuseACertificateThatHadExpired) {
  expect_refused({.logged = KeylessSigner().certified + 601}, "certificate has expired");
}
TEST_P(PublishKeyless, BothRefuseASignatureOfAnotherArtifact) {
  attach(authority_.sign_artifact(sha256("another")), "https://sigstore.dev/cosign/sign/v1");
  const ProcessResult refused = ours(artifact());
  EXPECT_EQ(refused.exit_status, 4);
  EXPECT_THAT(refused.out, HasSubstr("the signed statement is not about " + digest()));
  EXPECT_NE(cosign(artifact()).exit_status, 0);
}
TEST_P(PublishKeyless, BothRefuseWhatAnotherInstanceVouchesFor) {
  sign();
  write("root.json", KeylessAuthority().trusted_root());
  const ProcessResult refused = ours(artifact());
  EXPECT_EQ(refused.exit_status, 4);
  EXPECT_THAT(refused.out, HasSubstr("transparency-log: the trusted root knows no transparency log"));
  EXPECT_NE(cosign(artifact()).exit_status, 0);
}

TEST_P(PublishKeyless, BothAcceptAnAttestationByItsType) {
  attach(authority_.attest_artifact(Digest::parse(digest()), kPredicate, Value::map({{"findings", 0}})), kPredicate);
  for (const auto& [type, status] : {std::pair(kPredicate, 0), std::pair("https://example.com/other", 4)}) {
    const ProcessResult result =
        place().waybill(trust({"verify-attestation", "oci://" + artifact(), "--type", type}, {}));
    EXPECT_EQ(result.exit_status, status) << result.out << result.err;
    const ProcessResult theirs =
        place().run(trust({"cosign", "verify-attestation", "--allow-http-registry", "--type", type, artifact()}, {}));
    EXPECT_EQ(theirs.exit_status == 0, status == 0) << theirs.err;
  }
}

TEST_P(PublishKeyless, BothAcceptAFileAndNoOther) {
  write("file", "content\n");
  write("file.sigstore.json", authority_.sign_file("content\n"));
  const std::vector<std::string> theirs{"cosign", "verify-blob", "--bundle", "file.sigstore.json", "file"};
  const ProcessResult accepted = place().run(trust(theirs, {}));
  EXPECT_EQ(accepted.exit_status, 0) << accepted.err;
  EXPECT_EQ(place().waybill(trust({"verify", "file"}, {})).exit_status, 0);
  const KeylessSigner other{.identity = "somebody@example.com"};
  EXPECT_NE(place().run(trust(theirs, other)).exit_status, 0);
  EXPECT_EQ(place().waybill(trust({"verify", "file"}, other)).exit_status, 4);
  write("file", "changed\n");
  EXPECT_NE(place().run(trust(theirs, {})).exit_status, 0);
  EXPECT_EQ(place().waybill(trust({"verify", "file"}, {})).exit_status, 4);
}

// The list of a bundle folder's files is such a file.
TEST_P(PublishKeyless, BothAcceptTheSignatureOfABundleFolder) {
  const ProcessResult pulled =
      place().waybill({"pull", "oci://" + artifact(), "--output", name_, "--force", "--key", place().signer()});
  EXPECT_EQ(pulled.exit_status, 4) << "without referrers there is no signature with a key";
  copy("oci://" + artifact(), name_);
  std::filesystem::create_directories(place().path(name_ + "/attestation"));
  write(name_ + "/attestation/checksums.sigstore.json",
        authority_.sign_file(read_file(place().path(name_ + "/checksums.txt"))));
  const ProcessResult result = place().waybill(trust({"verify", name_}, {}));
  EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
  const ProcessResult theirs = place().run(trust(
      {"cosign", "verify-blob", "--bundle", name_ + "/attestation/checksums.sigstore.json", name_ + "/checksums.txt"},
      {}));
  EXPECT_EQ(theirs.exit_status, 0) << theirs.err;
}

WAYBILL_WITH_BOTH_REGISTRIES(PublishKeyless);

}  // namespace
}  // namespace waybill::testing
