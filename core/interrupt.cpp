#include "core/interrupt.h"

#include <atomic>
#include <csignal>

#include "core/error.h"

namespace waybill {
namespace {

// The one mutable global: a signal handler can reach nothing else.
std::atomic<bool> interrupt_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void on_signal(int signal_number) {
  if (interrupt_requested.exchange(true)) {
    // Nothing is left to do if these fail: the flag is set already.
    static_cast<void>(std::signal(signal_number, SIG_DFL));
    static_cast<void>(std::raise(signal_number));
  }
}

}  // namespace

void install_interrupt_handlers() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction inherited = {};
    if (sigaction(signal_number, nullptr, &inherited) == 0 && inherited.sa_handler == SIG_IGN) continue;
    if (sigaction(signal_number, &action, nullptr) != 0) throw system_error("cannot install a signal handler");
  }
  if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) throw system_error("cannot ignore SIGPIPE");
  // A file that may not grow any more is an error of the write (EFBIG).
  if (std::signal(SIGXFSZ, SIG_IGN) == SIG_ERR) throw system_error("cannot ignore SIGXFSZ");
}

bool interrupted() noexcept { return interrupt_requested.load(); }

void throw_if_interrupted() {
  if (interrupted()) throw Error(ErrorCode::Interrupted, "interrupted");
}

}  // namespace waybill
