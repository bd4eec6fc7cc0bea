#include "oci/partial_archive.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/file_system.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

constexpr std::size_t kSize = std::size_t{3} << 20;

class PartialArchiveTest : public ::testing::Test {
 protected:
  PartialArchiveTest() {
    for (std::size_t i = 0; i < kSize; ++i) content_[i] = static_cast<char>('a' + i % 23);
  }
  [[nodiscard]] fs::path file() const { return folder_.path() / "a.tar"; }
  [[nodiscard]] fs::path partial() const { return folder_.path() / ".waybill-partial-archive-a.tar"; }
  void leave(std::size_t size) const {
    PartialArchive archive(file());
    archive.write(std::string_view(content_).substr(0, size));
  }

  TemporaryFolder folder_;
  std::string content_ = std::string(kSize, ' ');
};

TEST_F(PartialArchiveTest, GoesOnWhereTheLastOneStopped) {
  leave(2 << 20);
  EXPECT_EQ(fs::file_size(partial()), std::uintmax_t{2} << 20);
  PartialArchive archive(file());
  archive.write(std::string_view(content_).substr(0, 1000));
  Hasher hash(DigestAlgorithm::Sha256);
  EXPECT_EQ(archive.take_over(kSize - 1000, hash), (std::size_t{2} << 20) - 1000);
  EXPECT_EQ(hash.finish(), sha256(std::string_view(content_).substr(1000, (2 << 20) - 1000)));
  archive.write(std::string_view(content_).substr(2 << 20));
  EXPECT_FALSE(fs::exists(file()));
  archive.commit(Overwrite::No);
  EXPECT_EQ(read_file(file()), content_);
  EXPECT_FALSE(fs::exists(partial()));
}

TEST_F(PartialArchiveTest, WhatIsOfAnotherArchiveIsDropped) {
  leave(2 << 20);
  {
    PartialArchive archive(file());
    archive.write(std::string_view(content_).substr(0, 1 << 20));
    archive.write("something else");
    archive.commit(Overwrite::No);
  }
  EXPECT_EQ(read_file(file()), content_.substr(0, 1 << 20) + "something else");
}

TEST_F(PartialArchiveTest, EndsWhereItIsToldTo) {
  leave(kSize);
  PartialArchive archive(file());
  archive.write(content_.substr(0, 10));
  archive.commit(Overwrite::No);
  EXPECT_EQ(read_file(file()), content_.substr(0, 10));
}

TEST_F(PartialArchiveTest, GoesBackAndWritesAnew) {
  leave(2 << 20);
  PartialArchive archive(file());
  Hasher hash(DigestAlgorithm::Sha256);
  EXPECT_EQ(archive.take_over(kSize, hash), std::uint64_t{2} << 20);
  archive.go_back(5);
  EXPECT_EQ(archive.take_over(kSize, hash), 0U);
  archive.write("anew");
  archive.commit(Overwrite::No);
  EXPECT_EQ(read_file(file()), content_.substr(0, 5) + "anew");
}

TEST_F(PartialArchiveTest, LittleIsNotKeptAndTwoAtOnceDoNotShareAFile) {
  leave(1000);
  EXPECT_TRUE(fs::is_empty(folder_.path()));
  PartialArchive first(file());
  first.write(content_);
  PartialArchive second(file());
  second.write("second");
  second.commit(Overwrite::No);
  EXPECT_EQ(read_file(file()), "second");
  first.commit(Overwrite::Yes);
  EXPECT_EQ(read_file(file()), content_);
}

TEST_F(PartialArchiveTest, WaitsForAWeek) {
  leave(kSize);
  const fs::path other = folder_.path() / ".waybill-partial-archive-b.tar";
  fs::rename(partial(), other);
  leave(kSize);
  EXPECT_TRUE(fs::exists(other));
  fs::last_write_time(other, fs::file_time_type::clock::now() - std::chrono::hours(24 * 8));
  leave(kSize);
  EXPECT_FALSE(fs::exists(other));
  EXPECT_TRUE(fs::exists(partial()));
}

}  // namespace
}  // namespace waybill::oci
