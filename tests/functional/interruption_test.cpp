// publish, killed at any time, raced by others and interrupted: a reader never sees half of it, and the same command
// completes it (issue: Bad input and bad luck, Proof).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <random>
#include <thread>

#include "core/digest.h"
#include "core/unique_fd.h"
#include "tests/functional/support/registry.h"
#include "tests/functional/support/workspace.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Clock = std::chrono::steady_clock;

constexpr int kKills = 100;
// The commit is the same whenever it is made.
constexpr const char* kDate = "2001-02-03T04:05:06Z";

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
  [[nodiscard]] std::unique_ptr<Background> start(const Words& words) const {
    return std::make_unique<Background>(
        joined({program()}, words), path("log"),
        ProcessOptions{.input = {}, .folder = folder().string(), .environment = isolated_environment()});
  }
  // Starts `command` again and again and kills it at random times of its run, until it was killed kKills times; `clear`
  // makes the place empty, `look` judges after each kill. At least a few kills hit a run that had written something.
  template <typename Clear, typename Look>
  void kill_again_and_again(const Words& command, Clear&& clear, Look&& look) {
    clear();
    const auto begin = Clock::now();
    ASSERT_THAT(waybill(command), Exited(0));
    const std::chrono::nanoseconds whole = Clock::now() - begin;
    clear();
    std::mt19937 random(20260101);  // NOLINT(cert-msc51-cpp): a failure must be repeatable
    std::uniform_int_distribution<std::int64_t> any(0, whole.count());
    int killed = 0;
    for (int attempt = 0; killed < kKills && attempt < 20 * kKills; ++attempt) {
      // A third of the runs goes on where the one before it ended.
      if (attempt % 3 != 0) clear();
      const std::unique_ptr<Background> running = start(command);
      std::this_thread::sleep_for(std::chrono::nanoseconds(any(random)));
      ::kill(running->pid(), SIGKILL);
      killed += running->wait() == 128 + SIGKILL ? 1 : 0;
      ASSERT_NO_FATAL_FAILURE(look());
      if (HasFailure()) FAIL() << "after attempt " << attempt;
    }
    EXPECT_EQ(killed, kKills);
  }
  // Verified by its signature, or not there at all.
  void tag_is_signed_or_absent(const std::string& target) {
    const ProcessResult seen = waybill({"verify", target, "--key", "k.pub"});
    EXPECT_TRUE(seen.exit_status == 0 || seen.exit_status == 3) << seen.exit_status << "\n" << seen.out << seen.err;
    (seen.exit_status == 0 ? complete_ : incomplete_)++;
    if (seen.exit_status == 0) {
      for (const char* form : {"signature (bundle)", "signature (simplesigning)", "attestation"})
        EXPECT_THAT(seen.out, HasSubstr(form));
    }
  }

  int complete_ = 0;
  int incomplete_ = 0;
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
  const Words command = publish({"--output", "oci-layout:out:v1"});
  const Value undisturbed = waybill_json(publish({"--output", "oci-layout:undisturbed:v1"}));
  kill_again_and_again(
      command, [&] { fs::remove_all(path("out")); },
      [&] {
        blobs_are_what_they_are_named(folder() / "out");
        if (!fs::exists(path("out/index.json"))) return;
        const Value index = parse_json(read_file(path("out/index.json")));
        for (const Value& entry : at(index, "manifests").items()) {
          const std::string blob = "out/blobs/sha256/" + entry.text_or("digest", "").substr(7);
          EXPECT_EQ(at(entry, "size").as_int(), static_cast<std::int64_t>(fs::file_size(path(blob))));
        }
        tag_is_signed_or_absent("oci-layout:out:v1");
      });
  EXPECT_GT(incomplete_, 5) << "the kills came too late";
  EXPECT_EQ(at(waybill_json(command), "oci.digest"), at(undisturbed, "oci.digest"));
  tag_is_signed_or_absent("oci-layout:out:v1");
  EXPECT_GT(complete_, 0);
}

