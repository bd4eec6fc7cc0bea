#include "signing/simple_signing.h"

#include <gtest/gtest.h>

#include "tests/unit/signing/refusal.h"
#include "tests/unit/signing/vectors.h"

namespace waybill::signing {
namespace {

const Digest kDigest = Digest::parse(vectors::kManifestDigest);
const SimpleSigning kPayload{std::string(vectors::kPayloadReference), kDigest, {}};

std::string replaced(std::string_view from, std::string_view to) {
  std::string text = write_simple_signing(kPayload);
  const std::size_t position = text.find(from);
  EXPECT_NE(position, std::string::npos) << from;
  return text.replace(position, from.size(), to);
}
std::string refusal_of(const std::string& text) {
  return refusal([&] { return parse_simple_signing(text); });
}

TEST(WriteSimpleSigning, GivesCosignsBytes) {
  EXPECT_EQ(write_simple_signing(kPayload).size(), 239U);
  EXPECT_EQ(sha256(write_simple_signing(kPayload)).hex(), vectors::kPayloadDigest);
  SimpleSigning tagged = kPayload;
  tagged.docker_reference += ":1.0.0";
  EXPECT_EQ(sha256(write_simple_signing(tagged)).hex(), vectors::kTaggedPayloadDigest);
}

TEST(WriteSimpleSigning, SortsAnnotationsAndEscapesAsGoDoes) {
  SimpleSigning payload = kPayload;
  payload.annotations = {{"z", "<&>"}, {"a", "1"}};
  EXPECT_TRUE(write_simple_signing(payload).ends_with(R"("optional":{"a":"1","z":"\u003c\u0026\u003e"}})"));
  EXPECT_EQ(parse_simple_signing(write_simple_signing(payload)).annotations, payload.annotations);
}

TEST(ParseSimpleSigning, ReadsWhatWasWrittenAndWhatOthersAdd) {
  const SimpleSigning payload = parse_simple_signing(
      replaced("\"optional\":null", R"("optional":{"creator":"x","timestamp":17,"k":"v","list":[]})"));
  EXPECT_EQ(payload.docker_reference, vectors::kPayloadReference);
  EXPECT_EQ(payload.manifest, kDigest);
  EXPECT_EQ(payload.annotations, (std::map<std::string, std::string>{{"creator", "x"}, {"k", "v"}}));
}

TEST(ParseSimpleSigning, RefusesAnythingElse) {
  EXPECT_EQ(refusal_of(replaced(",\"optional\":null", "")), "the signature's payload has no 'optional'");
  EXPECT_EQ(refusal_of(replaced("\"optional\":null", "\"optional\":1")),
            "the signature's payload has an 'optional' that is neither an object nor null");
  EXPECT_EQ(refusal_of(replaced("\"optional\":null", R"("optional":{"creator":1})")),
            "the signature's payload has a 'creator' that is no text");
  EXPECT_EQ(refusal_of(replaced("\"optional\":null", R"("optional":{"timestamp":"1"})")),
            "the signature's payload has a 'timestamp' that is no integer");
  EXPECT_EQ(refusal_of(replaced("cosign container image signature", "atomic container signature")),
            "the signature's payload is not that of a container signature");
  EXPECT_EQ(refusal_of(replaced("sha256:", "sha512:")), "the signature's payload names no SHA-256 digest");
  EXPECT_EQ(refusal_of(replaced("\"docker-manifest", "\"Docker-manifest")),
            "'image' has an unknown member 'Docker-manifest-digest'");
  EXPECT_EQ(refusal_of(replaced("\"type\"", "\"more\":1,\"type\"")), "'critical' has an unknown member 'more'");
  EXPECT_NE(refusal_of(replaced("\"type\"", "\"type\":\"cosign container image signature\",\"type\"")), "accepted");
}

TEST(SignSimpleSigning, GivesTheBase64OfADerSignature) {
  const PrivateKey key = vectors::private_key();
  const std::string payload = write_simple_signing(kPayload);
  EXPECT_TRUE(key.public_key().verify(as_bytes(payload), vectors::decoded(sign_simple_signing(key, payload))));
}

}  // namespace
}  // namespace waybill::signing
