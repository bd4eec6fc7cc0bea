#include "signing/pem.h"

#include <gtest/gtest.h>

#include "tests/unit/signing/refusal.h"
#include "tests/unit/signing/vectors.h"

namespace waybill::signing {
namespace {

constexpr std::string_view kSmall = "-----BEGIN THING-----\nAAEC\n-----END THING-----\n";

std::string refusal_of(const std::string& text) {
  return refusal([&] { return parse_pem(text, "f"); });
}

TEST(Pem, GivesBackWhatWasWritten) {
  for (const std::size_t size : {1U, 47U, 48U, 49U, 200U}) {
    const std::string body(size, '\x7f');
    const PemBlock block = parse_pem(write_pem("SOME TYPE", as_bytes(body)), "f");
    EXPECT_EQ(block.type, "SOME TYPE");
    EXPECT_EQ(block.body.view(), body);
  }
}

TEST(Pem, WritesSixtyFourColumns) {
  EXPECT_EQ(write_pem("PUBLIC KEY", as_bytes(vectors::public_key().spki())), vectors::kPublicPem);
}

TEST(Pem, TakesWhiteSpaceAroundAndCarriageReturns) {
  EXPECT_EQ(parse_pem("\r\n  -----BEGIN THING-----\r\nAAEC\r\n-----END THING-----\r\n \n", "f").body.size(), 3U);
}

TEST(Pem, RefusesAnythingElse) {
  EXPECT_EQ(refusal_of("x\n" + std::string(kSmall)),
            "'f' is not a PEM file with one key: it does not begin with a BEGIN line");
  EXPECT_EQ(refusal_of(std::string(kSmall) + std::string(kSmall)),
            "'f' is not a PEM file with one key: there is more behind its END line");
  EXPECT_EQ(refusal_of("-----BEGIN THING-----\nAAEC\n-----END OTHER-----\n"),
            "'f' is not a PEM file with one key: its END line is missing");
  EXPECT_EQ(refusal_of("-----BEGIN THING-----\nAA*C\n-----END THING-----\n"),
            "'f' is not a PEM file with one key: its content is not base64");
  EXPECT_EQ(refusal_of("-----BEGIN THING-----\nAAE\n-----END THING-----\n"),
            "'f' is not a PEM file with one key: its content is not base64");
  EXPECT_EQ(refusal_of("-----BEGIN THING-----\n-----END THING-----\n"),
            "'f' is not a PEM file with one key: its content is not base64");
  EXPECT_EQ(refusal_of("-----BEGIN THING-----\nProc-Type: 4,ENCRYPTED\n\nAAEC\n-----END THING-----\n"),
            "'f' is not a PEM file with one key: it has headers, which old encrypted files have");
}

}  // namespace
}  // namespace waybill::signing
