#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "app/cli/commands.h"
#include "app/cli/recipe_options.h"
#include "app/cli/text_layout.h"
#include "app/workflow/diff_recipes.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

constexpr std::size_t kLongest = 48;

std::string described(const ComparedRecipe& recipe) {
  return fmt::format("{}, {}: {}, {}", recipe.text, catalogue_line(recipe.catalogue),
                     counted(recipe.components, "component"), counted(recipe.values, "value"));
}

std::string text_of(const std::optional<Value>& side) { return side ? one_line(*side, kLongest) : ""; }

// Of two lists of texts, what came and went; otherwise both values.
std::string difference_of(const LeafChange& change) {
  if (!change.before) return text_of(change.after);
  if (!change.after) return text_of(change.before);
  if (change.before->is_list() && change.after->is_list()) {
    std::vector<std::string> words;
    const auto add = [&](const Value& list, const Value& other, std::string_view sign) {
      for (const Value& item : list.items()) {
        const bool common = std::find(other.items().begin(), other.items().end(), item) != other.items().end();
        if (!common) words.push_back(fmt::format("{}{}", sign, one_line(item, kLongest)));
      }
    };
    add(*change.before, *change.after, "-");
    add(*change.after, *change.before, "+");
    if (!words.empty()) return joined(words, " ");
  }
  return one_line(*change.before, kLongest) + " → " + one_line(*change.after, kLongest);
}

std::string places_of(const PlacedChange& placed) {
  const std::string before = to_string(placed.before);
  std::string after = to_string(placed.after);
  if (before.empty() || before == after) return after;
  return after.empty() ? before : before + " → " + after;
}

class Text {
 public:
  Text(const RecipeComparison& comparison, bool color) : comparison_(comparison), color_(color) {}

  std::string write() {
    const RecipeDifference& difference = comparison_.difference;
    text_ = fmt::format("- {}\n+ {}\n", described(comparison_.before), described(comparison_.after));
    if (difference.empty()) return text_ + "\nno difference\n";
    add_components();
    add_section("components that changed", RecipePart::Field);
    add_section("values", RecipePart::Value);
    add_section("constraints", RecipePart::Constraint);
    add_section("validation", RecipePart::Validation);
    if (!difference.moved.empty()) {
      add_heading("order of deployment");
      add_line(Style::Yellow, "  ~ moved: " + joined(difference.moved));
      add_line(Style::Red, "  - " + joined(difference.order_before, " → "));
      add_line(Style::Green, "  + " + joined(difference.order_after, " → "));
    }
    add_summary();
    return std::move(text_);
  }

 private:
  void add_heading(std::string_view heading) { text_ += "\n" + styled(heading, Style::Bold, color_) + "\n"; }
  void add_line(Style style, const std::string& line) { text_ += styled(line, style, color_) + "\n"; }

  [[nodiscard]] bool is_new_or_gone(const std::string& component) const {
    const auto has = [&](const std::vector<std::string>& names) {
      return std::find(names.begin(), names.end(), component) != names.end();
    };
    return has(comparison_.difference.removed_components) || has(comparison_.difference.added_components);
  }

  void add_components() {
    const RecipeDifference& difference = comparison_.difference;
    if (difference.removed_components.empty() && difference.added_components.empty()) return;
    add_heading("components that came and went");
    Rows rows;
    std::vector<Style> styles;
    const auto add = [&](const std::vector<std::string>& names, bool came) {
      for (const std::string& name : names) {
        std::string version;
        for (const LeafChange& change : difference.changes) {
          const std::optional<Value>& value = came ? change.after : change.before;
          if (change.component != name || !value) continue;
          if (change.part == RecipePart::Field && (change.path == "version" || change.path == "tag"))
            version = value->as_string();
        }
        rows.push_back(
            {fmt::format("  {} {}", came ? "+" : "-", name), version, counted(difference.values(name).all(), "value")});
        styles.push_back(came ? Style::Green : Style::Red);
      }
    };
    add(difference.removed_components, false);
    add(difference.added_components, true);
    text_ += columns(rows, styles, color_);
  }

  // The lines of components that came or went say nothing more than that.
  void add_section(std::string_view heading, RecipePart part) {
    Rows rows;
    std::vector<Style> styles;
    std::string component;
    for (const PlacedChange& placed : comparison_.changes) {
      const LeafChange& change = placed.change;
      if (change.part != part || is_new_or_gone(change.component)) continue;
      if (change.component != component) {
        component = change.component;
        rows.push_back({"  " + component});
        styles.push_back(Style::Bold);
      }
      const char* sign = !change.before ? "+" : !change.after ? "-" : "~";
      rows.push_back({fmt::format("{}{} {}", component.empty() ? "  " : "    ", sign, readable_path(change.path)),
                      difference_of(change), places_of(placed)});
      styles.push_back(!change.before ? Style::Green : !change.after ? Style::Red : Style::Yellow);
    }
    if (rows.empty()) return;
    add_heading(heading);
    text_ += columns(rows, styles, color_);
  }

  void add_summary() {
    const RecipeDifference& difference = comparison_.difference;
    const ChangeCount values = difference.values();
    const std::size_t components = difference.removed_components.size() + difference.added_components.size();
    add_heading("in all");
    text_ += fmt::format("  {} swapped ({} gone, {} new), {} changed ({} gone, {} new, {} different)\n",
                         counted(components, "component"), difference.removed_components.size(),
                         difference.added_components.size(), counted(values.all(), "value"), values.removed,
                         values.added, values.changed);
  }

  const RecipeComparison& comparison_;
  bool color_;
  std::string text_;
};

}  // namespace

Command recipe_diff_command() {
  struct State {
    std::string before;
    std::string after;
    CatalogueChoice catalogue;
    std::string output;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  const std::string form =
      "a recipe file, or criteria as key=value,…; then @DIR for the catalogue of that folder and @DIR for each folder "
      "laid over it";
  Command command{
      .name = "recipe diff",
      .summary = "show what differs between two recipes",
      .description =
          "Compares components, their fields, values and manifests, constraints, validation and the order of "
          "deployment. Where the recipes come from (criteria, overlays, versions of the catalogue) is no difference. A "
          "value is one leaf of what a component's chart is given, each element of a list by itself; values that are "
          "empty are listed but not counted. Exit status: 0 when nothing differs, 1 when something does.",
      .arguments = {{"A", &state->before, form, true}, {"B", &state->after, "the other one, in the same form", true}},
      .options = {},
      .examples = {{"waybill recipe diff service=eks,intent=training service=eks,intent=inference",
                    "what inference changes"},
                   {"waybill recipe diff old.yaml new.yaml --format json", "two recipe files, for scripts"},
                   {"waybill recipe diff service=eks@old/recipes service=eks@new/recipes",
                    "one target in two versions of a catalogue"},
                   {"waybill recipe diff service=eks service=eks@@site-data",
                    "what the data of a site changes; the empty name is the built-in catalogue"}},
      .run = {}};
  add_catalogue_options(command, state->catalogue);
  add_output_option(command, state->output);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const RecipeComparison comparison =
        diff_recipes(state->before, state->after, state->catalogue, process_services(console.reporter()));
    console.out_or_file(state->output, state->format == "json"
                                           ? json::write_pretty(to_value(comparison))
                                           : Text(comparison, console.colors(state->output)).write());
    return comparison.difference.empty() ? 0 : 1;
  };
  return command;
}

}  // namespace waybill::cli
