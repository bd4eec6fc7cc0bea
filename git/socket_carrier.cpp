// git's own protocol over a plain socket (git daemon): neither names nor secrets, so for networks that one trusts.
#include <fcntl.h>
#include <fmt/core.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "core/error.h"
#include "core/unique_fd.h"
#include "git/channel.h"

namespace waybill::git {
namespace {

constexpr int kDefaultPort = 9418;

struct FreeAddresses {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

UniqueFd connect_to(const RemoteAddress& address, std::chrono::milliseconds silence) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port() != 0 ? address.port() : kDefaultPort);
  const int result = ::getaddrinfo(address.host().c_str(), port.c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, FreeAddresses> list(found);
  if (result != 0)
    throw Error(ErrorCode::Unavailable, fmt::format("cannot find '{}': {}", address.host(), ::gai_strerror(result)));
  int failure = 0;
  for (const addrinfo* place = list.get(); place != nullptr; place = place->ai_next) {
    UniqueFd fd(::socket(place->ai_family, place->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, place->ai_protocol));
    if (!fd) throw system_error("cannot make a socket");
    failure = ::connect(fd.get(), place->ai_addr, place->ai_addrlen) == 0 ? 0 : errno;
    if (failure == EINPROGRESS) {
      std::array<Waiting, 1> waiting = {Waiting{fd.get(), POLLOUT}};
      wait_for(waiting, silence, address.text());
      socklen_t size = sizeof failure;
      if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &failure, &size) != 0) throw system_error("cannot use a socket");
    }
    if (failure == 0) return fd;
  }
  throw system_error(failure, fmt::format("cannot connect to '{}'", address.text()), ErrorCode::Unavailable);
}

class SocketChannel final : public Channel {
 public:
  SocketChannel(const RemoteAddress& address, std::chrono::milliseconds silence)
      : address_(address), silence_(silence), fd_(connect_to(address, silence)) {}

  std::size_t read(std::span<char> buffer) override {
    while (true) {
      const ssize_t count = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (count >= 0) return static_cast<std::size_t>(count);
      wait_or_throw(POLLIN);
    }
  }

  void write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count >= 0)
        bytes.remove_prefix(static_cast<std::size_t>(count));
      else
        wait_or_throw(POLLOUT);
    }
  }

 private:
  void wait_or_throw(short events) {
    if (errno == EINTR) return;
    if (errno != EAGAIN) throw system_error(fmt::format("'{}' broke off", address_.text()), ErrorCode::Unavailable);
    std::array<Waiting, 1> waiting = {Waiting{fd_.get(), events}};
    wait_for(waiting, silence_, address_.text());
  }

  const RemoteAddress& address_;
  std::chrono::milliseconds silence_;
  UniqueFd fd_;
};

class SocketCarrier final : public Carrier {
 public:
  SocketCarrier(const RemoteAddress& address, const CarrierOptions& options) : address_(address), options_(options) {}
  bool is_stateless() const noexcept override { return false; }

  std::unique_ptr<Channel> open(Service service) override {
    auto channel = std::make_unique<SocketChannel>(address_, options_.silence);
    std::string request = fmt::format("{} {}", name_of(service), address_.service_path());
    request += '\0';
    request += "host=" + address_.authority();
    request += '\0';
    channel->write(fmt::format("{:04x}", request.size() + 4) + request);
    return channel;
  }
  std::unique_ptr<Channel> talk(Service) override { throw Error(ErrorCode::Internal, "a socket has one conversation"); }

 private:
  const RemoteAddress& address_;
  const CarrierOptions& options_;
};

}  // namespace

std::unique_ptr<Carrier> make_socket_carrier(const RemoteAddress& address, const CarrierOptions& options) {
  return std::make_unique<SocketCarrier>(address, options);
}

}  // namespace waybill::git
