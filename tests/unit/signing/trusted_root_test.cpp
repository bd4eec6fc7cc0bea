#include "signing/trusted_root.h"

#include <gtest/gtest.h>

#include "tests/unit/signing/refusal.h"

namespace waybill::signing {
namespace {

constexpr std::string_view kRoot =
    R"({"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[{"baseUrl":"https://log.example/",)"
    R"("hashAlgorithm":"SHA2_256","publicKey":{"rawBytes":"MCowBQYDK2VwAyEAPn+AREHoBaZ7wgS1zBqpxmLSGnyhxXj4lFxSdWVB8o8=",)"
    R"("keyDetails":"PKIX_ED25519","validFor":{"start":"2022-04-13T20:06:15.000Z","end":"2023-01-01T00:00:00Z"}},)"
    R"("logId":{"keyId":"8w1amZ2S5mJIQkQmPxdMuOrL/oJkvFg9MnQXmeOCXck="}}]})";

std::string replaced(std::string_view from, std::string_view to) {
  std::string root(kRoot);
  return root.replace(root.find(from), from.size(), to);
}
std::string refusal_of(const std::string& text) {
  return refusal([&] { return parse_trusted_root(text, "root.json").transparency_logs.size(); });
}

TEST(TrustedRoot, ReadsLogsWithTheirTimes) {
  const TrustedRoot root = parse_trusted_root(kRoot, "root.json");
  ASSERT_EQ(root.transparency_logs.size(), 1U);
  const Log& log = root.transparency_logs[0];
  EXPECT_EQ(log.id, from_base64("8w1amZ2S5mJIQkQmPxdMuOrL/oJkvFg9MnQXmeOCXck="));
  EXPECT_TRUE(log.key.has_value());
  EXPECT_EQ(log.validity.start, 1649880375);
  EXPECT_EQ(log.validity.end, 1672531200);
  EXPECT_EQ(find_log(root.transparency_logs, log.id), &log);
  EXPECT_EQ(find_log(root.certificate_logs, log.id), nullptr);
}

TEST(TrustedRoot, HoldsAtBothEnds) {
  const Validity validity{10, 20};
  EXPECT_FALSE(validity.holds_at(9));
  EXPECT_TRUE(validity.holds_at(10));
  EXPECT_TRUE(validity.holds_at(20));
  EXPECT_FALSE(validity.holds_at(21));
  EXPECT_TRUE((Validity{10, {}}.holds_at(4102444800)));
}

TEST(TrustedRoot, LeavesOutKeysOfUnknownKinds) {
  const TrustedRoot root = parse_trusted_root(replaced("PKIX_ED25519", "PKIX_ML_DSA_65"), "root.json");
  EXPECT_FALSE(root.transparency_logs.at(0).key.has_value());
}

TEST(TrustedRoot, RefusesWhatIsNotOne) {
  EXPECT_EQ(refusal_of("[]"), "the trusted root must be an object, not a list");
  EXPECT_EQ(refusal_of(replaced("version=0.1", "version=7")), "the trusted root has an unknown media type");
  EXPECT_EQ(refusal_of(replaced("SHA2_256", "SHA2_512")),
            "the trusted root names a log that does not hash with SHA-256");
  EXPECT_EQ(refusal_of(replaced("\"tlogs\"", "\"more\"")), "the trusted root has an unknown member 'more'");
  EXPECT_EQ(refusal_of(replaced("\"start\":\"2022-04-13T20:06:15.000Z\",", "")),
            "the validity of a log of the trusted root has no 'start'");
  EXPECT_EQ(refusal_of(replaced("2022-04-13T20:06:15.000Z", "2022-02-30T20:06:15Z")),
            "the trusted root has a time '2022-02-30T20:06:15Z' that does not exist");
  EXPECT_EQ(refusal_of(replaced("2022-04-13T20:06:15.000Z", "2022-04-13 20:06:15")),
            "the trusted root has a time '2022-04-13 20:06:15' that is not RFC 3339 in UTC");
  EXPECT_EQ(refusal_of(replaced("PKIX_ED25519", "PKIX_ECDSA_P256_SHA_256")),
            "a log's key is not a PKIX_ECDSA_P256_SHA_256");
  EXPECT_EQ(refusal_of(replaced("8w1amZ2S5mJIQkQmPxdMuOrL/oJkvFg9MnQXmeOCXck=", "AAAA")),
            "the trusted root has a log id that is not 32 bytes long");
}

}  // namespace
}  // namespace waybill::signing
