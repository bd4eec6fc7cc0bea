#include <memory>

#include "app/cli/commands.h"
#include "app/cli/completion_script.h"
#include "app/cli/parser.h"
#include "app/cli/program.h"

namespace waybill::cli {

Command completion_command() {
  const auto shell = std::make_shared<std::string>();
  Command command{.name = "completion",
                  .summary = "write the completion script of a shell",
                  .description = "The script goes to standard output.",
                  .arguments = {{"SHELL", shell.get(), "bash, zsh or fish", true, {"bash", "zsh", "fish"}}},
                  .options = {},
                  .examples = {{"source <(waybill completion bash)", "in this shell"},
                               {"waybill completion fish > ~/.config/fish/completions/waybill.fish", "for good"}},
                  .run = {}};
  command.run = [shell](Console& console) {
    GlobalBindings globals;
    console.out(completion_script(*shell, commands(), globals.options()));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
