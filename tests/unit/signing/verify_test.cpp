#include "signing/verify.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/json/writer.h"
#include "signing/predicate_type.h"
#include "signing/sigstore_bundle.h"
#include "tests/unit/signing/vectors.h"

namespace waybill::signing {
namespace {

const Digest kDigest = Digest::parse(vectors::kManifestDigest);
const Digest kOtherDigest = sha256("something else");

std::vector<PublicKey> known() { return {vectors::other_key(), vectors::public_key()}; }
std::vector<PublicKey> foreign() { return {vectors::other_key()}; }

std::string known_bundle() {
  return write_bundle({std::string(vectors::kKeyId), Envelope{std::string(kInTotoPayloadType),
                                                              signature_statement(kDigest),
                                                              {vectors::decoded(vectors::kStatementSignature)}}});
}
std::string payload() { return write_simple_signing({std::string(vectors::kPayloadReference), kDigest, {}}); }

TEST(VerifyDsseBundle, AcceptsASignatureOfAnotherImplementation) {
  const SignatureResult result = verify_dsse_bundle(known_bundle(), known(), kDigest, kSignaturePredicate);
  EXPECT_TRUE(result.passed) << result.reason;
  EXPECT_EQ(result.key_id, vectors::kKeyId);
  EXPECT_EQ(result.reason, "signed by " + std::string(vectors::kKeyId));
  ASSERT_TRUE(result.statement.has_value());
  EXPECT_TRUE(result.statement->is_about(kDigest));
}

TEST(VerifyDsseBundle, FailsWithoutTheRightKey) {
  const SignatureResult result = verify_dsse_bundle(known_bundle(), foreign(), kDigest, kSignaturePredicate);
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.reason, "the signature was not made by the key " + vectors::other_key().id());
  EXPECT_EQ(result.key_id, "");
  EXPECT_EQ(verify_dsse_bundle(known_bundle(), {}, kDigest, kSignaturePredicate).reason, "no key was given");
  const std::vector<PublicKey> two = {vectors::other_key(), PrivateKey::generate().public_key()};
  EXPECT_EQ(verify_dsse_bundle(known_bundle(), two, kDigest, kSignaturePredicate).reason,
            "the signature was not made by any of the 2 keys");
}

TEST(VerifyDsseBundle, FailsForAnotherSubjectOrPredicateType) {
  const SignatureResult subject = verify_dsse_bundle(known_bundle(), known(), kOtherDigest, kSignaturePredicate);
  EXPECT_FALSE(subject.passed);
  EXPECT_EQ(subject.reason, "the signed statement is not about " + kOtherDigest.to_string());
  EXPECT_EQ(subject.key_id, vectors::kKeyId);
  EXPECT_FALSE(subject.statement.has_value());
  const std::string sbom =
      sign_statement(vectors::private_key(), attestation_statement(kDigest, "", kSpdxPredicate, Value::map()));
  const SignatureResult type = verify_dsse_bundle(sbom, known(), kDigest, kSignaturePredicate);
  EXPECT_FALSE(type.passed);
  EXPECT_EQ(
      type.reason,
      "the signed statement is of type 'https://spdx.dev/Document', expected 'https://sigstore.dev/cosign/sign/v1'");
  EXPECT_TRUE(verify_dsse_bundle(sbom, known(), kDigest, kSpdxPredicate).passed);
}

TEST(VerifyDsseBundle, FailsForAnyChangedByteOfThePayloadTypeOrPayload) {
  const PrivateKey key = vectors::private_key();
  const Envelope good = sign_envelope(key, signature_statement(kDigest));
  for (std::size_t i = 0; i < good.payload.size(); i += 7) {
    Envelope changed = good;
    changed.payload[i] = static_cast<char>(changed.payload[i] ^ 1);
    EXPECT_FALSE(verify_dsse_bundle(write_bundle({"", changed}), known(), kDigest, kSignaturePredicate).passed) << i;
  }
  Envelope retyped = good;
  retyped.payload_type = "text/plain";
  EXPECT_FALSE(verify_dsse_bundle(write_bundle({"", retyped}), known(), kDigest, kSignaturePredicate).passed);
  EXPECT_TRUE(verify_dsse_bundle(write_bundle({"", good}), known(), kDigest, kSignaturePredicate).passed);
}

TEST(VerifyDsseBundle, FailsForWellSignedPayloadsThatAreNoStatements) {
  const PrivateKey key = vectors::private_key();
  EXPECT_FALSE(verify_dsse_bundle(sign_statement(key, "{}"), known(), kDigest, kSignaturePredicate).passed);
  Envelope text{"text/plain", "hello", {}};
  text.signatures = {key.sign(as_bytes(pre_authentication_encoding(text.payload_type, text.payload)))};
  EXPECT_EQ(verify_dsse_bundle(write_bundle({"", text}), known(), kDigest, kSignaturePredicate).reason,
            "the signed payload is not an in-toto statement but 'text/plain'");
}

TEST(VerifyDsseBundle, SaysWhyABundleCannotBeRead) {
  EXPECT_EQ(verify_dsse_bundle(vectors::kMessageBundle, known(), kDigest, kSignaturePredicate).reason,
            "the bundle signs a file, not a statement");
  EXPECT_FALSE(verify_dsse_bundle("{", known(), kDigest, kSignaturePredicate).passed);
}

TEST(VerifyDsseBundle, SaysThatARawSignatureIsMalformed) {
  const std::string der = vectors::decoded(vectors::kStatementSignature);
  const Envelope raw{
      std::string(kInTotoPayloadType), signature_statement(kDigest), {der.substr(5, 32) + der.substr(39, 32)}};
  EXPECT_EQ(verify_dsse_bundle(write_bundle({"", raw}), known(), kDigest, kSignaturePredicate).reason,
            "the signature is malformed: it looks like a raw pair of numbers (IEEE P1363), expected DER");
}

TEST(VerifyDsseBundle, LetsAWrongHintDecideNothing) {
  const Envelope envelope = sign_envelope(vectors::private_key(), signature_statement(kDigest));
  EXPECT_TRUE(
      verify_dsse_bundle(write_bundle({vectors::other_key().id(), envelope}), known(), kDigest, kSignaturePredicate)
          .passed);
  EXPECT_FALSE(verify_dsse_bundle(write_bundle({std::string(vectors::kKeyId), envelope}), foreign(), kDigest,
                                  kSignaturePredicate)
                   .passed);
}

TEST(VerifyDsseEnvelope, TakesAnyOfSeveralSignatures) {
  Envelope envelope = sign_envelope(vectors::private_key(), signature_statement(kDigest));
  envelope.signatures.insert(envelope.signatures.begin(), PrivateKey::generate().sign(as_bytes("x")));
  const std::string text = json::write(to_json(envelope));
  EXPECT_TRUE(verify_dsse_envelope(text, known(), kDigest, kSignaturePredicate).passed);
  EXPECT_FALSE(verify_dsse_envelope(text, foreign(), kDigest, kSignaturePredicate).passed);
  EXPECT_FALSE(verify_dsse_envelope("[]", known(), kDigest, kSignaturePredicate).passed);
}

TEST(VerifyMessageBundle, AcceptsAKnownSignatureOfAFile) {
  const SignatureResult result = verify_message_bundle(vectors::kMessageBundle, known(), "hello\n");
  EXPECT_TRUE(result.passed) << result.reason;
  EXPECT_EQ(result.key_id, vectors::kKeyId);
}

TEST(VerifyMessageBundle, FailsForAnotherFileOrKey) {
  EXPECT_FALSE(verify_message_bundle(vectors::kMessageBundle, known(), "hello").passed);
  EXPECT_FALSE(verify_message_bundle(vectors::kMessageBundle, foreign(), "hello\n").passed);
  EXPECT_EQ(verify_message_bundle(known_bundle(), known(), "hello\n").reason,
            "the bundle signs a statement, not a file");
}

TEST(VerifyMessageBundle, ComparesTheStatedDigest) {
  const std::string bundle =
      write_bundle({"", MessageSignature{kOtherDigest, vectors::decoded(vectors::kMessageSignature)}});
  const SignatureResult result = verify_message_bundle(bundle, known(), "hello\n");
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.reason, "the digest that the bundle states is not the file's");
}

