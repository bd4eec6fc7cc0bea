#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/registry_login.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command logout_command() {
  struct State {
    std::string registry;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "logout",
      .summary = "remove the credentials of a registry",
      .description = "Removes what login stored, and what other tools stored in the same places for this registry.",
      .arguments = {{"REGISTRY", &state->registry, "HOST or HOST:PORT", true}},
      .options = {},
      .examples = {{"waybill logout registry.example.com", ""}},
      .run = {}};
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const LogoutResult result = logout(state->registry);
    if (state->format == "json") {
      console.out(json::write_pretty(to_value(result)));
      return 0;
    }
    std::string text;
    for (const std::string& place : result.removed_from)
      text += fmt::format("removed the credentials of {} from {}\n", result.registry, place);
    console.out(text.empty() ? fmt::format("no credentials of {} are stored\n", result.registry) : text);
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
