#include "tests/support/silent_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace waybill::testing {

SilentServer::SilentServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
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

std::string SilentServer::host() const { return "127.0.0.1:" + std::to_string(port_); }

void SilentServer::wait_for_connection() {
  connection_ = UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!connection_) throw std::runtime_error("nobody connected");
}

void SilentServer::wait_for_request() {
  wait_for_connection();
  char byte = 0;
  if (::read(connection_.get(), &byte, 1) != 1) throw std::runtime_error("no request came");
}

}  // namespace waybill::testing
