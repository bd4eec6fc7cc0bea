#include <memory>
#include <optional>

#include "app/cli/commands.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/query_recipe.h"
#include "core/error.h"

namespace waybill::cli {

Command query_command() {
  struct State {
    RecipeRequest request;
    std::optional<std::string> selector;
    std::string output;
    std::string format = "yaml";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "query",
      .summary = "show one value or tree of a recipe",
      .description =
          "Resolves the recipe, adds the final values of its components, and shows what the selector leads to: keys "
          "joined by dots, such as components.gpu-operator.values.driver.version. A single value is written bare, for "
          "use in scripts; with --format json everything is JSON. The empty selector shows the whole document.\n\n"
          "Top-level keys: apiVersion, components, constraints, criteria, deploymentOrder, kind, metadata. Lists are "
          "shown whole, and a key that holds a dot cannot be named.",
      .arguments = {},
      .options = {},
      .examples = {{"waybill query --service eks --gpu gb200 --intent training --selector "
                    "components.gpu-operator.version",
                    "the version of one component"},
                   {"waybill query --snapshot snapshot.yaml --selector components.gpu-operator.values",
                    "all values of a component, for the cluster of a snapshot"},
                   {"waybill query --recipe recipe.yaml --selector deploymentOrder --format json", "as JSON"}},
      .run = {}};
  command.option("--selector", &state->selector, "PATH", "what to show; '' is everything");
  add_recipe_options(command, state->request, CriteriaFor::Recipe);
  add_output_option(command, state->output);
  add_format_option(command, state->format, {"yaml", "json", "table"});
  command.run = [state](Console& console) {
    if (!state->selector) {
      throw Error(ErrorCode::InvalidInput, "'waybill query' needs --selector")
          .hint("for example --selector components, or --selector '' for the whole document");
    }
    const DocumentFormat format = state->format == "json" ? DocumentFormat::Json : DocumentFormat::Yaml;
    console.out_or_file(state->output,
                        query_recipe(state->request, *state->selector, format, process_services(console.reporter())));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
