#include <algorithm>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/recipe_options.h"
#include "app/cli/text_layout.h"
#include "app/workflow/list_targets.h"
#include "core/json/writer.h"
#include "core/yaml/writer.h"

namespace waybill::cli {
namespace {

std::string table(const TargetList& list) {
  const std::vector<Target>& targets = list.targets;
  const bool with_nodes =
      std::any_of(targets.begin(), targets.end(), [](const Target& target) { return target.criteria.nodes() != 0; });
  Rows rows{{}};
  for (const Dimension dimension : kDimensions) rows.front().emplace_back(to_string(dimension));
  if (with_nodes) rows.front().emplace_back("nodes");
  rows.front().insert(rows.front().end(), {"components", "values"});
  for (const Target& target : targets) {
    std::vector<std::string> row;
    row.reserve(kDimensions.size() + 3);
    for (const Dimension dimension : kDimensions) row.push_back(target.criteria.get(dimension));
    if (with_nodes) row.push_back(target.criteria.nodes() == 0 ? "any" : std::to_string(target.criteria.nodes()));
    row.insert(row.end(), {std::to_string(target.components), std::to_string(target.values)});
    rows.push_back(std::move(row));
  }
  return columns(rows) + "\n" + catalogue_line(list.catalogue) + "\n";
}

}  // namespace

Command recipe_list_command() {
  struct State {
    RecipeRequest request;
    std::string output;
    std::string format = "table";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "recipe list",
      .summary = "list all targets that the catalogue covers",
      .description =
          "A target is a set of criteria that some overlays of the catalogue ask for together. Every query gets the "
          "recipe of exactly one target, the one that states the most of what the query states; so this is the list of "
          "all recipes that differ. Criteria keep the targets that state these values. Of each target the components "
          "of its recipe are counted, and the values that their charts are given: leaves that are neither null nor "
          "empty, each element of a list by itself.",
      .arguments = {},
      .options = {},
      .examples = {{"waybill recipe list", "everything"},
                   {"waybill recipe list --service eks --intent training", "what there is for training on EKS"},
                   {"waybill recipe list --data ./site-data --format json | jq '.targets | length'",
                    "how many there are with the data of a site"}},
      .run = {}};
  add_recipe_options(command, state->request, CriteriaFor::Targets);
  add_output_option(command, state->output);
  add_format_option(command, state->format, {"table", "json", "yaml"});
  command.run = [state](Console& console) {
    const TargetList list = list_targets(state->request, process_services(console.reporter()));
    if (list.targets.empty()) console.reporter().info("the catalogue has no target that states all of this");
    console.out_or_file(state->output, state->format == "json"   ? json::write_pretty(to_value(list))
                                       : state->format == "yaml" ? yaml::write(to_value(list))
                                                                 : table(list));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
