#include "oci/partial_blob.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "core/file_system.h"
#include "oci/layout.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

using ::testing::ElementsAre;

constexpr std::size_t kSize = std::size_t{3} << 20;

class PartialBlobTest : public ::testing::Test {
 protected:
  PartialBlobTest() {
    for (std::size_t i = 0; i < kSize; ++i) content_[i] = static_cast<char>('a' + i % 23);
    blob_ = describe(content_, "text/plain");
    layout_ = Layout::open_or_create(folder_.path() / "layout");
  }
  [[nodiscard]] fs::path blobs() const { return folder_.path() / "layout/blobs/sha256"; }
  [[nodiscard]] fs::path partial() const { return blobs() / (std::string(kPartialPrefix) + blob_.digest.hex()); }
  // Remembers where it was opened; breaks off after `good` bytes of the whole.
  OpenBlob source(std::size_t good = kSize) {
    return [this, good](std::uint64_t offset) -> std::unique_ptr<ByteSource> {
      offsets_.push_back(offset);
      class Breaking final : public ByteSource {
       public:
        Breaking(std::string_view text, bool breaks) noexcept : inner_(text), breaks_(breaks) {}
        std::size_t read(std::span<std::byte> buffer) override {
          const std::size_t count = inner_.read(buffer);
          if (count == 0 && breaks_) throw Error(ErrorCode::Unavailable, "broken off");
          return count;
        }

       private:
        SpanSource inner_;
        bool breaks_;
      };
      return std::make_unique<Breaking>(std::string_view(content_).substr(offset, good - offset), good < kSize);
    };
  }
  void expect_whole() const { EXPECT_EQ(read_file(blobs() / blob_.digest.hex()), content_); }

  TemporaryFolder folder_;
  std::string content_ = std::string(kSize, ' ');
  Descriptor blob_ = describe("", "text/plain");
  std::unique_ptr<Layout> layout_;
  std::vector<std::uint64_t> offsets_;
};

TEST_F(PartialBlobTest, GoesOnWhereTheLastOneStopped) {
  EXPECT_THROW(layout_->push_blob(blob_, source(2 << 20)), Error);
  EXPECT_EQ(fs::file_size(partial()), std::uintmax_t{2} << 20);
  EXPECT_EQ(layout_->push_blob(blob_, source()), Pushed::Transferred);
  EXPECT_THAT(offsets_, ElementsAre(0U, 2U << 20));
  expect_whole();
  EXPECT_FALSE(fs::exists(partial()));
}

TEST_F(PartialBlobTest, LittleIsNotKept) {
  EXPECT_THROW(layout_->push_blob(blob_, source(1000)), Error);
  EXPECT_TRUE(fs::is_empty(blobs()));
}

TEST_F(PartialBlobTest, WhatWasDamagedIsFetchedAgain) {
  write_file(partial(), std::string(std::size_t{2} << 20, 'x'), Overwrite::No);
  EXPECT_EQ(layout_->push_blob(blob_, source()), Pushed::Transferred);
  EXPECT_THAT(offsets_, ElementsAre(2U << 20, 0U));
  expect_whole();
  fs::remove(blobs() / blob_.digest.hex());
  write_file(partial(), std::string(kSize + 1, 'x'), Overwrite::No);
  EXPECT_EQ(layout_->push_blob(blob_, source()), Pushed::Transferred);
  expect_whole();
}

TEST_F(PartialBlobTest, AWrongSourceLeavesNothing) {
  write_file(partial(), content_.substr(0, 2 << 20), Overwrite::No);
  content_.back() = '!';
  EXPECT_THROW(layout_->push_blob(blob_, source()), Error);
  EXPECT_TRUE(fs::is_empty(blobs()));
}

TEST_F(PartialBlobTest, TwoAtOnceDoNotShareAFile) {
  PartialBlob first(blobs(), blob_);
  EXPECT_EQ(layout_->push_blob(blob_, source()), Pushed::Transferred);
  expect_whole();
  first.complete(source());
  first.rename_to(blobs() / blob_.digest.hex());
  expect_whole();
}

TEST_F(PartialBlobTest, IsRemovedWhenItsBlobIsThereOrAWeekHasPassed) {
  write_file(partial(), "half", Overwrite::No);
  const Descriptor other = push_bytes(*layout_, "other", "text/plain");
  const auto tag = [&] {
    const auto again = Layout::open(folder_.path() / "layout");
    again->begin_batch();
  };
  tag();
  EXPECT_TRUE(fs::exists(partial()));
  fs::last_write_time(partial(), fs::file_time_type::clock::now() - std::chrono::hours(24 * 8));
  tag();
  EXPECT_FALSE(fs::exists(partial()));
  const fs::path of_other = blobs() / (std::string(kPartialPrefix) + other.digest.hex());
  write_file(of_other, "half", Overwrite::No);
  tag();
  EXPECT_FALSE(fs::exists(of_other));
}

}  // namespace
}  // namespace waybill::oci
