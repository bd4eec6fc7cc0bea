#include "signing/evidence.h"

#include <gtest/gtest.h>

#include <array>

#include "signing/predicate_type.h"
#include "signing/sigstore_bundle.h"
#include "tests/unit/signing/vectors.h"

namespace waybill::signing {
namespace {

const Digest kDigest = Digest::parse(vectors::kManifestDigest);
const std::array kForms{SignatureForm{"bundle", "signature (bundle)"},
                        SignatureForm{"simplesigning", "signature (simplesigning)"}};

// Two keys and what they sign, really.
struct Fixture {
  PrivateKey a = PrivateKey::generate();
  PrivateKey b = PrivateKey::generate();
  Policy policy = policy_of_keys({a.public_key(), b.public_key()}, 1, {});

  Fixture() {
    policy.keys[0].name = "a";
    policy.keys[1].name = "b";
  }
  [[nodiscard]] PolicyRule& rule() { return policy.rules.front(); }
  [[nodiscard]] Evidence bundle(const PrivateKey& key,
                                const std::map<std::string, std::string>& annotations = {}) const {
    const std::string text = sign_statement(key, signature_statement(kDigest, annotations));
    return {"bundle", verify_dsse_bundle(text, policy.public_keys(), kDigest, kSignaturePredicate)};
  }
  [[nodiscard]] Evidence payload(const PrivateKey& key, const std::string& reference,
                                 const std::map<std::string, std::string>& annotations = {}) const {
    const std::string text = write_simple_signing({reference, kDigest, annotations});
    return {"simplesigning",
            verify_simple_signing(text, sign_simple_signing(key, text), policy.public_keys(), kDigest)};
  }
  [[nodiscard]] AttestationEvidence statement(const PrivateKey& key, const std::string& type) const {
    const std::string text = sign_statement(key, attestation_statement(kDigest, "", type, Value::map()));
    return {type, {"bundle", verify_dsse_bundle(text, policy.public_keys(), kDigest, type)}};
  }
  // The report's verdict, and the reasons of what failed.
  std::vector<std::string> judge(const std::vector<Evidence>& found) {
    VerificationReport report;
    signers = judge_signatures(policy, rule(), kForms, found, kDigest, "it", report);
    std::vector<std::string> failed;
    for (const Check& check : report.checks())
      if (!check.passed) failed.push_back(check.name + ": " + check.reason);
    return failed;
  }
  std::vector<Signer> signers;
};

using Texts = std::vector<std::string>;

TEST(JudgeSignatures, OneFormIsEnoughAndNoneIsNot) {
  Fixture f;
  EXPECT_EQ(f.judge({f.bundle(f.a)}), Texts{});
  EXPECT_EQ(f.judge({f.payload(f.b, "r/x:1")}), Texts{});
  EXPECT_EQ(f.judge({}), (Texts{"signature (bundle): there is no signature of this form",
                                "signature (simplesigning): there is no signature of this form"}));
}

TEST(JudgeSignatures, AThresholdCountsKeysAndNotSignatures) {
  Fixture f;
  f.rule().signatures.threshold = 2;
  EXPECT_EQ(f.judge({f.bundle(f.a), f.bundle(f.a), f.payload(f.a, "r/x:1")}).size(), 1U);
  EXPECT_EQ(f.judge({f.bundle(f.a), f.payload(f.b, "r/x:1")}), Texts{});
  EXPECT_EQ(f.signers.size(), 2U);
}

TEST(JudgeSignatures, AKeyMaySignOnlyWhatTheRuleAllows) {
  Fixture f;
  f.rule().signatures.key_ids = {f.b.public_key().id()};
  const Texts failed = f.judge({f.bundle(f.a)});
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_EQ(failed[0], "signature (bundle): signed by 'a' (" + f.a.public_key().id() + "), which may not sign this");
}

TEST(JudgeSignatures, ARevokedKeyCountsForNothing) {
  Fixture f;
  f.policy.revoked_keys[f.a.public_key().id()] = "stolen";
  const Texts failed = f.judge({f.bundle(f.a)});
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_NE(failed[0].find("which is revoked: stolen"), std::string::npos) << failed[0];
  EXPECT_EQ(f.judge({f.bundle(f.a), f.bundle(f.b)}), Texts{});
  EXPECT_EQ(f.signers.size(), 1U);
}

TEST(JudgeSignatures, AnnotationsMustBeSignedAlong) {
  Fixture f;
  f.rule().annotations = {{"stage", "production"}};
  EXPECT_EQ(f.judge({f.bundle(f.a, {{"stage", "production"}, {"more", "x"}})}), Texts{});
  EXPECT_EQ(f.judge({f.payload(f.a, "r/x:1", {{"stage", "production"}})}), Texts{});
  EXPECT_EQ(f.judge({f.bundle(f.a, {{"stage", "test"}})}).front(),
            "signature (bundle): the annotation 'stage' is 'test', expected 'production'");
  EXPECT_EQ(f.judge({f.bundle(f.a)}).front(), "signature (bundle): the signature has no annotation 'stage'");
}

TEST(JudgeSignatures, TheSubjectIsTheNameThatWasSigned) {
  Fixture f;
  f.rule().subject = "registry.example.com/gpu/*";
  EXPECT_EQ(f.judge({f.payload(f.a, "registry.example.com/gpu/bundle:v1")}), Texts{});
  EXPECT_EQ(f.judge({f.payload(f.a, "registry.example.com:5000/gpu/bundle:v1")}).size(), 2U);
  EXPECT_EQ(f.judge({f.bundle(f.a)}).front(),
            "signature (bundle): the signature names no repository, and one was demanded");
}

TEST(JudgeAttestations, EachDemandedTypeNeedsItsKeys) {
  Fixture f;
  const std::string type(kSpdxPredicate);
  const auto verdict = [&](const std::vector<AttestationEvidence>& found,
                           const std::vector<Evidence>& unreadable = {}) {
    VerificationReport report;
    const std::array required{RequiredAttestation{type, {{f.a.public_key().id()}, 1}}};
    judge_attestations(f.policy, required, found, unreadable, report);
    EXPECT_EQ(report.checks().size(), 1U);
    return report.checks().front();
  };
  EXPECT_TRUE(verdict({f.statement(f.a, type)}).passed);
  EXPECT_EQ(verdict({}).reason, "there is no attestation of this type");
  EXPECT_EQ(verdict({}, {{"bundle", {.reason = "it is torn"}}}).reason,
            "there is no attestation of this type; one could not be read: it is torn");
  EXPECT_FALSE(verdict({f.statement(f.a, std::string(kCycloneDxPredicate))}).passed) << "another type";
  EXPECT_FALSE(verdict({f.statement(f.b, type)}).passed) << "another key";
  AttestationEvidence mislabelled = f.statement(f.a, std::string(kCycloneDxPredicate));
  mislabelled.evidence.result = verify_dsse_bundle("{}", f.policy.public_keys(), kDigest, type);
  mislabelled.predicate_type = type;
  EXPECT_FALSE(verdict({mislabelled}).passed) << "what did not verify";
}

TEST(JudgeRevocationAndExpiry, AreChecksOfTheirOwn) {
  Fixture f;
  VerificationReport none;
  judge_revocation(f.policy, std::array{kDigest}, none);
  judge_expiry(f.policy, 0, none);
  EXPECT_TRUE(none.checks().empty()) << "nothing was demanded";
  f.policy.revoked_digests[kDigest] = "withdrawn";
  f.policy.expires = 1000;
  VerificationReport report;
  judge_revocation(f.policy, std::array{sha256("other"), kDigest}, report);
  judge_revocation(f.policy, std::array{sha256("other")}, report);
  judge_expiry(f.policy, 999, report);
  judge_expiry(f.policy, 1000, report);
  ASSERT_EQ(report.checks().size(), 4U);
  EXPECT_EQ(report.checks()[0], (Check{"revocation", false, "revoked: withdrawn", kDigest.to_string()}));
  EXPECT_TRUE(report.checks()[1].passed);
  EXPECT_EQ(report.checks()[2], (Check{"expiry", true, "valid until 1970-01-01T00:16:40Z", "the policy"}));
  EXPECT_EQ(report.checks()[3], (Check{"expiry", false, "expired at 1970-01-01T00:16:40Z", "the policy"}));
}

}  // namespace
}  // namespace waybill::signing
