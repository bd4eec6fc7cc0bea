#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/registry_login.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command login_command() {
  struct State {
    LoginRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "login",
      .summary = "store the credentials of a registry",
      .description =
          "Asks the registry whether it takes the user name and the password, and stores them then: with the "
          "credential helper that a configuration file names for the registry, else in the file: REGISTRY_AUTH_FILE, "
          "containers' auth.json or Docker's config.json, whichever is there first, and Docker's if none is. Docker, "
          "podman, oras and helm find them there. All else in the file stays, and only its owner can read it. The "
          "password comes from --password-stdin, WAYBILL_REGISTRY_PASSWORD or the terminal, never from the command "
          "line.",
      .arguments = {{"REGISTRY", &state->request.registry, "HOST or HOST:PORT", true}},
      .options = {},
      .examples = {{"waybill login registry.example.com --username robot", "asks for the password"},
                   {"waybill login localhost:5000 -u robot --password-stdin < password", "for scripts"}},
      .run = {}};
  command.option("--username", &state->request.user, "NAME", "user name; '<token>' stands for an identity token")
      .aliases = {"-u"};
  command.option("--password-stdin", &state->request.password_from_input, "", "read the password from standard input");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const LoginResult result = login(state->request, process_services(console.reporter()));
    if (!result.encrypted)
      console.reporter().info(fmt::format("the password is stored unencrypted in '{}'", result.stored_in));
    if (state->format == "json") {
      console.out(json::write_pretty(to_value(result)));
    } else {
      console.out(fmt::format("logged in to {} as {}\n", result.registry, result.user));
    }
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
