#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/recipe_options.h"
#include "app/cli/text_layout.h"
#include "app/workflow/delete_artifact.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command delete_command() {
  struct State {
    DeleteRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "delete",
      .summary = "delete a tag or an artifact",
      .description =
          "Deletes a tag alone, or by its digest an artifact with all its tags. It is asked for on the terminal unless "
          "--yes is given. Where other tags would be lost with it, nothing is deleted unless that is forced; some "
          "registries can delete a tag only together with its artifact, which is said. What refers to the artifact is "
          "not deleted from a registry. A layout keeps the content of what is deleted until --prune removes what no "
          "tag leads to any more, signatures of what is gone included.",
      .arguments = {{"TARGET", &state->request.target,
                     "oci://REGISTRY/REPOSITORY:TAG, …@DIGEST, oci-layout:FOLDER:TAG or …@DIGEST", true}},
      .options = {},
      .examples = {{"waybill delete oci://registry.example.com/gpu/bundle:v1", "a tag"},
                   {"waybill delete oci-layout:out:v1 --yes --prune", "without a question, and its content too"}},
      .run = {}};
  command.option("--yes", &state->request.yes, "", "delete without asking").aliases = {"-y"};
  command.option("--force", &state->request.force, "", "delete also where other tags of the artifact are lost");
  command.option("--prune", &state->request.prune, "", "of a layout: remove all content that nothing names any more");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const DeleteResult result = delete_artifact(state->request, process_services(console.reporter()));
    if (state->format == "json") {
      console.out(json::write_pretty(to_value(result)));
      return 0;
    }
    std::string text;
    for (const std::string& tag : result.tags) text += fmt::format("deleted tag {}\n", tag);
    if (result.artifact) text += fmt::format("deleted {}\n", result.digest);
    if (result.pruned_blobs != 0)
      text += fmt::format("removed {}, {}\n", counted(result.pruned_blobs, "blob"), human_size(result.pruned_bytes));
    console.out(text);
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
