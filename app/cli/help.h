#pragma once
// Help and manual pages, all from the command table.
#include <string>
#include <vector>

#include "app/cli/command_table.h"

namespace waybill::cli {

[[nodiscard]] std::string overview(const std::vector<CommandEntry>& commands);
// For a word that is no command but has commands below it.
[[nodiscard]] std::string group_text(std::string_view verb, const std::vector<CommandEntry>& inner);
// Of a command, with those below it named.
[[nodiscard]] std::string help_text(const Command& command, const std::vector<CommandEntry>& inner,
                                    const std::vector<Option>& global);
// The name of a command's page: "recipe-list".
[[nodiscard]] std::string page_name(std::string_view command_name);
// A page in Markdown: the text of --help, set as a document.
[[nodiscard]] std::string markdown_page(const Command& command, const std::vector<CommandEntry>& inner,
                                        const std::vector<Option>& global);
// A page in man's language (section 1).
[[nodiscard]] std::string manual_page(const Command& command, const std::vector<CommandEntry>& inner,
                                      const std::vector<Option>& global, std::string_view version);

}  // namespace waybill::cli
