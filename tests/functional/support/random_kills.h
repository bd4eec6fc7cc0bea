#pragma once
// Kills of a running program at random times, the same ones in each run of a test.
#include <signal.h>

#include <chrono>
#include <random>
#include <thread>

#include "tests/support/process.h"

namespace waybill::testing {

class RandomKills {
 public:
  // After at most `within`. Whether the program had not ended by itself before.
  bool hit(Background& running, std::chrono::steady_clock::duration within) {
    using Duration = std::chrono::steady_clock::duration;
    std::uniform_int_distribution<Duration::rep> any(0, within.count());
    std::this_thread::sleep_for(Duration(any(random_)));
    ::kill(running.pid(), SIGKILL);
    return running.wait() == 128 + SIGKILL;
  }

 private:
  std::mt19937 random_{20260101};  // NOLINT(cert-msc51-cpp): a failure must be repeatable
};

}  // namespace waybill::testing
