#include "core/file_system.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/unique_fd.h"

namespace waybill {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> names(const fs::path& folder) {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(folder)) all.push_back(entry.path().filename());
  return all;
}

ErrorCode code_of(auto&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::Unclassified;
}

FileTree tree_of(std::initializer_list<std::pair<const char*, const char*>> files) {
  FileTree tree;
  for (const auto& [path, bytes] : files) tree.add(RelPath::parse(path), bytes);
  return tree;
}

class FileSystem : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  fs::path at(std::string_view name) const { return folder_.path() / name; }
};

TEST_F(FileSystem, WritesAndReadsFiles) {
  write_file(at("a"), "one", Overwrite::No);
  EXPECT_EQ(read_file(at("a")), "one");
  write_file(at("a"), "two", Overwrite::Yes);
  EXPECT_EQ(read_file(at("a")), "two");
  EXPECT_THAT(names(folder_.path()), UnorderedElementsAre("a"));
}

TEST_F(FileSystem, KeepsAnExistingFileUnlessToldOtherwise) {
  write_file(at("a"), "one", Overwrite::No);
  EXPECT_EQ(code_of([&] { write_file(at("a"), "two", Overwrite::No); }), ErrorCode::Conflict);
  fs::create_symlink("nowhere", at("link"));
  EXPECT_EQ(code_of([&] { write_file(at("link"), "two", Overwrite::No); }), ErrorCode::Conflict);
  EXPECT_EQ(read_file(at("a")), "one");
  EXPECT_THAT(names(folder_.path()), UnorderedElementsAre("a", "link"));
}

TEST_F(FileSystem, ReplacesALinkAndNotWhatItPointsTo) {
  write_file(at("target"), "precious", Overwrite::No);
  fs::create_symlink("target", at("link"));
  write_file(at("link"), "new", Overwrite::Yes);
  EXPECT_EQ(read_file(at("target")), "precious");
  EXPECT_EQ(read_file(at("link")), "new");
}

