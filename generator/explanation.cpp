#include "generator/explanation.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "generator/constraint_strength.h"
#include "generator/leaves.h"
#include "generator/merge.h"
#include "generator/recipe_tree.h"
#include "generator/resolve.h"
#include "generator/values.h"

namespace waybill {
namespace {

// A tree as it was after one layer was laid over it.
struct State {
  Layer::Kind kind;
  const Overlay* overlay;  // null for the registry and a recipe file
  std::size_t step;        // states of one step are laid over each other; only the last was in effect
  Value tree;
};
using Keys = std::vector<std::string>;

// What stands at the keys: the value itself, or a scalar or list in the place of one of its parents.
const Value* at(const Value& tree, const Keys& keys) {
  const Value* value = &tree;
  for (const std::string& key : keys) {
    if (!value->is_map()) return value;
    value = value->find(key);
    if (value == nullptr) return nullptr;
  }
  return value;
}

class Historian {
 public:
  Historian(const Catalogue& catalogue, std::string_view recipe_file)
      : catalogue_(catalogue), recipe_file_(recipe_file) {}

  // Explains the leaves of the last state.
  void tell(const std::vector<State>& states, const std::string& prefix, std::vector<ExplainedValue>& found) const {
    if (states.empty()) return;
    Keys keys;
    walk(states, states.back().tree, prefix, keys, found);
  }

  [[nodiscard]] Layer layer(const State& state, Mark mark) const {
    Layer layer{state.kind, state.overlay == nullptr ? std::string() : state.overlay->name, {}};
    if (mark.source != 0) {
      layer.place = {catalogue_.source_name(mark.source), mark.line, 0};
      if (state.kind == Layer::Kind::RecipeFile) layer.kind = Layer::Kind::ValueFile;
    } else {
      layer.place = {recipe_file_, mark.line, 0};
    }
    return layer;
  }

 private:
  void walk(const std::vector<State>& states, const Value& value, const std::string& path, Keys& keys,
            std::vector<ExplainedValue>& found) const {
    if (!value.is_map() || value.members().empty()) {
      if (!keys.empty()) found.push_back({path, history(states, keys), {}});
      return;
    }
    for (const auto& [key, member] : value.members()) {
      keys.push_back(key);
      walk(states, member, member_path(path, key), keys, found);
      keys.pop_back();
    }
  }

  [[nodiscard]] std::vector<Setting> history(const std::vector<State>& states, const Keys& keys) const {
    std::vector<Setting> history;
    for (std::size_t first = 0; first < states.size();) {
      std::size_t end = first;
      while (end < states.size() && states[end].step == states[first].step) ++end;
      add_step({states.begin() + static_cast<std::ptrdiff_t>(first), states.begin() + static_cast<std::ptrdiff_t>(end)},
               keys, history);
      first = end;
    }
    return history;
  }

  // What one step says about a value: its layers from the lowest, of which the last that says anything is in effect.
  void add_step(std::span<const State> step, const Keys& keys, std::vector<Setting>& history) const {
    std::vector<Setting> said;
    for (const State& state : step) {
      const Value* value = at(state.tree, keys);
      if (value == nullptr) {
        said.clear();
        continue;
      }
      Setting setting{layer(state, value->mark()), *value};
      if (said.empty() || !same(said.back(), setting)) said.push_back(std::move(setting));
    }
    if (said.empty()) {
      if (!history.empty() && !history.back().removed) history.push_back({removal(step.back()), {}, true});
      return;
    }
    // A recipe file repeats what the catalogue says; only where it says something else, it is a layer.
    if (step.front().kind == Layer::Kind::RecipeFile && !history.empty() && history.back().value == said.back().value &&
        !history.back().removed)
      return;
    Setting effective = std::move(said.back());
    said.pop_back();
    const bool unchanged = !history.empty() && same(history.back(), effective);
    for (Setting& setting : said) {
      const bool known =
          std::any_of(history.begin(), history.end(), [&](const Setting& other) { return same(other, setting); });
      if (!known) history.insert(unchanged ? history.end() - 1 : history.end(), std::move(setting));
    }
    if (!unchanged) history.push_back(std::move(effective));
  }

