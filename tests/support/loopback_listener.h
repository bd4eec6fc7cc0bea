#pragma once
// A socket of a test's own that listens on a free port of 127.0.0.1.
#include <string>

#include "core/unique_fd.h"

namespace waybill::testing {

class LoopbackListener {
 public:
  LoopbackListener();
  [[nodiscard]] int port() const noexcept { return port_; }
  // "127.0.0.1:PORT"
  [[nodiscard]] std::string host() const;
  // Waits for the next connection; none once close() was called, also by another thread.
  [[nodiscard]] UniqueFd accept() const noexcept;
  void close() const noexcept;

 private:
  UniqueFd socket_;
  int port_ = 0;
};

}  // namespace waybill::testing
