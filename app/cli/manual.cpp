#include <fmt/core.h>

#include <filesystem>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/help.h"
#include "app/cli/parser.h"
#include "app/cli/program.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/version.h"
#include "core/file_system.h"

namespace waybill::cli {

Command manual_command() {
  struct State {
    std::string folder = "man";
    std::string format = "man";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "manual",
      .summary = "write the manual pages into a folder",
      .description =
          "One page a command, from the same source as --help: waybill-COMMAND.1 for man, COMMAND.md as Markdown.",
      .arguments = {},
      .options = {},
      .examples = {{"waybill manual --output man && man -l man/waybill-publish.1", "read one"}},
      .run = {}};
  command
      .option("--output", &state->folder, "DIR",
              "folder to write into (default man); pages that are there are replaced")
      .aliases = {"-o"};
  add_format_option(command, state->format, {"man", "markdown"});
  command.run = [state](Console& console) {
    GlobalBindings globals;
    const std::filesystem::path folder = state->folder;
    std::filesystem::create_directories(folder);
    for (const CommandEntry& entry : commands()) {
      const std::string name = page_name(entry.name);
      const std::vector<CommandEntry> inner = below(commands(), entry.name);
      if (state->format == "man") {
        write_file(folder / ("waybill-" + name + ".1"),
                   manual_page(entry.make(), inner, globals.options(), program_version()), Overwrite::Yes);
      } else {
        write_file(folder / (name + ".md"), markdown_page(entry.make(), inner, globals.options()), Overwrite::Yes);
      }
    }
    console.reporter().info(fmt::format("{} holds the pages", state->folder));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
