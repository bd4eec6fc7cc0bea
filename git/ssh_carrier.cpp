// A git service at the other end of the ssh program: its keys, agents, known hosts and ~/.ssh/config are the user's,
// and it signs with every kind of key. A host whose key is unknown or has changed is never accepted, whatever its
// configuration says: an option on the command line wins over every file.
#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <vector>

#include "core/error.h"
#include "git/channel.h"
#include "git/child_process.h"
#include "git/failure.h"

namespace waybill::git {
namespace {

constexpr std::size_t kLongestWords = 16 << 10;

// For the shell at the other end.
std::string shell_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '!')
      result += fmt::format("'\\{}'", c);
    else
      result += c;
  }
  return result + "'";
}

std::vector<std::string> command_for(const RemoteAddress& address, Service service, const CarrierOptions& options) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options.silence).count();
  std::vector<std::string> command = {"ssh",
                                      "-oBatchMode=yes",
                                      "-oStrictHostKeyChecking=yes",
                                      "-oUpdateHostKeys=no",
                                      "-oForwardAgent=no",
                                      "-oClearAllForwardings=yes",
                                      fmt::format("-oConnectTimeout={}", seconds > 0 ? seconds : 1),
                                      "-T",
                                      "-x"};
  if (!options.ssh_key.empty()) {
    command.insert(command.end(), {"-i", options.ssh_key.string(), "-oIdentitiesOnly=yes"});
  }
  if (!options.known_hosts.empty()) {
    // ssh splits the value into names and expands '%' in them.
    std::string file;
    for (const char c : std::filesystem::absolute(options.known_hosts).string()) {
      if (c == '%') file += '%';
      if (c == '"' || c == '\\') file += '\\';
      file += c;
    }
    command.push_back(fmt::format("-oUserKnownHostsFile=\"{}\"", file));
    command.emplace_back("-oGlobalKnownHostsFile=none");
  }
  if (address.port() != 0) command.insert(command.end(), {"-p", std::to_string(address.port())});
  command.insert(command.end(), {"--", fmt::format("{}@{}", address.user(), address.host()),
                                 fmt::format("{} {}", name_of(service), shell_quoted(address.service_path()))});
  return command;
}

// What ssh's words mean. It ends with 255 for its own failures and with the other end's status otherwise.
Error failure_of(const RemoteAddress& address, const std::string& words) {
  const auto said = [&](std::string_view part) { return words.find(part) != std::string::npos; };
  const std::string where =
      address.port() != 0 ? fmt::format("-p {} {}", address.port(), address.host()) : address.host();
  if (said("REMOTE HOST IDENTIFICATION HAS CHANGED")) {
    return Error(ErrorCode::Untrusted,
                 fmt::format("the key of the ssh server '{}' is not the one that is known", address.text()))
        .hint(
            "somebody may be in between, or the server was set up anew: ask its owner for the new key, remove the old "
            "one with 'ssh-keygen -R', and add the new one to ~/.ssh/known_hosts or to the file of --known-hosts");
  }
  if (said("Host key verification failed")) {
    return Error(ErrorCode::Untrusted, fmt::format("the key of the ssh server '{}' is not known", address.text()))
        .hint(fmt::format("'ssh-keyscan {}' prints it: compare it with what the server's owner says, then add it to "
                          "~/.ssh/known_hosts or to the file of --known-hosts",
                          where));
  }
  if (said("Permission denied")) {
    return Error(ErrorCode::Denied,
                 fmt::format("the ssh server '{}' accepts none of the keys: {}", address.text(), clean_line(words)))
        .hint(
            "name a key file with --ssh-key, or add the key to the ssh agent ('ssh-add', needed for keys with a "
            "passphrase)");
  }
  if (said("timed out") || said("Timeout, server"))
    return {ErrorCode::Timeout, fmt::format("no answer from '{}': {}", address.text(), clean_line(words))};
  if (words.empty()) return {ErrorCode::Unavailable, fmt::format("'{}' broke off", address.text())};
  return classify_failure({.code = -1, .category = 0, .message = words},
                          fmt::format("cannot talk to '{}'", address.text()));
}

class SshChannel final : public Channel {
 public:
  SshChannel(const RemoteAddress& address, Service service, const CarrierOptions& options)
      : address_(address), silence_(options.silence), child_(start(address, service, options)) {}

  std::size_t read(std::span<char> buffer) override {
    while (true) {
      const ssize_t count = ::read(child_.out.get(), buffer.data(), buffer.size());
      if (count > 0) {
        heard_ = true;
        return static_cast<std::size_t>(count);
      }
      if (count == 0) return end();
      if (errno != EAGAIN && errno != EINTR) throw system_error("cannot read from ssh");
      wait(child_.out.get(), POLLIN);
    }
  }

  void write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = ::write(child_.in.get(), bytes.data(), bytes.size());
      if (count >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
        continue;
      }
      if (errno == EPIPE) throw ended();
      if (errno != EAGAIN && errno != EINTR) throw system_error("cannot write to ssh");
      wait(child_.in.get(), POLLOUT);
    }
  }

 private:
  static ChildProcess start(const RemoteAddress& address, Service service, const CarrierOptions& options) {
    std::optional<ChildProcess> child =
        ChildProcess::start(command_for(address, service, options), {{"SSH_ASKPASS_REQUIRE", "never"}});
    if (child) return std::move(*child);
    throw Error(ErrorCode::Unavailable,
                fmt::format("'{}' needs the program ssh, which is not installed", address.text()))
        .hint("install the OpenSSH client, or use an https address");
  }

  // ssh's own words are read beside, so that it never blocks on them.
  void wait(int fd, short events) {
    std::array<Waiting, 2> waiting = {Waiting{fd, events}, Waiting{child_.err.get(), POLLIN}};
    wait_for(std::span(waiting).first(child_.err ? 2 : 1), silence_, address_.text());
    if (waiting[1].seen != 0) read_words();
  }
  void read_words() {
    std::array<char, 4096> piece;
    const ssize_t count = ::read(child_.err.get(), piece.data(), piece.size());
    if (count == 0) child_.err.reset();
    if (count > 0 && words_.size() < kLongestWords) words_.append(piece.data(), static_cast<std::size_t>(count));
  }
  Error ended() {
    while (child_.err) wait(child_.err.get(), POLLIN);
    return failure_of(address_, words_);
  }
  // The other end closed: after the conversation, or because something went wrong.
  std::size_t end() {
    if (!heard_) throw ended();
    return 0;
  }

  const RemoteAddress& address_;
  std::chrono::milliseconds silence_;
  ChildProcess child_;
  std::string words_;
  bool heard_ = false;
};

class SshCarrier final : public Carrier {
 public:
  SshCarrier(const RemoteAddress& address, const CarrierOptions& options) : address_(address), options_(options) {}
  bool is_stateless() const noexcept override { return false; }
  std::unique_ptr<Channel> open(Service service) override {
    return std::make_unique<SshChannel>(address_, service, options_);
  }
  std::unique_ptr<Channel> talk(Service) override { throw Error(ErrorCode::Internal, "ssh has one conversation"); }

 private:
  const RemoteAddress& address_;
  const CarrierOptions& options_;
};

}  // namespace

std::unique_ptr<Carrier> make_ssh_carrier(const RemoteAddress& address, const CarrierOptions& options) {
  return std::make_unique<SshCarrier>(address, options);
}

}  // namespace waybill::git
