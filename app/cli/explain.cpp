#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/recipe_options.h"
#include "app/cli/text_layout.h"
#include "app/workflow/explain_recipe.h"
#include "core/json/writer.h"
#include "core/yaml/writer.h"

namespace waybill::cli {
namespace {

std::string describe(const ExplainedOverlay& overlay) {
  std::string text;
  for (const auto& [dimension, value] : overlay.criteria.is_map() ? overlay.criteria.members() : Value::Map{})
    text += fmt::format("{}{}={}", text.empty() ? "matches " : " ", dimension,
                        value.is_string() ? value.as_string() : json::write(value));
  if (text.empty()) text = "matches every query";
  if (!overlay.matches) text = overlay.brought_by.empty() ? "" : "parent of " + joined(overlay.brought_by);
  if (overlay.excluded.empty()) return text;
  text = overlay.applied ? "excluded, and back as a parent of " + joined(overlay.brought_by) : "excluded";
  for (const ConstraintWarning& warning : overlay.excluded)
    text += fmt::format("; {}: {}", warning.constraint, warning.reason);
  return text;
}

std::string overlays_text(const std::vector<ExplainedOverlay>& overlays, bool color) {
  Rows rows;
  for (const ExplainedOverlay& overlay : overlays)
    rows.push_back(
        {fmt::format("  {} {}", overlay.applied ? "✓" : "✗", overlay.name), overlay.place.file, describe(overlay)});
  return styled("overlays, in the order in which they are applied", Style::Bold, color) + "\n" + columns(rows);
}

// What lies before the value's own name: the heading that it stands under.
std::string heading_of(const std::string& path) {
  std::size_t end = path.find_first_of(".[");
  if (!path.starts_with("components") || end == std::string::npos) return path.substr(0, end);
  end = path[end] == '[' ? path.find("\"]", end) + 2 : path.find_first_of(".[", end + 1);
  return path.substr(0, end);
}

std::string name_below(const std::string& path, const std::string& heading) {
  const std::string name = path.substr(heading.size());
  return name.starts_with('.') ? name.substr(1) : readable_path(name);
}

std::string place_of(const Layer& layer) {
  std::string text = to_string(layer.place);
  if (layer.kind == Layer::Kind::Overlay) text += fmt::format(" ({})", layer.overlay);
  if (layer.kind == Layer::Kind::Registry) text += " (default)";
  return text;
}

std::string values_text(const std::vector<ExplainedValue>& values, bool color) {
  constexpr std::size_t kLongest = 60;
  const std::size_t longest = values.size() == 1 ? std::string::npos : kLongest;
  std::string text;
  for (auto value = values.begin(); value != values.end();) {
    const std::string heading = heading_of(value->path);
    Rows rows;
    std::vector<Style> styles;
    for (; value != values.end() && heading_of(value->path) == heading; ++value) {
      rows.push_back({"  " + name_below(value->path, heading), one_line(value->effective().value, longest),
                      place_of(value->effective().layer)});
      styles.push_back(Style::Plain);
      if (!value->remark.empty()) {
        rows.push_back({"    ! " + value->remark});
        styles.push_back(Style::Yellow);
      }
      for (std::size_t i = value->history.size() - 1; i-- > 0;) {
        const Setting& setting = value->history[i];
        rows.push_back({"    replaced", setting.removed ? "(removed)" : one_line(setting.value, longest),
                        place_of(setting.layer)});
        styles.push_back(Style::Dim);
      }
    }
    text += "\n" + styled(heading, Style::Bold, color) + "\n";
    text += columns(rows, styles, color);
  }
  return text;
}

std::string order_text(const std::vector<ExplainedPlace>& order, bool color) {
  Rows rows;
  for (const ExplainedPlace& place : order) {
    rows.push_back({"  " + place.component, place.after.empty() ? "" : "after " + joined(place.after),
                    place.after.empty() ? "" : place_of(place.layer)});
  }
  return "\n" + styled("order of deployment", Style::Bold, color) + "\n" + columns(rows);
}

std::string text_of(const ExplainedRecipe& explained, const ExplainRequest& request, bool color) {
  const Explanation& explanation = explained.explanation;
  const bool whole = request.component.empty() && request.path.empty();
  std::string text =
      whole ? catalogue_line(explained.recipe.catalogue) + "\n\n" + overlays_text(explanation.overlays, color) : "";
  text += values_text(explanation.values, color);
  if (!explanation.order.empty()) text += order_text(explanation.order, color);
  return text.starts_with('\n') ? text.substr(1) : text;
}

}  // namespace

Command explain_command() {
  struct State {
    ExplainRequest request;
    std::string output;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "explain",
      .summary = "show which layer set each value, and what it replaced",
      .description =
          "For every field and value of the resolved recipe: the file and line that set it, and below it what it "
          "replaced, latest first. A layer is an overlay, a value file, a default of the registry or, with --recipe, "
          "that file where it says something else than its overlays. Constraints that became weaker are marked. "
          "Without PATH and --component it begins with the overlays, and why each is there.",
      .arguments =
          {{"PATH", &state->request.path,
            "what to explain, as query's selectors say it: components.gpu-operator.values.driver.version, "
            "constraints, validation.deployment, deploymentOrder; with --component a path within that component, "
            "or within its values",
            false}},
      .options = {},
      .examples = {{"waybill explain --service eks --accelerator h100 --intent training --component gpu-operator",
                    "one component"},
                   {"waybill explain --service eks components.gpu-operator.values.driver.version", "one value"},
                   {"waybill explain --service eks --component gpu-operator driver.version", "the same"},
                   {"waybill explain --recipe recipe.yaml --data ./site-data --format json",
                    "a recipe file, for scripts"}},
      .run = {}};
  command.option("--component", &state->request.component, "NAME", "explain this component only");
  add_recipe_options(command, state->request.recipe, CriteriaFor::Recipe);
  add_output_option(command, state->output);
  add_format_option(command, state->format, {"text", "json", "yaml"});
  command.run = [state](Console& console) {
    const ExplainedRecipe explained = explain_recipe(state->request, process_services(console.reporter()));
    console.out_or_file(state->output, state->format == "json" ? json::write_pretty(to_value(explained))
                                       : state->format == "yaml"
                                           ? yaml::write(to_value(explained))
                                           : text_of(explained, state->request, console.colors(state->output)));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