  static bool same(const Setting& a, const Setting& b) {
    return a.removed == b.removed && a.layer.place.file == b.layer.place.file &&
           a.layer.place.line == b.layer.place.line && a.value == b.value;
  }

  [[nodiscard]] Layer removal(const State& state) const {
    Layer layer{state.kind, {}, {recipe_file_, 0, 0}};
    if (state.overlay != nullptr) {
      layer.kind = state.overlay == &catalogue_.base() ? Layer::Kind::Base : Layer::Kind::Overlay;
      layer.overlay = state.overlay->name;
      layer.place = state.overlay->location;
    }
    return layer;
  }

  const Catalogue& catalogue_;
  std::string recipe_file_;
};

// The states of every part of the recipe, grown step by step.
class Replay {
 public:
  explicit Replay(const Catalogue& catalogue) : catalogue_(catalogue) {}

  void apply(const Overlay& overlay) {
    merge(recipe_, overlay);
    const Layer::Kind kind = &overlay == &catalogue_.base() ? Layer::Kind::Base : Layer::Kind::Overlay;
    for (const ComponentRef& component : overlay.components) record(*recipe_.find(component.name), kind, &overlay);
    if (!overlay.constraints.empty())
      constraints_.push_back({kind, &overlay, step_, constraints_tree(recipe_.constraints)});
    if (overlay.validation) validation_.push_back({kind, &overlay, step_, validation_tree(recipe_.validation)});
    ++step_;
  }
  void apply_registry() {
    for (ComponentRef& component : recipe_.components) {
      const RegistryEntry* entry = catalogue_.find_component(component.name);
      if (entry == nullptr) continue;
      apply_defaults(*entry, component);
      fields_[component.name].push_back({Layer::Kind::Registry, nullptr, step_, fields_tree(component)});
    }
    ++step_;
  }
  // What a recipe file says in the end; components that it does not have are forgotten.
  void apply_file(const Recipe& recipe) {
    for (const ComponentRef& component : recipe.components) record(component, Layer::Kind::RecipeFile, nullptr);
    constraints_.push_back({Layer::Kind::RecipeFile, nullptr, step_, constraints_tree(recipe.constraints)});
    validation_.push_back({Layer::Kind::RecipeFile, nullptr, step_, validation_tree(recipe.validation)});
    ++step_;
  }

  [[nodiscard]] std::vector<ExplainedValue> values(const Recipe& recipe, const Historian& historian) const {
    std::vector<ExplainedValue> found;
    for (const ComponentRef& component : recipe.components) {
      const std::string path = member_path("components", component.name);
      historian.tell(fields_.at(component.name), path, found);
      if (const auto states = values_.find(component.name); states != values_.end())
        historian.tell(states->second, path + ".values", found);
    }
    historian.tell(constraints_, "constraints", found);
    historian.tell(validation_, "validation", found);
    return found;
  }
  [[nodiscard]] const std::vector<State>& fields(const std::string& component) const { return fields_.at(component); }

 private:
  void record(const ComponentRef& component, Layer::Kind kind, const Overlay* overlay) {
    fields_[component.name].push_back({kind, overlay, step_, fields_tree(component)});
    FreeData values{Value::map(), {}};
    for (const ValueLayer& layer : value_layers(catalogue_, component)) {
      lay_over(values, layer.values);
      const bool file = layer.from != ValueLayer::From::Overrides && kind != Layer::Kind::RecipeFile;
      values_[component.name].push_back({file ? Layer::Kind::ValueFile : kind, overlay, step_, sorted(values.value)});
    }
  }

