// save and load, killed at any time and interrupted: no part and no blob is under its name that is not whole, no tag
// comes before what it names, and the same command completes it.
#include <fmt/core.h>
#include <signal.h>

#include <chrono>
#include <functional>
#include <thread>

#include "core/digest.h"
#include "tests/functional/support/image_layout.h"
#include "tests/functional/support/random_kills.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/registry_server.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Clock = std::chrono::steady_clock;

class CarryInterruption : public Workspace {
 protected:
  void SetUp() override { write_image(path("image"), "v1", 5, 2'700'000); }

  // Kills `kills` runs of the command at random times; after each, `look` judges what is there (and says whether it is
  // complete), and now and then the same command completes it, as `complete` judges.
  void kill_again_and_again(int kills, const std::function<Words()>& command, const std::function<void()>& clear,
                            const std::function<bool()>& look, const std::function<void()>& complete) {
    RandomKills random;
    clear();
    const auto begin = Clock::now();
    ASSERT_EQ(start(command())->wait(), 0) << read_file(path("log"));
    Clock::duration whole = Clock::now() - begin;
    complete();
    int hit = 0;
    int incomplete = 0;
    for (int round = 0; hit < kills; ++round) {
      ASSERT_LT(round, 20 * kills) << "the runs end before they are killed";
      if (round % 3 == 0) clear();  // else it goes on from what the last one left
      if (!random.hit(*start(command()), whole)) continue;
      ++hit;
      incomplete += look() ? 0 : 1;
      ASSERT_FALSE(HasFailure()) << "after kill " << hit;
      if (hit % 4 != 0) continue;
      const auto again = Clock::now();
      ASSERT_EQ(start(command())->wait(), 0) << read_file(path("log"));
      whole = std::max<Clock::duration>(Clock::now() - again, whole / 2);
      complete();
      ASSERT_FALSE(HasFailure()) << "in the run after kill " << hit;
    }
    EXPECT_GE(incomplete, kills / 4) << "the kills came too late";
  }

  [[nodiscard]] Words temporary_files(const std::string& in) const {
    Words found;
    for (const auto& entry : fs::recursive_directory_iterator(folder() / in)) {
      if (entry.path().filename().string().starts_with(".waybill-")) found.push_back(entry.path().string());
    }
    return found;
  }
  [[nodiscard]] Snapshot named_files(const std::string& in) const {
    Snapshot found;
    if (!fs::exists(path(in))) return found;
    for (const auto& [name, content] : snapshot(folder() / in)) {
      if (name.find(".waybill-") == std::string::npos) found.emplace(name, content);
    }
    return found;
  }
};

TEST_F(CarryInterruption, KilledWhileSaving) {
  const Words command = {"save", "oci-layout:image:v1", "-o", "out", "--part-size", "4MiB", "--parity", "25%"};
  ASSERT_THAT(waybill({"save", "oci-layout:image:v1", "-o", "whole", "--part-size", "4MiB", "--parity", "25%"}),
              Exited(0));
  const Snapshot whole = snapshot(folder() / "whole");
  kill_again_and_again(
      32, [&] { return command; }, [&] { fs::remove_all(path("out")); },
      [&] {
        const Snapshot there = named_files("out");
        for (const auto& [name, content] : there)
          EXPECT_EQ(content, whole.at(name)) << "under its name, so it is whole";
        return there.size() == whole.size();
      },
      [&] {
        EXPECT_EQ(snapshot(folder() / "out"), whole);
        EXPECT_THAT(temporary_files("out"), IsEmpty());
      });
}

TEST_F(CarryInterruption, KilledWhileLoadingIntoALayout) {
  ASSERT_THAT(waybill({"save", "oci-layout:image:v1", "-o", "parts", "--part-size", "4MiB", "--parity", "25%"}),
              Exited(0));
  // Some of it has to be computed.
  fs::remove(path("parts/" + named_files("parts").rbegin()->first));
  kill_again_and_again(
      20,
      [] {
        return Words{"load", "parts", "oci-layout:out"};
      },
      [&] { fs::remove_all(path("out")); },
      [&] {
        for (const auto& [name, content] : named_files("out/blobs"))
          EXPECT_THAT(content, HasSubstr(name.substr(name.find('/') + 1)));
        const ProcessResult seen = waybill({"inspect", "oci-layout:out:v1"});
        if (seen.exit_status == 0) {
          EXPECT_EQ(snapshot(folder() / "image/blobs"), named_files("out/blobs"));
        }
        return seen.exit_status == 0;
      },
      [&] {
        EXPECT_EQ(snapshot(folder() / "image/blobs"), snapshot(folder() / "out/blobs"));
        EXPECT_THAT(temporary_files("out"), IsEmpty());
      });
}

TEST_F(CarryInterruption, KilledWhileLoadingIntoARegistry) {
  WAYBILL_REQUIRE_PEER("docker-registry");
  const RegistryServer server(RegistryKind::FallbackTag);
  ASSERT_THAT(waybill({"save", "oci-layout:image:v1", "-o", "parts", "--part-size", "4MiB"}), Exited(0));
  // A fresh one each time: the server may still be at work on what a killed client sent.
  int repository = 0;
  int copies = 0;
  std::string target;
  kill_again_and_again(
      14,
      [&] {
        return Words{"load", "parts", target};
      },
      [&] { target = server.target(fmt::format("team/r{}", ++repository)); },
      [&] {
        const ProcessResult seen = waybill({"inspect", target + ":v1"});
        if (seen.exit_status == 0) {
          fs::remove_all(path("back"));
          EXPECT_THAT(waybill({"copy", target + ":v1", "oci-layout:back"}), Exited(0)) << "a tag comes last";
        }
        return seen.exit_status == 0;
      },
      [&] {
        const std::string back = "back" + std::to_string(++copies);
        EXPECT_THAT(waybill({"copy", target + ":v1", "oci-layout:" + back}), Exited(0));
        EXPECT_EQ(snapshot(folder() / "image/blobs"), snapshot(folder() / back / "blobs"));
      });
}

TEST_F(CarryInterruption, CtrlCLeavesNothingBehind) {
  write_image(path("large"), "v1", 12, 8'000'000);
  for (int round = 0; round < 6; ++round) {
    const std::unique_ptr<Background> running =
        start({"save", "oci-layout:large:v1", "-o", "out", "--part-size", "20MiB", "--parity", "50%"});
    while (!fs::exists(path("out")) || fs::is_empty(path("out"))) {
      if (::kill(running->pid(), 0) != 0) break;
      std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5 * round));
    ::kill(running->pid(), SIGINT);
    const int status = running->wait();
    EXPECT_TRUE(status == 130 || status == 0) << status;
    EXPECT_THAT(temporary_files("out"), IsEmpty());
    if (status == 130) {
      EXPECT_TRUE(fs::is_empty(path("out")));
    }
    fs::remove_all(path("out"));
  }
}

}  // namespace
}  // namespace waybill::testing
