#pragma once
// Help, completion scripts and manual pages, all from the command table.
#include <string>
#include <vector>

#include "app/cli/command.h"

namespace waybill::cli {

// A command of the table: made only when it is needed.
struct CommandEntry {
  const char* name;
  const char* summary;
  Command (*make)();
};

[[nodiscard]] std::string overview(const std::vector<CommandEntry>& commands);
[[nodiscard]] std::string help_text(const Command& command, const std::vector<Option>& global);
// For bash, zsh or fish. Throws InvalidInput for another shell.
[[nodiscard]] std::string completion_script(const std::string& shell, const std::vector<CommandEntry>& commands,
                                            const std::vector<Option>& global);
// A page in Markdown: the text of --help, set as a document.
[[nodiscard]] std::string markdown_page(const Command& command, const std::vector<Option>& global);
// A page in man's language (section 1).
[[nodiscard]] std::string manual_page(const Command& command, const std::vector<Option>& global,
                                      std::string_view version);

}  // namespace waybill::cli
