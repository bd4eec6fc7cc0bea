#include "tests/support/loopback_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <stdexcept>

namespace waybill::testing {

LoopbackListener::LoopbackListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic =
      reinterpret_cast<sockaddr*>(&address);  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast): sockets
  if (::bind(socket_.get(), generic, length) != 0 || ::listen(socket_.get(), 64) != 0 ||
      ::getsockname(socket_.get(), generic, &length) != 0) {
    throw std::runtime_error("no port to listen on");
  }
  port_ = ntohs(address.sin_port);
}

std::string LoopbackListener::host() const { return "127.0.0.1:" + std::to_string(port_); }

UniqueFd LoopbackListener::accept() const noexcept {
  return UniqueFd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

void LoopbackListener::close() const noexcept { ::shutdown(socket_.get(), SHUT_RDWR); }

}  // namespace waybill::testing
