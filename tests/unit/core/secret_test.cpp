#include "core/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <type_traits>

namespace waybill {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);

TEST(SecretBytes, HoldsAndMoves) {
  SecretBytes secret = SecretBytes::copy_of("password");
  EXPECT_EQ(secret.view(), "password");
  SecretBytes moved = std::move(secret);
  EXPECT_EQ(moved.view(), "password");
  SecretBytes assigned;
  assigned = std::move(moved);
  EXPECT_EQ(assigned.size(), 8U);
  EXPECT_TRUE(SecretBytes::copy_of("").empty());
}

TEST(SecretBytes, WipesWhatIsCutOff) {
  SecretBytes secret = SecretBytes::copy_of("password");
  const std::byte* begin = secret.bytes().data();
  secret.truncate(4);
  EXPECT_EQ(secret.view(), "pass");
  EXPECT_TRUE(std::all_of(begin + 4, begin + 8, [](std::byte byte) { return byte == std::byte{0}; }));
  secret.truncate(100);
  EXPECT_EQ(secret.size(), 4U);
}

TEST(SecretBytesDeathTest, ReadingBehindTheEndKillsTheProcess) {
  const SecretBytes secret(16);
  const volatile std::byte* behind = secret.bytes().data() + 16;
  EXPECT_DEATH(static_cast<void>(*behind), "");
}

}  // namespace
}  // namespace waybill
