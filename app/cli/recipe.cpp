#include <memory>

#include "app/cli/commands.h"
#include "app/cli/field_table.h"
#include "app/cli/recipe_options.h"
#include "core/json/writer.h"
#include "core/yaml/writer.h"

namespace waybill::cli {

Command recipe_command() {
  struct State {
    RecipeRequest request;
    std::string output;
    std::string format = "yaml";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "recipe",
      .summary = "resolve the recipe for a target",
      .description =
          "Finds the overlays of the catalogue that match the criteria, merges them in order, and writes the recipe: "
          "components with versions and overrides, constraints, and the order of deployment.",
      .arguments = {},
      .options = {},
      .examples =
          {{"waybill recipe --service eks --accelerator gb200 --os ubuntu --intent training --platform kubeflow",
            "training on GB200"},
           {"waybill recipe --service eks --gpu h100 --intent inference -o recipe.yaml", "write a file"},
           {"waybill recipe --criteria criteria.yaml --os any", "criteria from a file, but for any operating system"},
           {"waybill recipe --snapshot snapshot.yaml --intent training",
            "what fits the cluster of a snapshot, and its constraints"}},
      .run = {}};
  add_recipe_options(command, state->request, CriteriaFor::Recipe);
  add_output_option(command, state->output);
  add_format_option(command, state->format, {"yaml", "json", "table"});
  command.run = [state](Console& console) {
    const ResolvedRecipe resolved = resolve_recipe(state->request, process_services(console.reporter()));
    const Value document = to_value(resolved.recipe);
    console.out_or_file(state->output, state->format == "json"    ? json::write_pretty(document, json::HtmlEscape::Yes)
                                       : state->format == "table" ? field_table(document)
                                                                  : yaml::write(document));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
