#pragma once
// A server on 127.0.0.1 that takes connections and never answers.
#include <string>

#include "core/unique_fd.h"
#include "tests/support/loopback_listener.h"

namespace waybill::testing {

class SilentServer {
 public:
  [[nodiscard]] int port() const noexcept { return listener_.port(); }
  // "127.0.0.1:PORT"
  [[nodiscard]] std::string host() const { return listener_.host(); }
  // Until somebody has connected.
  void wait_for_connection();
  // The same, and has said something: from now on whoever it is waits for the answer.
  void wait_for_request();

 private:
  LoopbackListener listener_;
  UniqueFd connection_;
};

}  // namespace waybill::testing
