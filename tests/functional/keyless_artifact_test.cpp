// Signatures with a certificate of artifacts and bundle folders of ours, made by an instance of the tests' own:
// attached as cosign attaches them, carried everywhere, and refused for one reason at a time.
#include "core/digest.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/keyless_authority.h"

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kLayout = "oci-layout:out:v1";
constexpr const char* kBundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
constexpr const char* kPredicate = "https://example.com/scan";
constexpr const char* kSignatureFile = "b/attestation/checksums.sigstore.json";

class KeylessArtifact : public Workspace {
 protected:
  void SetUp() override {
    write("root.json", authority_.trusted_root());
    ASSERT_THAT(waybill(joined({"bundle", "--output", "b"}, criteria())), Exited(0));
  }

  void write(const std::string& name, const std::string& text) const { write_file(path(name), text, Overwrite::Yes); }
  // The folder, packed into the layout and without any signature.
  Digest push() const { return Digest::parse(at(waybill_json({"push", "b", kLayout}), "digest").as_string()); }
  void attach(const std::string& bundle) const {
    write("signature.json", bundle);
    ASSERT_THAT(waybill({"attach", kLayout, "--file", "signature.json", "--type", kBundleType}), Exited(0));
  }
  [[nodiscard]] std::string checksums() const { return read_file(path("b/checksums.txt")); }
  void sign_folder(const KeylessSigner& signer = {}) const {
    std::filesystem::create_directories(path("b/attestation"));
    write(kSignatureFile, authority_.sign_file(checksums(), signer));
  }

  [[nodiscard]] Words trust(const std::string& identity = KeylessSigner().identity,
                            const std::string& issuer = KeylessSigner().oidc_issuer) const {
    return {"--trusted-root", "root.json", "--certificate-identity", identity, "--certificate-oidc-issuer", issuer};
  }
  [[nodiscard]] ProcessResult verify(const std::string& target) const {
    return waybill(joined({"verify", target}, trust()));
  }
  // The reason for which the layout's artifact, signed so, is not trusted.
  void expect_refused(const std::string& bundle, const std::string& reason) const {
    std::filesystem::remove_all(path("out"));
    push();
    attach(bundle);
    const ProcessResult refused = verify(kLayout);
    EXPECT_THAT(refused, Exited(4)) << reason;
    EXPECT_THAT(refused.out, AllOf(HasSubstr("FAILED signature (bundle): "), HasSubstr(reason)));
  }

  const KeylessAuthority authority_;
};

// The bundle with its first log entry changed.
template <typename Change>
std::string with_entry(const std::string& bundle, Change change) {
  Value document = json::parse(bundle, "the bundle");
  change(document.find("verificationMaterial")->find("tlogEntries")->items().front());
  return json::write(document, json::HtmlEscape::No);
}

TEST_F(KeylessArtifact, IsTrustedWhereverItIsCarried) {
  attach(authority_.sign_artifact(push()));
  ASSERT_THAT(waybill({"copy", kLayout, "oci-archive:carry.tar"}), Exited(0));
  ASSERT_THAT(waybill({"copy", "oci-archive:carry.tar", "oci-archive:carry.tar.zst"}), Exited(0));
  ASSERT_THAT(waybill(joined({"copy", "oci-archive:carry.tar.zst:v1", "oci-layout:mirror"}, trust())), Exited(0));
  ASSERT_THAT(waybill({"save", "oci-layout:mirror:v1", "--output", "stick", "--part-size", "4MiB"}), Exited(0));
  ASSERT_THAT(waybill(joined({"load", "stick", "oci-layout:site"}, trust())), Exited(0));
  for (const std::string target :
       {kLayout, "oci-archive:carry.tar", "oci-archive:carry.tar.zst", "oci-layout:mirror:v1", "oci-layout:site:v1"}) {
    EXPECT_THAT(verify(target), Exited(0)) << target;
    EXPECT_THAT(waybill(joined({"verify", target}, trust("somebody@example.com"))), Exited(4)) << target;
  }
  const Value report = waybill_json(joined({"verify", kLayout, "--offline"}, trust()));
  EXPECT_EQ(
      at(report, "signers").items().at(0),
      Value::map({{"keyId", KeylessSigner().identity + " (" + KeylessSigner().oidc_issuer + ")"}, {"form", "bundle"}}));
}

