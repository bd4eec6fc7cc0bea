#pragma once
// The program: words in, exit status out. Every exception ends here.
#include <string>
#include <vector>

#include "app/cli/command_table.h"

namespace waybill::cli {

[[nodiscard]] int run_program(const std::vector<std::string>& words) noexcept;

// All commands, in the order in which a user meets them.
[[nodiscard]] const std::vector<CommandEntry>& commands();

}  // namespace waybill::cli
