// publish, killed at any time, raced by others and interrupted: a reader never sees half of it, and the same command
// completes it (issue: Bad input and bad luck, Proof).
#include <signal.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "core/digest.h"
#include "tests/functional/support/random_kills.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/registry_server.h"
#include "tests/support/silent_server.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Clock = std::chrono::steady_clock;

// The commit is the same whenever it is made.
constexpr const char* kDate = "2001-02-03T04:05:06Z";

// Where the killed runs write.
struct Place {
  std::function<Words()> command;
  std::function<void()> clear;          // makes it empty, or goes to another one
  std::function<bool()> is_written_to;  // whether a run has left anything there
  std::function<bool()> look;           // judges it as a reader does; whether what is published is there
  std::function<std::string()> finish;  // runs the command undisturbed, and names what it published
};

class Interruption : public Workspace {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("openssl");
    WAYBILL_REQUIRE_PEER("git");
    make_key();
  }
  [[nodiscard]] static Words publish(const Words& more, const Words& what = criteria()) {
    return joined(joined({"publish", "--key", "k.key", "--date", kDate}, more), what);
  }

  // Kills runs of the command until `kills` were hit, at random times of the whole run and of the part of it that
  // writes. Each is looked at, then completed by the same command, which publishes what an undisturbed run does; every
  // third time the completing run is killed too. Not few of the kills leave something half done, or the test fails.
  void kill_again_and_again(int kills, const Place& place) {
    RandomKills random;
    place.clear();
    const std::string undisturbed = place.finish();
    int hit = 0;
    int half_done = 0;
    for (int round = 0; hit < kills; ++round) {
      ASSERT_LT(round, 20 * kills) << "the runs end before they are killed";
      // Other work on this machine makes runs longer and shorter.
      if (round % 10 == 0) {
        ASSERT_NO_FATAL_FAILURE(measure(place));
      }
      place.clear();
      for (int run = 0; run < (round % 3 == 0 ? 2 : 1); ++run) {
        if (!kill_once(place, round % 2 == 0 ? From::Start : From::FirstWrite, random)) continue;
        ++hit;
        const bool published = place.look();
        half_done += !published && place.is_written_to() ? 1 : 0;
        ASSERT_FALSE(HasFailure()) << "after kill " << hit;
      }
      EXPECT_EQ(place.finish(), undisturbed);
      EXPECT_TRUE(place.look());
      ASSERT_FALSE(HasFailure()) << "in the run after kill " << hit;
    }
    EXPECT_GE(half_done, kills / 10) << "the kills came too early or too late";
  }

  // Verified by its signature, or not there at all.
  bool tag_is_signed_or_absent(const std::string& target) {
    const ProcessResult seen = waybill({"verify", target, "--key", "k.pub"});
    EXPECT_TRUE(seen.exit_status == 0 || seen.exit_status == 3) << seen.exit_status << "\n" << seen.out << seen.err;
    if (seen.exit_status != 0) return false;
    for (const char* form : {"signature (bundle)", "signature (simplesigning)", "attestation"})
      EXPECT_THAT(seen.out, HasSubstr(form));
    return true;
  }

 private:
  enum class From : std::uint8_t { Start, FirstWrite };

  void measure(const Place& place) {
    place.clear();
    const auto begin = Clock::now();
    const std::unique_ptr<Background> running = start(place.command());
    wait_for_the_first_write(place);
    const auto writes = Clock::now();
    ASSERT_EQ(running->wait(), 0) << read_file(path("log"));
    whole_ = Clock::now() - begin;
    writing_ = Clock::now() - writes;
  }
  static void wait_for_the_first_write(const Place& place) {
    const auto deadline = Clock::now() + std::chrono::minutes(1);
    while (!place.is_written_to() && Clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  // Whether the kill came before the end.
  bool kill_once(const Place& place, From from, RandomKills& random) {
    const std::unique_ptr<Background> running = start(place.command());
    if (from == From::FirstWrite) wait_for_the_first_write(place);
    return random.hit(*running, from == From::Start ? whole_ : writing_);
  }

  Clock::duration whole_ = {};    // of a run as the last measurement found it
  Clock::duration writing_ = {};  // and of its part after the first write
};

// No file under a final name is other than its name says.
void blobs_are_what_they_are_named(const fs::path& layout) {
  if (!fs::exists(layout / "blobs/sha256")) return;
  for (const auto& blob : fs::directory_iterator(layout / "blobs/sha256")) {
    const std::string name = blob.path().filename().string();
    if (name.starts_with(".waybill-")) continue;
    EXPECT_EQ(sha256(read_file(blob.path())).hex(), name);
  }
}

TEST_F(Interruption, KilledWhileWritingALayout) {
  const auto command = [] { return publish({"--output", "oci-layout:out:v1"}); };
  const auto look = [&] {
    blobs_are_what_they_are_named(folder() / "out");
    if (!fs::exists(path("out/index.json"))) return false;
    const Value index = parse_json(read_file(path("out/index.json")));
    for (const Value& entry : at(index, "manifests").items()) {
      const std::string blob = "out/blobs/sha256/" + entry.text_or("digest", "").substr(7);
      EXPECT_EQ(at(entry, "size").as_int(), static_cast<std::int64_t>(fs::file_size(path(blob))));
    }
    return tag_is_signed_or_absent("oci-layout:out:v1");
  };
  kill_again_and_again(100, {.command = command,
                             .clear = [&] { fs::remove_all(path("out")); },
                             .is_written_to = [&] { return fs::exists(path("out")); },
                             .look = look,
                             .finish = [&] { return at(waybill_json(command()), "oci.digest").as_string(); }});
}

TEST_F(Interruption, KilledWhileWritingARegistry) {
  WAYBILL_REQUIRE_PEER("docker-registry");
  WAYBILL_REQUIRE_PEER("skopeo");
  const RegistryServer registry(RegistryKind::FallbackTag);
  // What was once uploaded stays, so each round has a repository of its own.
  int round = 0;
  const auto repository = [&] { return "killed/r" + std::to_string(round); };
  const auto target = [&] { return registry.target(repository()) + ":v1"; };
  const auto command = [&] { return publish({"--output", target()}); };
  const auto repositories = registry.storage() / "docker/registry/v2/repositories";
  kill_again_and_again(100, {.command = command,
                             .clear = [&] { ++round; },
                             .is_written_to = [&] { return fs::exists(repositories / repository()); },
                             .look = [&] { return tag_is_signed_or_absent(target()); },
                             .finish = [&] { return at(waybill_json(command()), "oci.digest").as_string(); }});
  const Value layout = waybill_json(publish({"--output", "oci-layout:undisturbed:v1"}));
  EXPECT_EQ(at(waybill_json(command()), "oci.digest"), at(layout, "oci.digest"));
  EXPECT_THAT(
      execute({"skopeo", "copy", "-q", "--src-tls-verify=false", "docker://" + target().substr(6), "oci:copied:v1"}),
      Exited(0));
}

// The commit with all of its files, or no branch.
bool branch_is_whole_or_absent(const GitRepository& remote) {
  if (remote.try_git({"rev-parse", "--verify", "-q", "main"}).exit_status != 0) return false;
  const std::string listing = remote.listing();
  for (const char* file : {"clusters/a/.waybill.lock.json", "clusters/a/root.yaml", "clusters/a/bundle/bundle.json",
                           "clusters/a/bundle/checksums.txt"}) {
    EXPECT_THAT(listing, HasSubstr(file));
  }
  EXPECT_THAT(remote.complaints(), IsEmpty());
  EXPECT_EQ(remote.git({"rev-list", "--count", "main"}), "1");
  return true;
}

TEST_F(Interruption, KilledWhileWritingGit) {
  const GitRepository remote = make_repository();
  const auto command = [] { return publish({"--repo", "remote.git", "--path", "clusters/a"}); };
  const auto clear = [&] {
    fs::remove_all(path("remote.git"));
    make_repository();
  };
  kill_again_and_again(100, {.command = command,
                             .clear = clear,
                             .is_written_to = [&] { return !fs::is_empty(path("remote.git/objects/pack")); },
                             .look = [&] { return branch_is_whole_or_absent(remote); },
                             .finish =
                                 [&] {
                                   const std::string commit = at(waybill_json(command()), "git.commit").as_string();
                                   EXPECT_FALSE(fs::exists(path("remote.git/refs/heads/main.lock")));
                                   return commit;
                                 }});
}

TEST_F(Interruption, KilledWhilePushingToAGitServer) {
  const GitRepository remote = make_repository("served/remote.git");
  const int port = free_port();
  const Background server(
      {"git", "daemon", "--export-all", "--enable=receive-pack", "--reuseaddr", "--listen=127.0.0.1",
       "--port=" + std::to_string(port), "--base-path=" + path("served"), path("served")},
      path("server-log"), {.environment = isolated_environment()});
  ASSERT_TRUE(wait_for_port(port)) << read_file(path("server-log"));
  const std::string url = "git://127.0.0.1:" + std::to_string(port) + "/remote.git";
  const auto command = [&] { return publish({"--repo", url, "--path", "clusters/a"}); };
  // The server may still be busy with the last push, so it loses only the branch. The copy of it that is kept for the
  // next time is as new as in the beginning.
  const auto clear = [&] {
    static_cast<void>(remote.try_git({"update-ref", "-d", "refs/heads/main"}));
    fs::remove_all(path("home"));
  };
  const auto caches = [&] {
    return fs::exists(path("home/cache/waybill/git")) && !fs::is_empty(path("home/cache/waybill/git"));
  };
  kill_again_and_again(50, {.command = command,
                            .clear = clear,
                            .is_written_to = caches,
                            .look = [&] { return branch_is_whole_or_absent(remote); },
                            .finish = [&] { return at(waybill_json(command()), "git.commit").as_string(); }});
}

TEST_F(Interruption, ARepeatAfterAKillKeepsTheDateOfTheChange) {
  WAYBILL_REQUIRE_PEER("faketime");
  // Without --date the time of the first attempt counts; the push of that attempt is refused by a hook.
  const GitRepository remote = make_repository();
  remote.add_hook("pre-receive", "exit 1");
  const Words command = joined({"publish", "--repo", "remote.git"}, criteria());
  EXPECT_NE(waybill(command).exit_status, 0);
  fs::remove(path("remote.git/hooks/pre-receive"));
  ASSERT_THAT(execute(joined({"faketime", "2033-01-01 00:00:00", program()}, command)), Exited(0));
  EXPECT_THAT(remote.git({"show", "-s", "--format=%cs", "main"}), Not(HasSubstr("2033")));
}

TEST_F(Interruption, FourAtOnceLeaveOneLayout) {
  const Words command = publish({"--output", "oci-layout:out:v1"});
  for (int round = 0; round < 5; ++round) {
    fs::remove_all(path("out"));
    std::vector<std::jthread> publishers;
    std::array<ProcessResult, 4> results;
    for (ProcessResult& result : results) publishers.emplace_back([&] { result = waybill(command); });
    publishers.clear();
    for (const ProcessResult& result : results) EXPECT_THAT(result, Exited(0));
    EXPECT_TRUE(tag_is_signed_or_absent("oci-layout:out:v1"));
    blobs_are_what_they_are_named(folder() / "out");
  }
}

TEST_F(Interruption, TwoPathsOfOneRepositoryBothArrive) {
  const GitRepository remote = make_repository();
  ProcessResult a;
  ProcessResult b;
  {
    const std::jthread first([&] { a = waybill(publish({"--repo", "remote.git", "--path", "a"})); });
    const std::jthread second([&] { b = waybill(publish({"--repo", "remote.git", "--path", "b"}, other_criteria())); });
  }
  EXPECT_THAT(a, Exited(0));
  EXPECT_THAT(b, Exited(0));
  EXPECT_EQ(remote.git({"rev-list", "--count", "main"}), "2");
  const std::string listing = remote.listing();
  EXPECT_THAT(listing, HasSubstr(" a/root.yaml"));
  EXPECT_THAT(listing, HasSubstr(" b/root.yaml"));
  EXPECT_THAT(remote.complaints(), IsEmpty());
}

TEST_F(Interruption, SignalsEndItWith130) {
  for (const int signal_number : {SIGINT, SIGTERM}) {
    SilentServer server;
    const std::unique_ptr<Background> running = start(publish({"--output", "oci://" + server.host() + "/a/b:v1"}));
    server.wait_for_request();
    const auto sent = Clock::now();
    ::kill(running->pid(), signal_number);
    const int status = running->wait();
    EXPECT_LT(Clock::now() - sent, std::chrono::seconds(10));
    EXPECT_EQ(status, 130) << read_file(path("log"));
    EXPECT_THAT(read_file(path("log")), HasSubstr("interrupted"));
  }
}

TEST_F(Interruption, WhatWasInterruptedAfterTheCommitIsCompleted) {
  const GitRepository remote = make_repository();
  // The hook of the first push interrupts whoever pushes, when the commit is there.
  remote.add_hook("post-receive", "kill -INT $(cat '" + path("pid") + "')");
  const Words command = publish({"--repo", "remote.git", "--output", "oci-layout:out:v1"});
  const ProcessResult interrupted =
      execute(joined({"bash", "-c", "echo $$ >pid; exec \"$0\" \"$@\"", program()}, command));
  EXPECT_THAT(interrupted, Exited(130));
  fs::remove(path("remote.git/hooks/post-receive"));
  const std::string tip = remote.git({"rev-parse", "main"});
  const Value done = waybill_json(command);
  EXPECT_EQ(at(done, "git.commit").as_string(), tip);
  EXPECT_FALSE(at(done, "git.changed").as_bool());
  EXPECT_TRUE(tag_is_signed_or_absent("oci-layout:out:v1"));
}

}  // namespace
}  // namespace waybill::testing
