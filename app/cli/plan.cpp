#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/show_plan.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

std::string table(const std::vector<PlannedWave>& waves) {
  std::size_t name_width = 0;
  std::size_t version_width = 0;
  for (const PlannedWave& wave : waves) {
    for (const PlannedComponent& component : wave.components) {
      name_width = std::max(name_width, component.name.size());
      version_width = std::max(version_width, component.version.size());
    }
  }
  std::string text;
  for (const PlannedWave& wave : waves) {
    text += fmt::format("{}wave {} (sync-wave {})\n", wave.depth == 0 ? "" : "  │\n", wave.depth, wave.sync_wave);
    for (std::size_t i = 0; i < wave.components.size(); ++i) {
      const PlannedComponent& component = wave.components[i];
      std::string needs;
      for (const std::string& dependency : component.depends_on)
        needs += (needs.empty() ? "needs " : ", ") + dependency;
      std::string line = fmt::format("  {} {:<{}}  {:<{}}  {}", i + 1 == wave.components.size() ? "└─" : "├─",
                                     component.name, name_width, component.version, version_width, needs);
      while (line.ends_with(' ')) line.pop_back();
      text += line + "\n";
    }
  }
  return text;
}

std::string mermaid(const std::vector<PlannedWave>& waves) {
  std::string text = "flowchart TD\n";
  for (const PlannedWave& wave : waves) {
    text += fmt::format("  subgraph wave{}[\"wave {}\"]\n", wave.depth, wave.depth);
    for (const PlannedComponent& component : wave.components)
      text += fmt::format("    {}[\"{} {}\"]\n", component.name, component.name, component.version);
    text += "  end\n";
  }
  for (const PlannedWave& wave : waves) {
    for (const PlannedComponent& component : wave.components) {
      for (const std::string& dependency : component.depends_on)
        text += fmt::format("  {} --> {}\n", dependency, component.name);
    }
  }
  return text;
}

Value to_value(const std::vector<PlannedWave>& waves) {
  Value list = Value::list();
  for (const PlannedWave& wave : waves) {
    Value names = Value::list();
    for (const PlannedComponent& component : wave.components) names.push_back(component.name);
    list.push_back(Value::map(
        {{"wave", std::int64_t{wave.depth}}, {"syncWave", wave.sync_wave}, {"components", std::move(names)}}));
  }
  return Value::map({{"waves", std::move(list)}});
}

}  // namespace

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
                      "depth in the dependency graph.",
                  .arguments = {},
                  .options = {},
                  .examples = {{"waybill plan --service eks --accelerator h100 --intent training", "as a table"},
                               {"waybill plan --recipe recipe.yaml --format mermaid", "as a Mermaid flow chart"}},
                  .run = {}};
  add_recipe_options(command, state->request, RecipeFile::Yes);
  add_output_option(command, state->output, "file to write; standard output when left out or '-'");
  add_format_option(command, state->format, {"table", "json", "mermaid"});
  command.run = [state](Console& console) {
    const std::vector<PlannedWave> waves = show_plan(state->request, process_services(console.reporter()));
    console.out_or_file(state->output, state->format == "json"      ? json::write_pretty(to_value(waves))
                                       : state->format == "mermaid" ? mermaid(waves)
                                                                    : table(waves));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
