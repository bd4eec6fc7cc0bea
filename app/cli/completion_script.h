#pragma once
// Completion scripts of shells, from the command table.
#include <string>
#include <vector>

#include "app/cli/command_table.h"

namespace waybill::cli {

// For bash, zsh or fish. Throws InvalidInput for another shell.
[[nodiscard]] std::string completion_script(const std::string& shell, const std::vector<CommandEntry>& commands,
                                            const std::vector<Option>& global);

}  // namespace waybill::cli
