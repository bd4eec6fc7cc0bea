#include "oci/lanes.h"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stdexcept>

namespace waybill::oci {
namespace {

using std::chrono::seconds;

class LaneBoundTest : public ::testing::Test {
 protected:
  LaneBound::Clock::time_point now_{};
  LaneBound lanes_{4, 16, now_};

  // One blob for each lane, all of them in one second.
  void round(std::uint64_t bytes_each_second, std::uint64_t waits = 0) {
    now_ += seconds(1);
    const unsigned blobs = lanes_.bound();
    for (unsigned i = 0; i < blobs; ++i) lanes_.ended(bytes_each_second / blobs, waits, now_);
  }
};

TEST_F(LaneBoundTest, GrowsWhileThatMovesMore) {
  EXPECT_EQ(lanes_.bound(), 4U);
  round(1'000'000);
  EXPECT_EQ(lanes_.bound(), 6U);
  round(1'500'000);
  EXPECT_EQ(lanes_.bound(), 9U);
  round(2'000'000);
  EXPECT_EQ(lanes_.bound(), 13U);
  round(3'000'000);
  EXPECT_EQ(lanes_.bound(), 16U);
  round(9'000'000);
  EXPECT_EQ(lanes_.bound(), 16U);
}

TEST_F(LaneBoundTest, TakesAStepBackThatBroughtNothing) {
  round(1'000'000);
  round(1'500'000);
  round(1'500'000);  // of 9 lanes
  EXPECT_EQ(lanes_.bound(), 6U);
  round(9'000'000);
  EXPECT_EQ(lanes_.bound(), 6U);
}

TEST_F(LaneBoundTest, IsHalvedByARefusalAndGrowsByOneAgain) {
  round(1'000'000);
  EXPECT_EQ(lanes_.bound(), 6U);
  round(1'000'000, 1);
  EXPECT_EQ(lanes_.bound(), 3U) << "once, for the six that were on their way";
  round(9'000'000, 1);
  EXPECT_EQ(lanes_.bound(), 4U);
  round(12'000'000, 1);
  EXPECT_EQ(lanes_.bound(), 5U);
  round(12'000'000, 1);
  EXPECT_EQ(lanes_.bound(), 4U) << "a step that brought nothing";
  round(99'000'000, 1);
  EXPECT_EQ(lanes_.bound(), 4U);
}

TEST_F(LaneBoundTest, FallsToOneLaneAndNoFurther) {
  std::uint64_t waits = 0;
  for (const unsigned bound : {2U, 1U, 1U}) {
    const unsigned on_their_way = lanes_.bound();
    ++waits;
    for (unsigned i = 0; i < on_their_way; ++i) lanes_.ended(1, waits, now_);
    EXPECT_EQ(lanes_.bound(), bound);
  }
}

TEST_F(LaneBoundTest, RefusalsOfOneTimeCountOnce) {
  for (std::uint64_t i = 1; i <= 4; ++i) lanes_.ended(1, i, now_);
  EXPECT_EQ(lanes_.bound(), 2U);
  lanes_.ended(1, 5, now_);
  EXPECT_EQ(lanes_.bound(), 1U);
}

TEST(Lanes, DoEachPieceOnceWithinTheBound) {
  std::mutex mutex;
  std::multiset<std::size_t> done;
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  run_in_lanes(
      100, [] { return 3U; },
      [&](std::size_t i) {
        const int now = ++running;
        int seen = most;
        while (seen < now && !most.compare_exchange_weak(seen, now)) {
        }
        const std::lock_guard lock(mutex);
        done.insert(i);
        --running;
      });
  EXPECT_LE(most, 3);
  EXPECT_EQ(done.size(), 100U);
  EXPECT_EQ(std::set(done.begin(), done.end()).size(), 100U);
}

TEST(Lanes, AreOpenedWhenTheBoundGrows) {
  std::mutex mutex;
  std::condition_variable changed;
  unsigned bound = 1;
  unsigned running = 0;
  run_in_lanes(
      6,
      [&] {
        const std::lock_guard lock(mutex);
        return bound;
      },
      [&](std::size_t i) {
        std::unique_lock lock(mutex);
        if (i == 0) {
          bound = 3;
          return;
        }
        ++running;
        changed.notify_all();
        // Each of the next three waits for the other two.
        if (i <= 3) changed.wait(lock, [&] { return running >= 3; });
      });
  EXPECT_EQ(running, 5U);
}

TEST(Lanes, BeginNothingAfterAFailure) {
  std::atomic<int> begun = 0;
  const auto fail = [&] {
    run_in_lanes(
        1000, [] { return 2U; },
        [&](std::size_t) {
          ++begun;
          throw std::runtime_error("no");
        });
  };
  EXPECT_THROW(fail(), std::runtime_error);
  EXPECT_LE(begun, 2);
}

}  // namespace
}  // namespace waybill::oci
