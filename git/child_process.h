#pragma once
// A program that runs beside us: no shell, no terminal, its own session, so that it can neither ask questions nor
// outlive us. For the .cpp files of this room.
#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/unique_fd.h"

namespace waybill::git {

class ChildProcess {
 public:
  // argv[0] is looked up in PATH. The environment is ours with `added`, GIT_TERMINAL_PROMPT=0, askpass programs that
  // answer nothing, LC_ALL=C, and without the variables that point git at another repository. nullopt when there is no
  // such program.
  [[nodiscard]] static std::optional<ChildProcess> start(std::vector<std::string> argv,
                                                         const std::map<std::string, std::string>& added);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  // Kills it and whatever it started, unless wait() was called.
  ~ChildProcess();

  // Our ends of its standard streams; they do not block. Reset `in` to end its input.
  UniqueFd in;
  UniqueFd out;
  UniqueFd err;

  // Until it ends; its exit status, 128 + signal when it was killed.
  int wait() noexcept;

 private:
  ChildProcess(pid_t pid, UniqueFd in, UniqueFd out, UniqueFd err) noexcept;
  pid_t pid_;
};

}  // namespace waybill::git
