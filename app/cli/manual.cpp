#include <filesystem>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/parser.h"
#include "app/cli/program.h"
#include "app/workflow/version.h"
#include "core/file_system.h"

namespace waybill::cli {

Command manual_command() {
  const auto folder = std::make_shared<std::string>("man");
  Command command{.name = "manual",
                  .summary = "write the manual pages into a folder",
                  .description = "One page a command, waybill-COMMAND.1, from the same source as --help.",
                  .arguments = {},
                  .options = {},
                  .examples = {{"waybill manual --output man && man -l man/waybill-publish.1", "read one"}},
                  .run = {}};
  command.option("--output", folder.get(), "DIR", "folder to write into (default man); pages that are there are replaced").aliases = {"-o"};
  command.run = [folder](Console& console) {
    GlobalBindings globals;
    std::filesystem::create_directories(*folder);
    for (const CommandEntry& entry : commands()) {
      const std::filesystem::path page = std::filesystem::path(*folder) / (std::string("waybill-") + entry.name + ".1");
      write_file(page, manual_page(entry.make(), globals.options(), program_version()), Overwrite::Yes);
    }
    console.reporter().info(*folder + " holds the manual pages");
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