TEST(VerifySimpleSigning, AcceptsKnownSignatures) {
  const SignatureResult result = verify_simple_signing(payload(), vectors::kPayloadSignature, known(), kDigest);
  EXPECT_TRUE(result.passed) << result.reason;
  EXPECT_EQ(result.key_id, vectors::kKeyId);
  ASSERT_TRUE(result.payload.has_value());
  EXPECT_EQ(result.payload->docker_reference, vectors::kPayloadReference);
  const std::string tagged = write_simple_signing({std::string(vectors::kPayloadReference) + ":1.0.0", kDigest, {}});
  EXPECT_TRUE(verify_simple_signing(tagged, vectors::kTaggedPayloadSignature, known(), kDigest).passed);
}

TEST(VerifySimpleSigning, FailsForAnythingElse) {
  const SignatureResult other = verify_simple_signing(payload(), vectors::kPayloadSignature, known(), kOtherDigest);
  EXPECT_FALSE(other.passed);
  EXPECT_EQ(other.reason, "the payload names " + kDigest.to_string() + ", not " + kOtherDigest.to_string());
  EXPECT_FALSE(other.payload.has_value());
  EXPECT_FALSE(verify_simple_signing(payload(), vectors::kTaggedPayloadSignature, known(), kDigest).passed);
  EXPECT_FALSE(verify_simple_signing(payload(), vectors::kPayloadSignature, foreign(), kDigest).passed);
  EXPECT_FALSE(verify_simple_signing(payload() + "\n", vectors::kPayloadSignature, known(), kDigest).passed);
  EXPECT_EQ(verify_simple_signing(payload(), vectors::kPayloadSignature.substr(1), known(), kDigest).reason,
            "the signature is not base64");
  EXPECT_FALSE(verify_simple_signing(payload(), "", known(), kDigest).passed);
  EXPECT_EQ(verify_simple_signing(std::string((1 << 20) + 1, ' '), vectors::kPayloadSignature, known(), kDigest).reason,
            "the signature's payload is too large");
}

TEST(VerifySimpleSigning, FailsForWellSignedPayloadsOfAnotherKind) {
  const PrivateKey key = vectors::private_key();
  std::string text = payload();
  text.replace(text.find("cosign container image signature"), 6, "other!");
  const SignatureResult result = verify_simple_signing(text, sign_simple_signing(key, text), known(), kDigest);
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.reason, "the signature's payload is not that of a container signature");
}

TEST(IsSignedAlready, AsksForTheSameKeyAndStatement) {
  const std::string statement = signature_statement(kDigest);
  EXPECT_TRUE(is_signed_already(known_bundle(), vectors::public_key(), statement));
  EXPECT_TRUE(is_signed_already(sign_statement(vectors::private_key(), statement), vectors::public_key(), statement));
  EXPECT_FALSE(is_signed_already(known_bundle(), vectors::other_key(), statement));
  EXPECT_FALSE(is_signed_already(known_bundle(), vectors::public_key(), signature_statement(kOtherDigest)));
  EXPECT_FALSE(is_signed_already(vectors::kMessageBundle, vectors::public_key(), statement));
  EXPECT_FALSE(is_signed_already("not a bundle", vectors::public_key(), statement));
}

}  // namespace
}  // namespace waybill::signing