TEST_F(Interruption, KilledWhileWritingARegistry) {
  WAYBILL_REQUIRE_PEER("docker-registry");
  WAYBILL_REQUIRE_PEER("skopeo");
  const Value undisturbed = waybill_json(publish({"--output", "oci-layout:undisturbed:v1"}));
  const RegistryServer registry(folder() / "registry");
  int repository = 0;
  const auto target = [&] { return registry.target("killed/r" + std::to_string(repository)) + ":v1"; };
  // Each run has a repository of its own or goes on with the one before.
  const auto begin = Clock::now();
  ASSERT_THAT(waybill(publish({"--output", target()})), Exited(0));
  const std::chrono::nanoseconds whole = Clock::now() - begin;
  std::mt19937 random(20260102);  // NOLINT(cert-msc51-cpp): a failure must be repeatable
  std::uniform_int_distribution<std::int64_t> any(0, whole.count());
  int killed = 0;
  for (int attempt = 0; killed < kKills && attempt < 20 * kKills; ++attempt) {
    if (attempt % 3 != 0) ++repository;
    const std::unique_ptr<Background> running = start(publish({"--output", target()}));
    std::this_thread::sleep_for(std::chrono::nanoseconds(any(random)));
    ::kill(running->pid(), SIGKILL);
    killed += running->wait() == 128 + SIGKILL ? 1 : 0;
    tag_is_signed_or_absent(target());
    ASSERT_FALSE(HasFailure()) << "after attempt " << attempt;
  }
  EXPECT_EQ(killed, kKills);
  EXPECT_GT(incomplete_, 5) << "the kills came too late";
  EXPECT_EQ(at(waybill_json(publish({"--output", target()})), "oci.digest"), at(undisturbed, "oci.digest"));
  tag_is_signed_or_absent(target());
  EXPECT_GT(complete_, 0);
  EXPECT_THAT(
      execute({"skopeo", "copy", "-q", "--src-tls-verify=false", "docker://" + target().substr(6), "oci:copied:v1"}),
      Exited(0));
}

TEST_F(Interruption, KilledWhileWritingGit) {
  make_repository("undisturbed.git");
  GitRepository remote = make_repository();
  const auto clear = [&] {
    fs::remove_all(path("remote.git"));
    make_repository();
    fs::remove_all(path("home"));
  };
  const Words command = publish({"--repo", "remote.git", "--path", "clusters/a"});
  kill_again_and_again(command, clear, [&] {
    if (remote.try_git({"rev-parse", "--verify", "-q", "main"}).exit_status != 0) {
      ++incomplete_;
      return;
    }
    ++complete_;
    const std::string listing = remote.listing();
    for (const char* file : {"clusters/a/.waybill.lock.json", "clusters/a/root.yaml", "clusters/a/bundle/bundle.json",
                             "clusters/a/bundle/checksums.txt"}) {
      EXPECT_THAT(listing, HasSubstr(file));
    }
    EXPECT_THAT(remote.complaints(), IsEmpty());
    EXPECT_EQ(remote.git({"rev-list", "--count", "main"}), "1");
  });
  EXPECT_GT(incomplete_, 5) << "the kills came too late";
  const Value last = waybill_json(command);
  EXPECT_THAT(remote.complaints(), IsEmpty());
  const std::string commit = at(last, "git.commit").as_string();
  clear();
  EXPECT_EQ(at(waybill_json(command), "git.commit").as_string(), commit) << "an undisturbed run makes the same commit";
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
    tag_is_signed_or_absent("oci-layout:out:v1");
    blobs_are_what_they_are_named(folder() / "out");
  }
  EXPECT_EQ(complete_, 5);
}

TEST_F(Interruption, TwoPathsOfOneRepositoryBothArrive) {
  const GitRepository remote = make_repository();
  ProcessResult a;
  ProcessResult b;
  {
    std::jthread first([&] { a = waybill(publish({"--repo", "remote.git", "--path", "a"})); });
    std::jthread second([&] { b = waybill(publish({"--repo", "remote.git", "--path", "b"}, other_criteria())); });
  }
  EXPECT_THAT(a, Exited(0));
  EXPECT_THAT(b, Exited(0));
  EXPECT_EQ(remote.git({"rev-list", "--count", "main"}), "2");
  const std::string listing = remote.listing();
  EXPECT_THAT(listing, HasSubstr(" a/root.yaml"));
  EXPECT_THAT(listing, HasSubstr(" b/root.yaml"));
  EXPECT_THAT(remote.complaints(), IsEmpty());
}

// A server that takes connections and never answers.
class SilentServer {
 public:
  SilentServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic =
        reinterpret_cast<sockaddr*>(&address);  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast): sockets
    if (::bind(listener_.get(), generic, length) != 0 || ::listen(listener_.get(), 8) != 0 ||
        ::getsockname(listener_.get(), generic, &length) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
  }
  [[nodiscard]] int port() const noexcept { return port_; }
  // Waits for the first request: whoever sent it is now waiting for the answer.
  void wait_for_request() {
    connection_ = UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    char byte = 0;
    if (::read(connection_.get(), &byte, 1) != 1) throw std::runtime_error("no request came");
  }

 private:
  UniqueFd listener_;
  UniqueFd connection_;
  int port_ = 0;
};

TEST_F(Interruption, SignalsEndItWith130) {
  for (const int signal_number : {SIGINT, SIGTERM}) {
    SilentServer server;
    const std::unique_ptr<Background> running =
        start(publish({"--output", "oci://127.0.0.1:" + std::to_string(server.port()) + "/a/b:v1"}));
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
  tag_is_signed_or_absent("oci-layout:out:v1");
  EXPECT_EQ(complete_, 1);
}

}  // namespace
}  // namespace waybill::testing