TEST_F(KeylessArtifact, IsPulledCopiedAndLoadedOnlyWhenTrusted) {
  attach(authority_.sign_artifact(push()));
  ASSERT_THAT(waybill({"save", kLayout, "--output", "stick"}), Exited(0));
  const Words others = trust(KeylessSigner().identity, "https://other.example.com");
  for (const Words& way : {Words{"pull", kLayout, "--output", "pulled"}, Words{"copy", kLayout, "oci-layout:copied"},
                           Words{"load", "stick", "oci-layout:loaded"}}) {
    const ProcessResult refused = waybill(joined(way, others));
    EXPECT_THAT(refused, Exited(4)) << way[0];
    EXPECT_THAT(refused.err, HasSubstr("the issuer of the certificate's identity is 'https://token.example.com'"));
    EXPECT_FALSE(std::filesystem::exists(path(way[0] + "ed"))) << way[0];
    EXPECT_THAT(waybill(joined(way, trust())), Exited(0)) << way[0];
  }
}

TEST_F(KeylessArtifact, AnEMailAddressIsAnIdentity) {
  attach(authority_.sign_artifact(push(), {.identity = "release@example.com"}));
  EXPECT_THAT(waybill(joined({"verify", kLayout}, trust("release@example.com"))), Exited(0));
  EXPECT_THAT(verify(kLayout).out, HasSubstr("the certificate is for 'release@example.com', expected"));
}

TEST_F(KeylessArtifact, IsRefusedForEachReason) {
  const Digest digest = push();
  expect_refused(authority_.sign_artifact(digest, {.identity = "https://ci.example.com/fork.yaml@refs/heads/main"}),
                 "identity: the certificate is for 'https://ci.example.com/fork.yaml@refs/heads/main', expected");
  expect_refused(authority_.sign_artifact(digest, {.oidc_issuer = "https://other.example.com"}),
                 "identity: the issuer of the certificate's identity is 'https://other.example.com', expected");
  expect_refused(authority_.sign_artifact(sha256("another artifact")), "the signed statement is not about sha256:");
  expect_refused(authority_.attest_artifact(digest, kPredicate, Value::map()), "there is no signature of this form");
  expect_refused(authority_.sign_artifact(digest, {.promise = KeylessSigner::Promise::None}),
                 "certificate-log: the certificate carries no promise of a certificate log (SCT)");
  expect_refused(authority_.sign_artifact(digest, {.promise = KeylessSigner::Promise::Foreign}),
                 "certificate-log: the trusted root knows none of the certificate logs that promised the certificate");
  expect_refused(authority_.sign_artifact(digest, {.logged = KeylessSigner().certified + 601}),
                 "certificate: the certificate does not hold at the time of signing: certificate has expired");
  expect_refused(authority_.sign_artifact(digest, {.logged = KeylessSigner().certified - 1}),
                 "certificate: the certificate does not hold at the time of signing: certificate is not yet valid");
  expect_refused(KeylessAuthority().sign_artifact(digest),
                 "transparency-log: the trusted root knows no transparency log");
}

TEST_F(KeylessArtifact, ALogEntryThatWasTamperedWithIsRefused) {
  const Digest digest = push();
  const std::string good = authority_.sign_artifact(digest);
  const auto refused = [&](const std::string& reason, auto change) {
    expect_refused(with_entry(good, change), reason);
  };
  refused("transparency-log: the promise of the transparency log was not signed by it",
          [](Value& entry) { entry.set("integratedTime", "1767323106"); });
  refused("transparency-log: the inclusion proof does not lead from the entry to the checkpoint's root hash",
          [](Value& entry) { entry.find("inclusionProof")->find("hashes")->items().pop_back(); });
  refused("transparency-log: the checkpoint is about another tree than the inclusion proof",
          [](Value& entry) { entry.find("inclusionProof")->set("treeSize", "4"); });
  refused("transparency-log: the checkpoint is not signed by the log", [](Value& entry) {
    Value& checkpoint = *entry.find("inclusionProof")->find("checkpoint");
    checkpoint.set("envelope", "x" + checkpoint.text_or("envelope", {}));
  });
  refused("transparency-log: the log entry has no inclusion proof with a checkpoint",
          [](Value& entry) { entry.erase("inclusionProof"); });
  refused("signing-time: nothing proves when it was signed", [](Value& entry) { entry.erase("inclusionPromise"); });
  // A good entry, but of another signature of the same artifact.
  const Value other = json::parse(authority_.sign_artifact(digest), "another bundle");
  refused("log-content: the log entry is about another signature or certificate",
          [&](Value& entry) { entry = other.find("verificationMaterial")->find("tlogEntries")->items().front(); });
}

