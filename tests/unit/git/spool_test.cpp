#include "git/spool.h"

#include <gtest/gtest.h>

#include <array>

#include "core/error.h"
#include "core/file_system.h"

namespace waybill::git {
namespace {

std::string read_back(Spool& spool) {
  std::string result;
  std::array<char, 1000> piece;
  while (const std::size_t count = spool.read(piece)) result.append(piece.data(), count);
  return result;
}

TEST(Spool, GivesBackWhatItGotInMemoryAndFromAFile) {
  const TemporaryFolder folder;
  for (const std::size_t pieces : {std::size_t{0}, std::size_t{3}, std::size_t{5000}}) {
    Spool spool(folder.path(), 1 << 30, "server");
    std::string expected;
    for (std::size_t i = 0; i < pieces; ++i) {
      const std::string piece = std::to_string(i) + std::string(1000, static_cast<char>('a' + i % 26));
      expected += piece;
      spool.write(piece);
    }
    EXPECT_TRUE(read_back(spool) == expected) << pieces;
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "its file has no name";
  }
}

TEST(Spool, TakesNoMoreThanItsLimit) {
  const TemporaryFolder folder;
  Spool spool(folder.path(), 10, "server");
  spool.write("0123456789");
  try {
    spool.write("x");
    FAIL() << "one byte too many";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
  }
}

TEST(Spool, AFolderThatIsNotThereIsToldOnlyWhenItIsNeeded) {
  Spool spool("/no/such/folder", 1 << 30, "server");
  spool.write("small");
  EXPECT_THROW(spool.write(std::string(std::size_t{5} << 20, 'x')), Error);
}

}  // namespace
}  // namespace waybill::git
