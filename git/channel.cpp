#include "git/channel.h"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/error.h"
#include "core/interrupt.h"

namespace waybill::git {

void wait_for(std::span<Waiting> waiting, std::chrono::milliseconds silence, std::string_view name) {
  constexpr int kSlice = 100;  // milliseconds until an interruption is seen
  const auto deadline = std::chrono::steady_clock::now() + silence;
  std::array<pollfd, 3> list{};
  while (true) {
    throw_if_interrupted();
    for (std::size_t i = 0; i < waiting.size(); ++i) list.at(i) = {waiting[i].fd, waiting[i].events, 0};
    const int ready = ::poll(list.data(), waiting.size(), kSlice);
    if (ready < 0 && errno != EINTR) throw system_error("cannot wait for the git server");
    if (ready > 0) {
      for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i].seen = list.at(i).revents;
      return;
    }
    if (std::chrono::steady_clock::now() < deadline) continue;
    throw Error(ErrorCode::Timeout, fmt::format("'{}' has said nothing for {} s", name,
                                                std::chrono::duration_cast<std::chrono::seconds>(silence).count()));
  }
}

std::unique_ptr<Carrier> make_carrier(const RemoteAddress& address, const CarrierOptions& options) {
  switch (address.transport()) {
    case Transport::Ssh:
      return make_ssh_carrier(address, options);
    case Transport::Git:
      return make_socket_carrier(address, options);
    case Transport::Http:
    case Transport::Https:
      return make_http_carrier(address, options);
    case Transport::Folder:
      break;
  }
  throw Error(ErrorCode::Internal, "a folder has no carrier");
}

}  // namespace waybill::git
