#include "signing/sigstore_bundle.h"

#include <gtest/gtest.h>

#include "signing/statement.h"
#include "tests/unit/signing/refusal.h"
#include "tests/unit/signing/vectors.h"

namespace waybill::signing {
namespace {

const Digest kDigest = Digest::parse(vectors::kManifestDigest);

std::string statement_bundle() {
  return write_bundle({std::string(vectors::kKeyId), Envelope{std::string(kInTotoPayloadType),
                                                              signature_statement(kDigest),
                                                              {vectors::decoded(vectors::kStatementSignature)}}});
}
// A known bundle with the first occurrence of a text replaced.
std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t position = text.find(from);
  EXPECT_NE(position, std::string::npos) << from;
  return text.replace(position, from.size(), to);
}
std::string refusal_of(const std::string& text) {
  return refusal([&] { return parse_bundle(text); });
}
const std::string kMessage(vectors::kMessageBundle);

TEST(WriteBundle, GivesCosignsBytes) {
  const std::string bundle = statement_bundle();
  EXPECT_EQ(bundle.size(), 659U);
  EXPECT_EQ(sha256(bundle).hex(), vectors::kBundleDigest);
  EXPECT_EQ(write_bundle({std::string(vectors::kKeyId),
                          MessageSignature{sha256("hello\n"), vectors::decoded(vectors::kMessageSignature)}}),
            kMessage);
}

TEST(ParseBundle, ReadsWhatWasWritten) {
  const SigstoreBundle statement = parse_bundle(statement_bundle());
  EXPECT_EQ(statement.key_hint, vectors::kKeyId);
  EXPECT_EQ(std::get<Envelope>(statement.content).payload, signature_statement(kDigest));
  const SigstoreBundle message = parse_bundle(kMessage);
  EXPECT_EQ(std::get<MessageSignature>(message.content).digest, sha256("hello\n"));
  EXPECT_EQ(write_bundle(message), kMessage);
}

TEST(ParseBundle, TakesOldVersionsLogEntriesTimestampsAndNoHint) {
  for (const std::string version : {"0.1", "0.2", "0.3"}) {
    EXPECT_EQ(
        refusal_of(replaced(kMessage, kBundleMediaType, "application/vnd.dev.sigstore.bundle+json;version=" + version)),
        "accepted");
  }
  EXPECT_EQ(
      refusal_of(replaced(kMessage, R"("publicKey":)",
                          R"("tlogEntries":[],"timestampVerificationData":{"rfc3161Timestamps":[]},"publicKey":)")),
      "accepted");
  EXPECT_EQ(parse_bundle(replaced(kMessage, R"("hint":"6eEhgUMC90uz6Pq4iCS6UmaUsPtUwVJu83lykDga3Mk=")", "")).key_hint,
            "");
}

TEST(ParseBundle, ReadsACertificateInTheFormOfItsVersion) {
  const std::string with_certificate =
      replaced(kMessage, R"("publicKey":{"hint":"6eEhgUMC90uz6Pq4iCS6UmaUsPtUwVJu83lykDga3Mk="})",
               R"("certificate":{"rawBytes":"AAAA"})");
  EXPECT_EQ(parse_bundle(with_certificate).certificate, std::string(3, '\0'));
  const std::string with_chain = replaced(with_certificate, R"("certificate":{"rawBytes":"AAAA"})",
                                          R"("x509CertificateChain":{"certificates":[{"rawBytes":"AAAA"}]})");
  EXPECT_EQ(refusal_of(with_chain), "the bundle has a chain of certificates, which version 0.3 does not allow");
  EXPECT_EQ(parse_bundle(replaced(with_chain, kBundleMediaType, "application/vnd.dev.sigstore.bundle+json;version=0.2"))
                .certificate,
            std::string(3, '\0'));
}

TEST(ParseBundle, RefusesTwoSignersAndNone) {
  EXPECT_EQ(refusal_of(replaced(kMessage, R"("publicKey":)", R"("certificate":{"rawBytes":"AAAA"},"publicKey":)")),
            "the bundle names its signer twice");
  EXPECT_EQ(refusal_of(replaced(kMessage, R"("publicKey":{"hint":"6eEhgUMC90uz6Pq4iCS6UmaUsPtUwVJu83lykDga3Mk="})",
                                R"("tlogEntries":[])")),
            "the bundle names no signer: neither a key nor a certificate");
}

TEST(ParseBundle, RefusesAnythingElse) {
  EXPECT_EQ(refusal_of(replaced(kMessage, ".v0.3+json", ".v0.4+json")),
            "the bundle has an unknown media type, expected a sigstore bundle of version 0.1, 0.2 or 0.3");
  EXPECT_EQ(refusal_of(replaced(kMessage, R"("mediaType")", R"("more":1,"mediaType")")),
            "the bundle has an unknown member 'more'");
  EXPECT_EQ(refusal_of(replaced(kMessage, R"("publicKey")", R"("public_key")")),
            "the bundle's verification material has an unknown member 'public_key'");
  EXPECT_EQ(refusal_of(replaced(kMessage, "SHA2_256", "SHA2_512")),
            "the bundle has a message digest that is not SHA-256");
  EXPECT_EQ(refusal_of(replaced(kMessage, "WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM=", "WJG1")),
            "the bundle has a message digest that is not 32 bytes long");
  EXPECT_EQ(refusal_of(replaced(kMessage, "MEUCIQDp", "MEUCIQD")),
            "'signature' of the bundle's message signature is not base64");
  EXPECT_EQ(refusal_of(replaced(statement_bundle(), R"([{"sig")", R"([{"sig":""},{"sig")")),
            "the bundle has more than one DSSE signature");
  EXPECT_EQ(refusal_of(replaced(kMessage, R"("messageSignature":)", R"("dsseEnvelope":{},"messageSignature":)")),
            "the bundle has two contents");
  EXPECT_NE(refusal_of(kMessage + kMessage), "accepted");
  EXPECT_NE(refusal_of(replaced(kMessage, R"("signature":)", R"("signature":"","signature":)")), "accepted");
  std::string entries = R"("tlogEntries":[{})";
  for (int i = 0; i < 32; ++i) entries += ",{}";
  EXPECT_EQ(refusal_of(replaced(kMessage, R"("publicKey":)", entries + R"(],"publicKey":)")),
            "'tlogEntries' of the bundle's verification material has more than 32 items");
}

TEST(ParseBundle, RefusesEveryCut) {
  for (std::size_t size = 0; size < kMessage.size(); ++size)
    EXPECT_NE(refusal_of(kMessage.substr(0, size)), "accepted") << size;
}

TEST(SignStatement, GivesABundleOfTheStatementsBytes) {
  const PrivateKey key = vectors::private_key();
  const SigstoreBundle bundle = parse_bundle(sign_statement(key, signature_statement(kDigest)));
  EXPECT_EQ(bundle.key_hint, vectors::kKeyId);
  const auto& envelope = std::get<Envelope>(bundle.content);
  EXPECT_TRUE(key.public_key().verify(as_bytes(pre_authentication_encoding(kInTotoPayloadType, envelope.payload)),
                                      envelope.signatures.front()));
}

}  // namespace
}  // namespace waybill::signing
