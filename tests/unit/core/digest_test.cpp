#include "core/digest.h"

#include <gtest/gtest.h>

#include <string>

#include "core/error.h"

namespace waybill {
namespace {

constexpr const char* kEmpty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kAbc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Digest, MatchesKnownAnswers) {
  EXPECT_EQ(sha256("").to_string(), kEmpty);
  EXPECT_EQ(sha256("abc").to_string(), kAbc);
  EXPECT_EQ(sha1_hex(as_bytes("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  Sha256 hash;
  hash.update("a");
  Sha256 moved = std::move(hash);
  moved.update("bc");
  EXPECT_EQ(moved.finish(), Digest::parse(kAbc));
}

TEST(Digest, ReadsOnlyTheOneForm) {
  EXPECT_EQ(Digest::parse(kEmpty).to_string(), kEmpty);
  const std::string hex = std::string(kEmpty).substr(7);
  for (const std::string& text :
       {std::string(), hex, "sha512:" + hex, "SHA256:" + hex, "sha256:" + hex + "0", "sha256:" + hex.substr(1),
        "sha256:" + std::string(64, 'A'), "sha256:" + std::string(64, 'g'), "sha256: " + hex.substr(1)}) {
    EXPECT_FALSE(Digest::try_parse(text).has_value()) << text;
    EXPECT_THROW(static_cast<void>(Digest::parse(text)), Error) << text;
  }
}

}  // namespace
}  // namespace waybill
