#include "core/digest.h"

#include <gtest/gtest.h>

#include <array>
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

// FIPS 180-4's own example, and the empty message.
TEST(Digest, KnowsSha512) {
  const std::string abc =
      "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
  const Digest digest = digest_of(DigestAlgorithm::Sha512, "abc");
  EXPECT_EQ(digest.to_string(), abc);
  EXPECT_EQ(digest.raw().size(), 64U);
  EXPECT_EQ(digest.algorithm(), DigestAlgorithm::Sha512);
  EXPECT_EQ(Digest::parse(abc), digest);
  EXPECT_EQ(digest_of(DigestAlgorithm::Sha512, "").hex().substr(0, 16), "cf83e1357eefb8bd");
  for (const std::string& text : {abc + "0", abc.substr(0, abc.size() - 1), "sha512:" + std::string(128, 'A'),
                                  "SHA512:" + abc.substr(7), "sha384:" + abc.substr(7), "sha256:" + abc.substr(7)})
    EXPECT_FALSE(Digest::try_parse(text).has_value()) << text;
}

TEST(Digest, IsOrderedAsItIsWritten) {
  const Digest empty = Digest::parse(kEmpty);
  const Digest abc = Digest::parse(kAbc);
  EXPECT_LT(abc, empty);
  EXPECT_LT(empty, digest_of(DigestAlgorithm::Sha512, ""));
  // A shorter digest is none that begins with it.
  const std::array<std::byte, 32> zeros{};
  EXPECT_NE(Digest::from_raw(zeros), Digest::parse("sha512:" + std::string(128, '0')));
}

TEST(Digest, ReadsOnlyTheTwoForms) {
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
