#include "oci/credential_helper.h"

#include <fmt/core.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/unique_fd.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX asks programs to declare it

namespace waybill::oci {
namespace {

constexpr std::size_t kLargestOutput = std::size_t{64} * 1024;
constexpr std::chrono::seconds kTimeout{30};

struct Channel {
  UniqueFd read;
  UniqueFd write;
  Channel() {
    std::array<int, 2> fds{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0)
      throw system_error("cannot talk to a program");
    read = UniqueFd(fds[0]);
    write = UniqueFd(fds[1]);
  }
};

class FileActions {
 public:
  FileActions() {
    if (::posix_spawn_file_actions_init(&actions_) != 0)
      throw Error(ErrorCode::NoSpace, "no memory to start a program");
  }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  void redirect(int from, int to) {
    if (::posix_spawn_file_actions_adddup2(&actions_, from, to) != 0)
      throw Error(ErrorCode::NoSpace, "no memory to start a program");
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_ = {};
};

// Ends and reaps the program if it was not waited for.
class Child {
 public:
  explicit Child(pid_t pid) noexcept : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0) {
      if (errno != EINTR) throw system_error("cannot wait for a credential helper");
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  }

 private:
  pid_t pid_;
};

}  // namespace

void check_helper_name(std::string_view name) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  if (!name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos) return;
  throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no name of a credential helper", name.substr(0, 100)));
}

std::optional<SecretBytes> run_credential_helper(const std::string& name, HelperVerb kind,
                                                 std::string_view input_bytes) {
  check_helper_name(name);
  std::string program = "docker-credential-" + name;
  std::string verb = kind == HelperVerb::Get ? "get" : kind == HelperVerb::Store ? "store" : "erase";
  if (input_bytes.size() > kLargestOutput)
    throw Error(ErrorCode::InvalidInput, fmt::format("the credentials are too long for '{}'", program));
  Channel input;
  Channel output;
  FileActions actions;
  actions.redirect(input.read.get(), STDIN_FILENO);
  actions.redirect(output.write.get(), STDOUT_FILENO);
  const std::array<char*, 3> arguments = {program.data(), verb.data(), nullptr};
  pid_t pid = -1;
  if (const int problem = ::posix_spawnp(&pid, program.c_str(), actions.get(), nullptr, arguments.data(), environ);
      problem != 0) {
    throw system_error(problem, fmt::format("cannot run '{}'", program), ErrorCode::Denied);
  }
  Child child(pid);
  input.read.reset();
  output.write.reset();
  // Shorter than the buffer, so this never waits. A helper that does not read it is no error, nor a signal: hence a
  // socket.
  const ssize_t sent = ::send(input.write.get(), input_bytes.data(), input_bytes.size(), MSG_NOSIGNAL);
  static_cast<void>(sent);
  input.write.reset();

  SecretBytes answer(kLargestOutput);
  std::size_t size = 0;
  const auto deadline = std::chrono::steady_clock::now() + kTimeout;
  while (true) {
    throw_if_interrupted();
    if (std::chrono::steady_clock::now() > deadline)
      throw Error(ErrorCode::Denied, fmt::format("'{}' does not answer", program));
    pollfd waiting = {output.read.get(), POLLIN, 0};
    if (::poll(&waiting, 1, 100) <= 0) continue;
    if (size == answer.size()) throw Error(ErrorCode::Denied, fmt::format("'{}' answers too much", program));
    const ssize_t count = ::read(output.read.get(), answer.bytes().data() + size, answer.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(fmt::format("cannot read from '{}'", program));
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  answer.truncate(size);
  if (child.wait() == 0) return answer;
  if (answer.view().find("credentials not found") != std::string_view::npos) return std::nullopt;
  throw Error(ErrorCode::Denied, fmt::format("'{}' fails", program));
}

}  // namespace waybill::oci
