#include "git/child_process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "core/error.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX asks programs to declare it

namespace waybill::git {
namespace {

// Our end does not block; the program's is an ordinary one, since programs do not expect EAGAIN.
struct Pipe {
  UniqueFd read;
  UniqueFd write;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error("cannot make a pipe");
    read = UniqueFd(ends[0]);
    write = UniqueFd(ends[1]);
  }
};

UniqueFd ours(UniqueFd fd) {
  if (::fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0) throw system_error("cannot prepare a pipe");
  return fd;
}

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
  // Its own session: no terminal to ask on, and one process group that can be ended whole. Ignored signals are given
  // back.
  void isolate() {
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    check(::posix_spawnattr_setsigdefault(&attributes_, &defaults));
    check(::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF));
  }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const noexcept { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const noexcept { return &attributes_; }

 private:
  static void check(int error) {
    if (error != 0) throw system_error(error, "cannot prepare to run a program");
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
  // A credential helper that is known to open windows.
  fixed.insert({"GCM_INTERACTIVE", "never"});
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

}  // namespace

ChildProcess::ChildProcess(pid_t pid, UniqueFd in_end, UniqueFd out_end, UniqueFd err_end) noexcept
    : in(std::move(in_end)), out(std::move(out_end)), err(std::move(err_end)), pid_(pid) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : in(std::move(other.in)),
      out(std::move(other.out)),
      err(std::move(other.err)),
      pid_(std::exchange(other.pid_, -1)) {}

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  static_cast<void>(wait());
}

std::optional<ChildProcess> ChildProcess::start(std::vector<std::string> argv,
                                                const std::map<std::string, std::string>& added) {
  Pipe in;
  Pipe out;
  Pipe err;
  SpawnSettings settings;
  settings.connect(in.read.get(), 0);
  settings.connect(out.write.get(), 1);
  settings.connect(err.write.get(), 2);
  settings.isolate();
  std::vector<std::string> environment = environment_for(added);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, argv.front().c_str(), settings.actions(), settings.attributes(),
                                   pointers(argv).data(), pointers(environment).data());
  if (error == ENOENT) return std::nullopt;
  if (error != 0) throw system_error(error, fmt::format("cannot run '{}'", argv.front()));
  return ChildProcess(pid, ours(std::move(in.write)), ours(std::move(out.read)), ours(std::move(err.read)));
}

int ChildProcess::wait() noexcept {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace waybill::git
