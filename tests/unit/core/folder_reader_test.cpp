#include "core/folder_reader.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <fstream>

#include "core/error.h"
#include "core/file_system.h"
#include "core/unique_fd.h"

namespace fs = std::filesystem;

namespace waybill {
namespace {

class FolderReader : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path at(const std::string& name) const { return folder_.path() / name; }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(at(name).parent_path());
    std::ofstream(at(name), std::ios::binary) << text;
  }
  // The message of the refusal; empty when there is none.
  [[nodiscard]] std::string refusal(const FolderLimits& limits = {}, const std::string& name = "in") const {
    try {
      static_cast<void>(read_folder(at(name), limits));
      return {};
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
      return error.message();
    }
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(FolderReader, ReadsEveryRegularFile) {
  write("in/a", "1");
  write("in/b/.c/d..e.txt", "2");
  const FileTree tree = read_folder(at("in"), FolderLimits{});
  EXPECT_EQ(tree.size(), 2U);
  EXPECT_EQ(tree.at(RelPath::parse("b/.c/d..e.txt")).bytes, "2");
}

TEST_F(FolderReader, FollowsALinkToTheFolderAndNoneInIt) {
  write("in/a", "1");
  fs::create_symlink("in", at("link"));
  EXPECT_EQ(read_folder(at("link"), FolderLimits{}).size(), 1U);
  EXPECT_EQ(read_folder(at("link") / "", FolderLimits{}).size(), 1U);
  for (const char* target : {"a", "nowhere", "/etc", "/etc/passwd", "..", "."}) {
    fs::create_symlink(target, at("in/z"));
    EXPECT_NE(refusal().find("'" + at("in/z").string() + "' is a link"), std::string::npos) << target;
    fs::remove(at("in/z"));
  }
}

TEST_F(FolderReader, RefusesSpecialFilesWithoutWaiting) {
  write("in/a", "1");
  ASSERT_EQ(::mkfifo(at("in/pipe").c_str(), 0600), 0);
  EXPECT_NE(refusal().find("special file"), std::string::npos);
  fs::remove(at("in/pipe"));
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string name = at("in/s").string();
  ASSERT_LT(name.size(), sizeof(address.sun_path));
  std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_NE(refusal().find("special file"), std::string::npos);
}

TEST_F(FolderReader, HasLimits) {
  write("in/a", "12345");
  write("in/b/c/d", "12345");
  EXPECT_EQ(refusal({.bytes = 10, .file_bytes = 5, .entries = 4, .depth = 3}), "");
  EXPECT_NE(refusal({.bytes = 9}), "");
  EXPECT_NE(refusal({.file_bytes = 4}), "");
  EXPECT_NE(refusal({.entries = 3}), "");
  EXPECT_NE(refusal({.depth = 2}), "");
}

TEST_F(FolderReader, LeavesOutWhatItIsToldTo) {
  write("in/a", "1");
  write("in/.git/big", "12345678");
  const auto tree = read_folder(at("in"), {.file_bytes = 4}, [](std::string_view path) { return path == ".git"; });
  EXPECT_EQ(tree.size(), 1U);
}

TEST_F(FolderReader, TellsWhatIsNoFolder) {
  write("file", "1");
  EXPECT_NE(refusal({}, "file").find("is not a folder"), std::string::npos);
  try {
    static_cast<void>(read_folder(at("none"), FolderLimits{}));
    ADD_FAILURE() << "there is no such folder";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::NotFound);
  }
}

}  // namespace
}  // namespace waybill
