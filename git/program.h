#pragma once
// Runs another program to its end, for the few things that libgit2 cannot do: asking credential helpers, signing, and
// pushing into a local repository whose hooks must have their say. No shell, no terminal, a time limit.
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret.h"

namespace waybill::git {

struct ProgramRun {
  std::vector<std::string> argv;
  std::string_view input = {};
  std::map<std::string, std::string> environment = {};  // added to ours
  std::chrono::milliseconds timeout{20'000};
};

struct ProgramResult {
  int exit_status = -1;  // 128 + signal when it was killed
  SecretBytes out;       // at most 64 KiB, the rest is thrown away
  std::string err;       // the same
};

// nullopt when the program is not installed. The environment is that of child_process.h. Throws Timeout (the program is
// killed) and Interrupted.
[[nodiscard]] std::optional<ProgramResult> run_program(const ProgramRun& run);

}  // namespace waybill::git
