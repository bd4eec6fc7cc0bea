#include "app/workflow/diff_recipes.h"

#include <utility>

#include "app/workflow/input_file.h"
#include "app/workflow/recipe_operand.h"
#include "generator/leaves.h"
#include "generator/recipe_tree.h"

namespace waybill {
namespace {

struct Side {
  ComparedRecipe compared;
  ResolvedRecipe resolved;
  Value tree;
  std::string file;  // of the recipe, where it was read from one
};

Side resolve_side(const std::string& text, const CatalogueChoice& catalogue, const Services& services) {
  const RecipeRequest request = parse_recipe_operand(text, catalogue);
  return with_context(
      [&] { return "while resolving '" + text + "'"; },
      [&] {
        ResolvedRecipe resolved = resolve_recipe(request, services);
        Value tree = recipe_tree(resolved.catalogue, resolved.recipe);
        std::size_t values = 0;
        for (const auto& [name, component] : tree.find("components")->members()) {
          if (const Value* set = component.find("values")) values += count_set(*set);
        }
        ComparedRecipe compared{text, resolved.catalogue.id(), resolved.recipe.criteria.to_value(),
                                resolved.recipe.components.size(), values};
        return Side{std::move(compared), std::move(resolved), std::move(tree), input_name(request.recipe_file)};
      });
}

SourceLocation place_of(const Side& side, const std::optional<Value>& value) {
  if (!value || value->mark().line == 0) return {};
  const Mark mark = value->mark();
  return {mark.source == 0 ? side.file : side.resolved.catalogue.source_name(mark.source), mark.line, 0};
}

Value to_value(const ComparedRecipe& compared) {
  return Value::map({{"recipe", compared.text},
                     {"criteria", compared.criteria},
                     {"catalogue", to_value(compared.catalogue)},
                     {"components", static_cast<std::uint64_t>(compared.components)},
                     {"values", static_cast<std::uint64_t>(compared.values)}});
}

void set_side(Value& entry, const char* key, const std::optional<Value>& value, const char* place_key,
              const SourceLocation& place) {
  if (!value) return;
  entry.set(key, sorted(*value));
  if (!place.file.empty()) entry.set(place_key, Value::map({{"file", place.file}, {"line", std::int64_t{place.line}}}));
}

Value to_list(const std::vector<std::string>& texts) { return Value::List(texts.begin(), texts.end()); }

}  // namespace

RecipeComparison diff_recipes(const std::string& before, const std::string& after, const CatalogueChoice& catalogue,
                              const Services& services) {
  const bool both_from_input = (before == "-" || before.starts_with("-@")) && (after == "-" || after.starts_with("-@"));
  if (both_from_input) throw Error(ErrorCode::InvalidInput, "both recipes cannot come from standard input");
  Side first = resolve_side(before, catalogue, services);
  Side second = resolve_side(after, catalogue, services);
  RecipeComparison comparison{
      std::move(first.compared), std::move(second.compared), difference(first.tree, second.tree), {}};
  for (const LeafChange& change : comparison.difference.changes)
    comparison.changes.push_back({change, place_of(first, change.before), place_of(second, change.after)});
  return comparison;
}

Value to_value(const RecipeComparison& comparison) {
  const RecipeDifference& difference = comparison.difference;
  const ChangeCount count = difference.values();
  std::array<Value, 4> changes;  // by RecipePart
  changes.fill(Value::list());
  for (const auto& [change, before, after] : comparison.changes) {
    Value entry = Value::map();
    if (!change.component.empty()) entry.set("component", change.component);
    entry.set("path", change.path);
    set_side(entry, "before", change.before, "beforeLayer", before);
    set_side(entry, "after", change.after, "afterLayer", after);
    changes.at(static_cast<std::size_t>(change.part)).push_back(std::move(entry));
  }
  const auto number = [](std::uint64_t n) { return Value(n); };
  Value order = Value::map({{"changed", difference.order_before != difference.order_after},
                            {"moved", to_list(difference.moved)},
                            {"before", to_list(difference.order_before)},
                            {"after", to_list(difference.order_after)}});
  return Value::map({{"equal", difference.empty()},
                     {"before", to_value(comparison.before)},
                     {"after", to_value(comparison.after)},
                     {"components", Value::map({{"removed", to_list(difference.removed_components)},
                                                {"added", to_list(difference.added_components)},
                                                {"changed", std::move(changes[0])}})},
                     {"values", Value::map({{"removed", number(count.removed)},
                                            {"added", number(count.added)},
                                            {"changed", number(count.changed)},
                                            {"changes", std::move(changes[1])}})},
                     {"constraints", std::move(changes[2])},
                     {"validation", std::move(changes[3])},
                     {"deploymentOrder", std::move(order)}});
}

}  // namespace waybill