TEST_F(KeylessArtifact, AnAttestationIsVerifiedByItsType) {
  attach(authority_.attest_artifact(push(), kPredicate, Value::map({{"findings", 0}})));
  const Value report = waybill_json(joined({"verify-attestation", kLayout, "--type", kPredicate}, trust()));
  EXPECT_EQ(*at(report, "attestations").items().at(0).find("predicate"), Value::map({{"findings", 0}}));
  const Words other_type{"verify-attestation", kLayout, "--type", "https://example.com/other"};
  EXPECT_THAT(waybill(joined(other_type, trust())), Exited(4));
  const Words this_type{"verify-attestation", kLayout, "--type", kPredicate};
  EXPECT_THAT(waybill(joined(this_type, trust("somebody@example.com"))), Exited(4));
  EXPECT_THAT(verify(kLayout), Exited(4)) << "an attestation is no signature";
}

TEST_F(KeylessArtifact, WithoutARootNothingIsTrusted) {
  attach(authority_.sign_artifact(push()));
  sign_folder();
  for (const std::string target : {kLayout, "b"}) {
    const ProcessResult result = waybill({"verify", target, "--certificate-identity", KeylessSigner().identity,
                                          "--certificate-oidc-issuer", KeylessSigner().oidc_issuer});
    EXPECT_THAT(result, Exited(2));
    EXPECT_THAT(result.err, HasSubstr("cannot be verified without a trusted root"));
  }
  write("root.json", R"({"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"})");
  for (const std::string target : {kLayout, "b"}) {
    const ProcessResult result = verify(target);
    EXPECT_THAT(result, Exited(4)) << "a root that believes nobody";
    EXPECT_THAT(result.out, HasSubstr("the trusted root knows no transparency log"));
  }
}

TEST_F(KeylessArtifact, AFolderIsTrustedByTheSignatureInIt) {
  sign_folder();
  EXPECT_THAT(verify("b"), Exited(0));
  EXPECT_THAT(waybill(joined({"verify", "b"}, trust("somebody@example.com"))), Exited(4));
  sign_folder({.promise = KeylessSigner::Promise::None});
  EXPECT_THAT(verify("b").out,
              HasSubstr("FAILED signature: checksums.txt: certificate-log: the certificate carries no"));
  write(kSignatureFile, authority_.sign_file("another list"));
  const ProcessResult refused = verify("b");
  EXPECT_THAT(refused, Exited(4));
  EXPECT_THAT(refused.out, HasSubstr("log-content: the log entry is about other content"));
  sign_folder();
  write("b/README.md", "changed");
  EXPECT_THAT(verify("b"), Exited(4)) << "signed is the list of files, not the file";
}

// Packed, carried and unpacked again, the folder is still one that can be verified by itself.
TEST_F(KeylessArtifact, AFoldersSignatureComesBackWithIt) {
  sign_folder();
  attach(authority_.sign_artifact(push()));
  ASSERT_THAT(waybill(joined({"pull", kLayout, "--output", "pulled"}, trust())), Exited(0));
  EXPECT_EQ(snapshot(path("pulled")), snapshot(path("b")));
  EXPECT_THAT(verify("pulled"), Exited(0));
  // Of who is not trusted nothing comes along.
  std::filesystem::remove_all(path("out"));
  sign_folder({.identity = "somebody@example.com"});
  attach(authority_.sign_artifact(push()));
  ASSERT_THAT(waybill(joined({"pull", kLayout, "--output", "without"}, trust())), Exited(0));
  EXPECT_FALSE(std::filesystem::exists(path("without/attestation")));
}

}  // namespace
}  // namespace waybill::testing
