#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/tag_artifact.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command tag_command() {
  struct State {
    TagRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "tag",
      .summary = "give an artifact one more tag",
      .description =
          "Lets one more tag name the artifact, where it lies; nothing is copied. A tag that names something else is a "
          "conflict unless it is forced.",
      .arguments = {{"TARGET", &state->request.target,
                     "oci://REGISTRY/REPOSITORY:TAG, …@DIGEST, oci-layout:FOLDER:TAG or oci-archive:FILE:TAG", true},
                    {"TAG", &state->request.tag, "the new tag", true}},
      .options = {},
      .examples = {{"waybill tag oci://registry.example.com/gpu/bundle:v1.4.2 stable", "a second name"},
                   {"waybill tag oci-layout:out:v1 stable --force-tag", "which may name something else by now"}},
      .run = {}};
  command.option("--force-tag", &state->request.force_tag, "", "move the tag if it names another artifact");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const TagResult result = tag_artifact(state->request, process_services(console.reporter()));
    if (state->format == "json") {
      console.out(json::write_pretty(to_value(result)));
    } else {
      console.out(fmt::format("{}  {}{}\n", result.tag, result.digest, result.changed ? "" : ", unchanged"));
    }
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
