// Commit and push, killed before every single call that changes something, on a folder and on a server: a reader never
// sees half of it, and the same command again ends in the commit that an undisturbed run makes. And: a server that has
// fallen silent does not keep Ctrl-C waiting.
#include <signal.h>

#include <chrono>

#include "tests/functional/support/workspace.h"
#include "tests/support/silent_server.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class GitInterruption : public Workspace {
 protected:
  void SetUp() override { WAYBILL_REQUIRE_PEER("git"); }

  [[nodiscard]] static Words publish(const std::string& repository) {
    return joined({"publish", "--repo", repository, "--path", "clusters/a", "--date", "2001-02-03T04:05:06Z"},
                  criteria());
  }
  // A killed push may still be under way at the server.
  void replace(const fs::path& target, const fs::path& source) const {
    std::error_code error;
    for (int i = 0; i < 1000 && (i == 0 || error); ++i) fs::remove_all(target, error);
    ASSERT_FALSE(error) << error.message();
    fs::copy(source, target, fs::copy_options::recursive);
  }
  // All runs start from copies of one repository, since what was committed by hand holds the time of then, and of a
  // home whose cache has seen it.
  void fresh() const {
    replace(folder() / "served/remote.git", folder() / "start.git");
    replace(folder() / "home", folder() / "start-home");
  }

  void killed_at_every_step(const std::string& repository) {
    const Words command = publish(repository);
    make_repository("start.git").commit_file("README.md", "site");
    const GitRepository remote = make_repository("served/remote.git");
    replace(folder() / "served/remote.git", folder() / "start.git");
    ASSERT_THAT(waybill(joined(command, {"--dry-run"})), Exited(0));
    fs::create_directories(folder() / "home");
    fs::rename(folder() / "home", folder() / "start-home");
    fresh();
    const std::string expected = at(waybill_json(command), "git.commit").as_string();
    long step = 1;
    int arrived = 0;
    for (;; ++step) {
      fresh();
      const ProcessResult killed =
          waybill(command, {{"LD_PRELOAD", WAYBILL_KILL_AT_STEP}, {"WAYBILL_KILL_AT_STEP", std::to_string(step)}});
      if (killed.exit_status == 0) break;
      ASSERT_EQ(killed.exit_status, 128 + SIGKILL) << killed.err;
      const std::string count = remote.git({"rev-list", "--count", "main"});
      if (count == "3") {
        ++arrived;
        EXPECT_EQ(remote.git({"rev-parse", "main"}), expected);
      }
      ASSERT_THAT(remote.complaints(), IsEmpty()) << "after step " << step;
      const ProcessResult next = waybill(joined(command, {"--format", "json"}));
      ASSERT_EQ(next.exit_status, 0) << "after step " << step << ": " << next.err;
      ASSERT_EQ(at(parse_json(next.out), "git.commit").as_string(), expected) << "after step " << step;
      ASSERT_EQ(remote.git({"rev-parse", "main"}), expected) << "after step " << step;
    }
    RecordProperty("steps", std::to_string(step - 1));
    EXPECT_GT(step, 20) << "there are more steps than that";
    EXPECT_GT(arrived, 0) << "the last steps come after the push";
  }
};

TEST_F(GitInterruption, KilledAtEveryStepInAFolder) { killed_at_every_step("served/remote.git"); }

// libgit2's name for a pack that is not whole yet.
TEST_F(GitInterruption, APackThatWasLeftIsRemovedAfterADay) {
  make_repository("served/remote.git").commit_file("README.md", "site");
  const fs::path packs = folder() / "served/remote.git/objects/pack";
  fs::create_directories(packs);
  write_file(packs / "pack_git2_old", "half", Overwrite::No);
  write_file(packs / "pack_git2_new", "half", Overwrite::No);
  fs::last_write_time(packs / "pack_git2_old", fs::file_time_type::clock::now() - std::chrono::hours(25));
  ASSERT_THAT(waybill(publish("served/remote.git")), Exited(0));
  EXPECT_FALSE(fs::exists(packs / "pack_git2_old"));
  EXPECT_TRUE(fs::exists(packs / "pack_git2_new"));
}

TEST_F(GitInterruption, KilledAtEveryStepAtAServer) {
  const int port = free_port();
  fs::create_directories(folder() / "served");
  const Background daemon(
      {"git", "daemon", "--export-all", "--enable=receive-pack", "--reuseaddr", "--listen=127.0.0.1",
       "--port=" + std::to_string(port), "--base-path=" + path("served"), path("served")},
      path("daemon.log"), {.environment = isolated_git_environment()});
  ASSERT_TRUE(wait_for_port(port));
  killed_at_every_step("git://127.0.0.1:" + std::to_string(port) + "/remote.git");
}

TEST_F(GitInterruption, ASilentServerDoesNotHoldCtrlC) {
  for (const std::string scheme : {"git", "http", "ssh"}) {
    SilentServer server;
    const std::unique_ptr<Background> running = start(publish(scheme + "://git@" + server.host() + "/site.git"));
    server.wait_for_connection();
    const auto sent = std::chrono::steady_clock::now();
    ::kill(running->pid(), SIGINT);
    EXPECT_EQ(running->wait(), 130) << scheme << ": " << read_file(path("log"));
    EXPECT_LT(std::chrono::steady_clock::now() - sent, std::chrono::seconds(10)) << scheme;
    EXPECT_THAT(read_file(path("log")), HasSubstr("interrupted"));
  }
}

}  // namespace
}  // namespace waybill::testing
