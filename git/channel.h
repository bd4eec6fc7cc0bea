#pragma once
// How bytes reach a git service and come back, whatever carries them: http(s), a program (ssh) or a plain socket (git).
// libgit2's own carriers know no time limits, read only one known_hosts file and cannot sign with RSA keys (spec:
// argocd-and-gitops.md, 2.4), so it is given these instead (transport.h). Every wait ends when the other side is silent
// for too long (Timeout) or the user interrupts (Interrupted). For the .cpp files of this room.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "git/credentials.h"
#include "git/remote_address.h"

namespace waybill::git {

enum class Service : std::uint8_t { UploadPack, ReceivePack };
[[nodiscard]] constexpr std::string_view name_of(Service service) noexcept {
  return service == Service::UploadPack ? "git-upload-pack" : "git-receive-pack";
}

// One conversation, or for http one request and its answer: all is written before the first read.
class Channel {
 public:
  virtual ~Channel() = default;
  // At least one byte; 0 at the end.
  [[nodiscard]] virtual std::size_t read(std::span<char> buffer) = 0;
  virtual void write(std::string_view bytes) = 0;
};

// Opens channels to one repository.
class Carrier {
 public:
  virtual ~Carrier() = default;
  // Whether each step is a channel of its own; otherwise open() is called once a conversation and talk() never.
  [[nodiscard]] virtual bool is_stateless() const noexcept = 0;
  // The first thing to read is what the service holds.
  [[nodiscard]] virtual std::unique_ptr<Channel> open(Service service) = 0;
  // The next step of a stateless conversation.
  [[nodiscard]] virtual std::unique_ptr<Channel> talk(Service service) = 0;
};

struct CarrierOptions {
  CredentialProvider* credentials = nullptr;
  std::filesystem::path ca_file = {};         // https: certificates trusted beside the system's
  std::filesystem::path ssh_key = {};         // ssh: this key and no other
  std::filesystem::path known_hosts = {};     // ssh: these host keys and no others
  std::filesystem::path spool_folder = {};    // http: where a large answer waits until it is read
  std::chrono::milliseconds silence{60'000};  // how long a server may say nothing
  std::uint64_t fetch_limit = 4ULL << 30;     // bytes taken from a server at most
};

// The carrier for an address that is no folder. Both must live as long as it.
[[nodiscard]] std::unique_ptr<Carrier> make_carrier(const RemoteAddress& address, const CarrierOptions& options);
[[nodiscard]] std::unique_ptr<Carrier> make_http_carrier(const RemoteAddress& address, const CarrierOptions& options);
[[nodiscard]] std::unique_ptr<Carrier> make_ssh_carrier(const RemoteAddress& address, const CarrierOptions& options);
[[nodiscard]] std::unique_ptr<Carrier> make_socket_carrier(const RemoteAddress& address, const CarrierOptions& options);

// Waits until one of the descriptors can be read or written, in pieces so that an interruption is seen. Throws Timeout,
// naming `name`, and Interrupted.
struct Waiting {
  int fd;
  short events;
  short seen = 0;
};
void wait_for(std::span<Waiting> waiting, std::chrono::milliseconds silence, std::string_view name);

}  // namespace waybill::git
