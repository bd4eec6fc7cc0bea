#include "git/program.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/unique_fd.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX asks programs to declare it

namespace waybill::git {
namespace {

constexpr std::size_t kOutputLimit = 64 << 10;

struct Pipe {
  UniqueFd read;
  UniqueFd write;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw system_error("cannot make a pipe");
    read = UniqueFd(ends[0]);
    write = UniqueFd(ends[1]);
  }
};

// posix_spawn's lists, released with the object.
class SpawnSettings {
 public:
  SpawnSettings() {
    check(::posix_spawn_file_actions_init(&actions_));
    check(::posix_spawnattr_init(&attributes_));
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  void connect(int from, int to) { check(::posix_spawn_file_actions_adddup2(&actions_, from, to)); }
  // Its own process group, so that the helpers it starts can be ended with it; ignored signals are given back.
  void isolate() {
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    check(::posix_spawnattr_setsigdefault(&attributes_, &defaults));
    check(::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF));
  }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const noexcept { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const noexcept { return &attributes_; }

 private:
  static void check(int error) {
    if (error != 0) throw system_error(error, "cannot prepare to run git");
  }
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::vector<std::string> environment_for(const std::map<std::string, std::string>& added) {
  std::map<std::string, std::string> fixed = added;
  fixed.insert({"GIT_TERMINAL_PROMPT", "0"});
  fixed.insert({"LC_ALL", "C"});
  // An askpass program is a prompt too; GIT_ASKPASS wins over core.askPass, and an empty answer is a refusal.
  fixed.insert({"GIT_ASKPASS", "true"});
  fixed.insert({"SSH_ASKPASS", "true"});
  constexpr std::array<std::string_view, 8> kRepositoryVariables = {"GIT_DIR",
                                                                    "GIT_WORK_TREE",
                                                                    "GIT_INDEX_FILE",
                                                                    "GIT_OBJECT_DIRECTORY",
                                                                    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                                                                    "GIT_COMMON_DIR",
                                                                    "GIT_NAMESPACE",
                                                                    "GIT_QUARANTINE_PATH"};
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    if (fixed.contains(std::string(name)) ||
        std::ranges::find(kRepositoryVariables, name) != kRepositoryVariables.end())
      continue;
    result.emplace_back(text);
  }
  for (const auto& [name, value] : fixed) result.push_back(fmt::format("{}={}", name, value));
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// A process that is killed, with its group, and waited for unless finish() was reached.
class Child {
 public:
  explicit Child(pid_t pid) noexcept : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    static_cast<void>(wait());
  }
  int finish() noexcept {
    const int status = wait();
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  int wait() const noexcept {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }
  pid_t pid_;
};

// Reads what is there; false at the end. Beyond the limit it is read and forgotten, so that the program never blocks.
bool drain(int fd, SecretBytes& buffer, std::size_t& used) {
  std::array<std::byte, 4096> overflow;
  const std::span<std::byte> room =
      used < buffer.size() ? buffer.bytes().subspan(used) : std::span<std::byte>(overflow);
  const ssize_t count = ::read(fd, room.data(), room.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  if (used < buffer.size()) used += static_cast<std::size_t>(count);
  return count > 0;
}

void set_blocking(const UniqueFd& fd) {
  if (::fcntl(fd.get(), F_SETFL, 0) != 0) throw system_error("cannot prepare to run git");
}

}  // namespace

std::optional<ProgramResult> run_git(const ProgramRun& run) {
  Pipe in;
  Pipe out;
  Pipe err;
  // The other side's ends are ordinary blocking ones: git does not expect EAGAIN.
  set_blocking(in.read);
  set_blocking(out.write);
  set_blocking(err.write);
  SpawnSettings settings;
  settings.connect(in.read.get(), 0);
  settings.connect(out.write.get(), 1);
  settings.connect(err.write.get(), 2);
  settings.isolate();
  std::vector<std::string> arguments = run.arguments;
  arguments.insert(arguments.begin(), "git");
  std::vector<std::string> environment = environment_for(run.environment);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, "git", settings.actions(), settings.attributes(), pointers(arguments).data(),
                                   pointers(environment).data());
  if (error == ENOENT) return std::nullopt;
  if (error != 0) throw system_error(error, "cannot run git");
  Child child(pid);
  in.read.reset();
  out.write.reset();
  err.write.reset();

  ProgramResult result;
  result.out = SecretBytes(kOutputLimit);
  SecretBytes words(kOutputLimit);
  std::size_t out_size = 0;
  std::size_t err_size = 0;
  std::string_view input = run.input;
  if (input.empty()) in.write.reset();
  const auto deadline = std::chrono::steady_clock::now() + run.timeout;
  while (out.read || err.read) {
    std::array<pollfd, 3> waiting = {pollfd{out.read.get(), POLLIN, 0}, pollfd{err.read.get(), POLLIN, 0},
                                     pollfd{in.write.get(), POLLOUT, 0}};
    if (::poll(waiting.data(), waiting.size(), 100) < 0 && errno != EINTR) throw system_error("cannot wait for git");
    throw_if_interrupted();
    if (std::chrono::steady_clock::now() > deadline) {
      throw Error(ErrorCode::Timeout,
                  fmt::format("'git {}' did not end in {} s", run.arguments.front(),
                              std::chrono::duration_cast<std::chrono::seconds>(run.timeout).count()));
    }
    if (waiting[0].revents != 0 && !drain(out.read.get(), result.out, out_size)) out.read.reset();
    if (waiting[1].revents != 0 && !drain(err.read.get(), words, err_size)) err.read.reset();
    if (waiting[2].revents != 0) {
      const ssize_t count = ::write(in.write.get(), input.data(), input.size());
      if (count > 0) input.remove_prefix(static_cast<std::size_t>(count));
      if (input.empty() || (count < 0 && errno != EAGAIN && errno != EINTR)) in.write.reset();
    }
  }
  result.exit_status = child.finish();
  result.out.truncate(out_size);
  result.err = std::string(words.view().substr(0, err_size));
  return result;
}

}  // namespace waybill::git