  const Catalogue& catalogue_;
  Recipe recipe_;
  std::size_t step_ = 0;
  std::map<std::string, std::vector<State>, std::less<>> fields_;
  std::map<std::string, std::vector<State>, std::less<>> values_;
  std::vector<State> constraints_;
  std::vector<State> validation_;
};

Value stated_criteria(const Overlay& overlay) {
  Value stated = Value::map();
  if (!overlay.criteria) return stated;
  for (const Dimension dimension : kDimensions) {
    const std::string& word = overlay.criteria->at(static_cast<std::size_t>(dimension));
    if (!word.empty() && word != kAny) stated.set(to_string(dimension), word);
  }
  if (overlay.nodes != 0) stated.set("nodes", overlay.nodes);
  return stated;
}

const Overlay* find(const Catalogue& catalogue, std::string_view name) {
  return name == kBaseName ? &catalogue.base() : catalogue.find_overlay(name);
}

ExplainedOverlay explain_overlay(const Catalogue& catalogue, const Recipe& recipe, const std::string& name) {
  ExplainedOverlay explained;
  explained.name = name;
  explained.applied =
      std::find(recipe.applied_overlays.begin(), recipe.applied_overlays.end(), name) != recipe.applied_overlays.end();
  for (const ConstraintWarning& warning : recipe.constraint_warnings) {
    if (warning.overlay == name) explained.excluded.push_back(warning);
  }
  const Overlay* overlay = find(catalogue, name);
  if (overlay == nullptr) return explained;
  explained.place = overlay->location;
  if (overlay == &catalogue.base()) return explained;
  explained.matches = overlay->criteria && matches(*overlay, recipe.criteria);
  explained.criteria = stated_criteria(*overlay);
  for (const std::string& other_name : recipe.applied_overlays) {
    const Overlay* other = catalogue.find_overlay(other_name);
    if (other == nullptr || other == overlay) continue;
    const std::vector<const Overlay*> chain = inheritance_chain(catalogue, *other);
    if (std::find(chain.begin(), chain.end(), overlay) != chain.end()) explained.brought_by.push_back(other_name);
  }
  return explained;
}

// An overlay may weaken a constraint of a more general one, for equal names replace each other (spec: recipe-engine,
// B13).
void remark_on_weaker_constraints(std::vector<ExplainedValue>& values) {
  for (ExplainedValue& explained : values) {
    const bool severity = explained.path.ends_with(".severity");
    if (!explained.path.starts_with("constraints") || !(severity || explained.path.ends_with(".value"))) continue;
    const auto constraint = [&](const Setting& setting) {
      Constraint said;
      (severity ? said.severity : said.value) = setting.value.as_string();
      return said;
    };
    for (auto before = explained.history.rbegin() + 1; before != explained.history.rend(); ++before) {
      if (before->removed || !before->value.is_string() ||
          weakening(constraint(*before), constraint(explained.effective())).empty())
        continue;
      explained.remark =
          fmt::format("weaker than '{}' of {}", before->value.as_string(), to_string(before->layer.place));
      break;
    }
  }
}

}  // namespace

std::string_view to_string(Layer::Kind kind) noexcept {
  constexpr std::string_view kNames[] = {"base", "overlay", "values", "registry", "recipe"};
  return kNames[static_cast<std::size_t>(kind)];
}

Explanation explain(const Catalogue& catalogue, const Recipe& recipe, std::string_view recipe_file) {
  Explanation explanation;
  Replay replay(catalogue);
  for (const std::string& name : recipe.applied_overlays) {
    explanation.overlays.push_back(explain_overlay(catalogue, recipe, name));
    if (const Overlay* overlay = find(catalogue, name)) replay.apply(*overlay);
  }
  for (const std::string& name : recipe.excluded_overlays) {
    const bool told = std::any_of(explanation.overlays.begin(), explanation.overlays.end(),
                                  [&](const ExplainedOverlay& overlay) { return overlay.name == name; });
    if (!told) explanation.overlays.push_back(explain_overlay(catalogue, recipe, name));
  }
  replay.apply_registry();
  if (!recipe_file.empty()) replay.apply_file(recipe);

  const Historian historian(catalogue, recipe_file);
  explanation.values = replay.values(recipe, historian);
  remark_on_weaker_constraints(explanation.values);
  for (const std::string& name : recipe.deployment_order) {
    ExplainedPlace place{name, recipe.find(name)->dependency_refs, {}};
    if (!place.after.empty()) {
      const std::string path = member_path(member_path("components", name), "dependencyRefs");
      const auto found = std::find_if(explanation.values.begin(), explanation.values.end(),
                                      [&](const ExplainedValue& value) { return value.path == path; });
      if (found != explanation.values.end()) place.layer = found->effective().layer;
    }
    explanation.order.push_back(std::move(place));
  }
  return explanation;
}

}  // namespace waybill
