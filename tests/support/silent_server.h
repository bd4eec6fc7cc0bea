#pragma once
// A server on 127.0.0.1 that takes connections and never answers.
#include <string>

#include "core/unique_fd.h"

namespace waybill::testing {

class SilentServer {
 public:
  SilentServer();
  [[nodiscard]] int port() const noexcept { return port_; }
  // "127.0.0.1:PORT"
  [[nodiscard]] std::string host() const;
  // Until somebody has connected.
  void wait_for_connection();
  // The same, and has said something: from now on whoever it is waits for the answer.
  void wait_for_request();

 private:
  UniqueFd listener_;
  UniqueFd connection_;
  int port_ = 0;
};

}  // namespace waybill::testing
