#include "core/disk_sync.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>

#include "core/error.h"
#include "core/file_system.h"
#include "core/unique_fd.h"
#include "tests/support/thrown_error.h"

namespace waybill {
namespace {

TEST(DiskSync, TakesFilesAndFoldersAndWhatCannotBeSynced) {
  const TemporaryFolder folder;
  write_file(folder.path() / "file", "text", Overwrite::No);
  for (const std::filesystem::path& path : {folder.path() / "file", folder.path()}) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_NO_THROW(sync_to_disk(fd.get(), path.string()));
  }
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  EXPECT_NO_THROW(sync_to_disk(writer.get(), "a pipe"));
}

TEST(DiskSync, NamesWhatFailed) {
  const Error failed = testing::error_of([] { sync_to_disk(-1, "out/index.json"); });
  EXPECT_THAT(failed.message(), ::testing::HasSubstr("'out/index.json' to the disk"));
}

}  // namespace
}  // namespace waybill