TEST_F(FileSystem, GivesKeysTheirMode) {
  write_file(at("key"), "secret", Overwrite::No, 0600);
  struct stat status = {};
  ASSERT_EQ(::stat(at("key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(FileSystem, LeavesNothingWithoutCommit) {
  {
    AtomicFile file(at("a"));
    file.sink().write("half");
    EXPECT_FALSE(fs::exists(at("a")));
    EXPECT_EQ(names(folder_.path()).size(), 1U);
  }
  EXPECT_THAT(names(folder_.path()), IsEmpty());
}

TEST_F(FileSystem, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(code_of([&] { static_cast<void>(read_file(at("none"))); }), ErrorCode::NotFound);
  EXPECT_EQ(code_of([&] { static_cast<void>(read_file(folder_.path())); }), ErrorCode::InvalidInput);
  write_file(at("a"), "12345", Overwrite::No);
  EXPECT_EQ(code_of([&] { static_cast<void>(read_file(at("a"), 4)); }), ErrorCode::InvalidInput);
  EXPECT_EQ(code_of([&] { write_file(at("none/a"), "x", Overwrite::No); }), ErrorCode::NotFound);
}

TEST_F(FileSystem, TemporaryFolderIsPrivateAndGoesAway) {
  fs::path path;
  {
    const TemporaryFolder inner(folder_.path());
    path = inner.path();
    struct stat status = {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
    write_folder(path / "sub", tree_of({{"a/b", "c"}}), Overwrite::No);
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(FileSystem, TemporaryFilesWithoutANameAreSeenByNobody) {
  const char* before = std::getenv("TMPDIR");
  const std::optional<std::string> kept = before == nullptr ? std::nullopt : std::optional<std::string>(before);
  ::setenv("TMPDIR", folder_.path().c_str(), 1);
  const UniqueFd file = unnamed_temporary_file();
  ::setenv("TMPDIR", at("nowhere").c_str(), 1);
  EXPECT_EQ(code_of([] { static_cast<void>(unnamed_temporary_file()); }), ErrorCode::NotFound);
  if (kept) {
    ::setenv("TMPDIR", kept->c_str(), 1);
  } else {
    ::unsetenv("TMPDIR");
  }
  EXPECT_THAT(names(folder_.path()), IsEmpty());
  struct stat status = {};
  ASSERT_EQ(::fstat(file.get(), &status), 0);
  EXPECT_EQ(status.st_nlink, 0U);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  char bytes[3] = {};
  EXPECT_EQ(::pwrite(file.get(), "abc", 3, 0), 3);
  EXPECT_EQ(::pread(file.get(), bytes, 3, 0), 3);
  EXPECT_EQ(std::string_view(bytes, 3), "abc");
}

TEST_F(FileSystem, FoldersSurviveTheTrip) {
  FileTree tree = tree_of({{"a", "1"}, {"b/c", ""}});
  tree.add(RelPath::parse("b/run.sh"), "#!", Executable::Yes);
  write_folder(at("out"), tree, Overwrite::No);
  EXPECT_EQ(read_folder(at("out")), tree);
  write_folder(at("empty"), FileTree{}, Overwrite::No);
  EXPECT_TRUE(read_folder(at("empty")).empty());
  write_folder(at("empty/"), tree, Overwrite::No);
  EXPECT_EQ(read_folder(at("empty")), tree);
  EXPECT_THAT(names(folder_.path()), UnorderedElementsAre("out", "empty"));
}

TEST_F(FileSystem, MakesTheFoldersAbove) {
  const FileTree tree = tree_of({{"a", "1"}});
  write_folder(at("new/newer/out"), tree, Overwrite::No);
  EXPECT_EQ(read_folder(at("new/newer/out")), tree);
  EXPECT_THAT(names(at("new/newer")), UnorderedElementsAre("out"));
}

TEST_F(FileSystem, ReplacesAFolderAsAWhole) {
  write_folder(at("out"), tree_of({{"old", "1"}, {"same", "1"}}), Overwrite::No);
  EXPECT_EQ(code_of([&] { write_folder(at("out"), tree_of({{"new", "2"}}), Overwrite::No); }), ErrorCode::Conflict);
  EXPECT_TRUE(fs::exists(at("out/old")));
  write_folder(at("out"), tree_of({{"new", "2"}}), Overwrite::Yes);
  EXPECT_EQ(read_folder(at("out")), tree_of({{"new", "2"}}));
  EXPECT_THAT(names(folder_.path()), UnorderedElementsAre("out"));
}

TEST_F(FileSystem, KeepsALinkToTheFolder) {
  fs::create_directory(at("real"));
  fs::create_directory_symlink("real", at("link"));
  write_folder(at("link"), tree_of({{"a", "1"}}), Overwrite::No);
  EXPECT_TRUE(fs::is_symlink(at("link")));
  EXPECT_EQ(read_folder(at("real")), tree_of({{"a", "1"}}));
}

TEST_F(FileSystem, RefusesTargetsThatAreNoFolderOfTheirOwn) {
  write_file(at("file"), "x", Overwrite::No);
  EXPECT_EQ(code_of([&] { write_folder(at("file"), {}, Overwrite::Yes); }), ErrorCode::Conflict);
  EXPECT_EQ(code_of([&] { write_folder(at("."), {}, Overwrite::Yes); }), ErrorCode::InvalidInput);
  EXPECT_EQ(code_of([&] { write_folder(at("a/.."), {}, Overwrite::Yes); }), ErrorCode::InvalidInput);
  EXPECT_EQ(code_of([&] { write_folder("/", {}, Overwrite::Yes); }), ErrorCode::InvalidInput);
  EXPECT_TRUE(fs::exists(at("file")));
}

TEST_F(FileSystem, ReadsRegularFilesOnly) {
  fs::create_directory(at("in"));
  write_file(at("in/a"), "12345", Overwrite::No);
  EXPECT_EQ(code_of([&] { static_cast<void>(read_folder(at("in"), 4)); }), ErrorCode::InvalidInput);
  EXPECT_EQ(code_of([&] { static_cast<void>(read_folder(at("in/a"))); }), ErrorCode::InvalidInput);
  EXPECT_EQ(code_of([&] { static_cast<void>(read_folder(at("none"))); }), ErrorCode::NotFound);
  for (const char* target : {"a", "nowhere", "/etc"}) {
    fs::create_symlink(target, at("in/link"));
    EXPECT_EQ(code_of([&] { static_cast<void>(read_folder(at("in"))); }), ErrorCode::InvalidInput) << target;
    fs::remove(at("in/link"));
  }
  ASSERT_EQ(::mkfifo(at("in/pipe").c_str(), 0600), 0);
  EXPECT_EQ(code_of([&] { static_cast<void>(read_folder(at("in"))); }), ErrorCode::InvalidInput);
}

TEST(WriteFile, APipeThatSomebodyPlantedIsNeitherWrittenToNorReplaced) {
  const TemporaryFolder folder;
  const fs::path pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const UniqueFd reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  for (const Overwrite overwrite : {Overwrite::No, Overwrite::Yes})
    EXPECT_EQ(code_of([&] { write_file(pipe, "text", overwrite); }), ErrorCode::Conflict);
  char buffer[8] = {};
  EXPECT_EQ(::read(reader.get(), buffer, sizeof buffer), 0);
  EXPECT_TRUE(fs::is_fifo(pipe));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1) << "nothing is left beside it";
}

TEST(WriteFile, ALinkToADeviceIsReplacedAndNotFollowed) {
  const TemporaryFolder folder;
  const fs::path link = folder.path() / "link";
  fs::create_symlink("/dev/null", link);
  write_file(link, "text", Overwrite::Yes);
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(link)));
  EXPECT_EQ(read_file(link), "text");
}

TEST(WriteOutput, APipeIsWrittenToAndNotReplaced) {
  const TemporaryFolder folder;
  const fs::path pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const UniqueFd reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  write_output(pipe, "text");
  EXPECT_TRUE(fs::is_fifo(pipe));
  char buffer[8] = {};
  EXPECT_EQ(::read(reader.get(), buffer, sizeof buffer), 4);
}

TEST(WriteOutput, ALinkKeepsLeadingToWhatItLeadsTo) {
  const TemporaryFolder folder;
  const fs::path link = folder.path() / "link";
  fs::create_symlink("/dev/null", link);
  write_output(link, "text");
  EXPECT_EQ(fs::read_symlink(link), "/dev/null");
  fs::remove(link);
  write_file(folder.path() / "file", "", Overwrite::No);
  fs::create_symlink("file", link);
  write_output(link, "text");
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(read_file(folder.path() / "file"), "text");
}

}  // namespace
}  // namespace waybill
