#include <memory>

#include "app/cli/commands.h"
#include "app/cli/plan_drawing.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/show_plan.h"
#include "core/json/writer.h"

namespace waybill::cli {
Command plan_command() {
  struct State {
    RecipeRequest request;
    std::string output;
    std::string format = "table";
  };
  const auto state = std::make_shared<State>();
  Command command{.name = "plan",
                  .summary = "show the order of deployment",
                  .description =
                      "Components of one wave roll out together; a wave begins when the one before it is healthy. The "
                      "wave of a component is its "
                      "depth in the dependency graph. The critical path is the longest chain of dependencies, which no "
                      "parallelism shortens; it is marked.",
                  .arguments = {},
                  .options = {},
                  .examples = {{"waybill plan --service eks --accelerator h100 --intent training", "as a table"},
                               {"waybill plan --recipe recipe.yaml --format mermaid", "as a Mermaid flow chart"},
                               {"waybill plan --recipe recipe.yaml --format svg --output plan.svg", "as a picture"}},
                  .run = {}};
  add_recipe_options(command, state->request, CriteriaFor::Recipe);
  add_output_option(command, state->output);
  add_format_option(command, state->format, {"table", "json", "mermaid", "svg", "dot"});
  command.run = [state](Console& console) {
    const ShownPlan plan = show_plan(state->request, process_services(console.reporter()));
    console.out_or_file(state->output, state->format == "json"      ? json::write_pretty(to_value(plan))
                                       : state->format == "mermaid" ? plan_mermaid(plan)
                                       : state->format == "svg"     ? plan_svg(plan)
                                       : state->format == "dot"     ? plan_dot(plan)
                                                                    : plan_table(plan));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
