// Wycheproof's vectors for ECDSA P-256 with SHA-256 and DER signatures (C2SP/wycheproof, revision dac1dd4,
// testvectors_v1/ecdsa_secp256r1_sha256_test.json; facts, transcribed): a line "key DER" for each group, then a line
// "number result message signature" for each vector, all in hexadecimal.
#include <gtest/gtest.h>

#include <optional>
#include <sstream>

#include "core/file_system.h"
#include "signing/key.h"
#include "tests/support/source_path.h"

namespace waybill::signing {
namespace {

std::string bytes_of(const std::string& hex) { return hex == "-" ? std::string() : from_hex(hex).value(); }

TEST(Wycheproof, EveryEcdsaVectorIsJudgedAsItShould) {
  std::istringstream text(read_file(testing::source_path("tests/support/wycheproof_ecdsa_p256_sha256.txt")));
  std::optional<PublicKey> key;
  int valid = 0;
  int invalid = 0;
  for (std::string number, result, message, signature; text >> number >> result;) {
    if (number == "key") {
      key = PublicKey::from_spki(as_bytes(bytes_of(result)), "vector");
      continue;
    }
    text >> message >> signature;
    const bool expected = result == "valid";
    EXPECT_EQ(key->verify(as_bytes(bytes_of(message)), bytes_of(signature)), expected) << "vector " << number;
    ++(expected ? valid : invalid);
  }
  EXPECT_EQ(valid, 174);
  EXPECT_EQ(invalid, 310);
}

}  // namespace
}  // namespace waybill::signing
