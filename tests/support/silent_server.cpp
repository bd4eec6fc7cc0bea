#include "tests/support/silent_server.h"

#include <unistd.h>

#include <stdexcept>

namespace waybill::testing {

void SilentServer::wait_for_connection() {
  connection_ = listener_.accept();
  if (!connection_) throw std::runtime_error("nobody connected");
}

void SilentServer::wait_for_request() {
  wait_for_connection();
  char byte = 0;
  if (::read(connection_.get(), &byte, 1) != 1) throw std::runtime_error("no request came");
}

}  // namespace waybill::testing
