#include "core/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "core/error.h"

namespace waybill {
namespace {

// Each in a process of its own: the flag is for good.
TEST(InterruptDeathTest, FirstSignalIsAQuestion) {
  EXPECT_EXIT(
      {
        install_interrupt_handlers();
        if (interrupted()) std::_Exit(1);
        std::raise(SIGTERM);
        try {
          throw_if_interrupted();
        } catch (const Error& error) {
          std::_Exit(error.code() == ErrorCode::Interrupted && interrupted() ? 42 : 2);
        }
        std::_Exit(3);
      },
      ::testing::ExitedWithCode(42), "");
}

TEST(InterruptDeathTest, SecondSignalEnds) {
  EXPECT_EXIT(
      {
        install_interrupt_handlers();
        std::raise(SIGINT);
        std::raise(SIGINT);
        std::_Exit(1);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

TEST(InterruptDeathTest, KeepsWhatTheParentIgnored) {
  EXPECT_EXIT(
      {
        std::signal(SIGHUP, SIG_IGN);
        install_interrupt_handlers();
        std::raise(SIGHUP);
        std::_Exit(interrupted() ? 1 : 0);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace waybill
