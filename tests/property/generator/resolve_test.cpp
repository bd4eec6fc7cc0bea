// Laws of resolution, over random small catalogues: what a file is called, in which folder it lies and in which order
// it writes its keys never changes a recipe, and asking twice gives the same.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "core/error.h"
#include "core/json/writer.h"
#include "core/yaml/writer.h"
#include "generator/catalogue.h"
#include "generator/hydrated.h"
#include "generator/resolution_warnings.h"
#include "generator/resolve.h"

namespace waybill {
namespace {

using Files = std::map<std::string, std::string>;

rc::Gen<std::string> word_of(std::vector<std::string> words) { return rc::gen::elementOf(std::move(words)); }

Value random_overrides() {
  Value overrides = Value::map();
  for (const char* key : {"a", "b"}) {
    const int kind = *rc::gen::inRange(0, 4);
    if (kind == 1) overrides.set(key, *rc::gen::inRange(0, 3));
    if (kind == 2) overrides.set(key, Value::map({{"x", *rc::gen::inRange(0, 3)}, {"y", nullptr}}));
    if (kind == 3) overrides.set(key, Value::list({1, "two"}));
  }
  return overrides;
}

Value random_component() {
  Value component = Value::map({{"name", *word_of({"one", "two", "three"})}});
  if (*rc::gen::arbitrary<bool>()) component.set("version", *word_of({"1.0.0", "2.0.0"}));
  if (*rc::gen::arbitrary<bool>()) component.set("valuesFile", "components/one/other.yaml");
  if (*rc::gen::arbitrary<bool>()) component.set("overrides", random_overrides());
  if (*rc::gen::arbitrary<bool>()) component.set("manifestFiles", Value::list({*word_of({"m.yaml", "n.yaml"})}));
  return component;
}

// Overlay number `index`; its parent, if any, has a smaller number.
Value random_overlay(int index) {
  Value criteria = Value::map();
  for (const auto& [field, words] :
       std::initializer_list<std::pair<const char*, std::vector<std::string>>>{{"service", {"", "any", "eks", "gke"}},
                                                                               {"intent", {"", "any", "training"}},
                                                                               {"os", {"", "any", "ubuntu"}}}) {
    if (const std::string word = *word_of(words); !word.empty()) criteria.set(field, word);
  }
  Value spec = Value::map();
  if (*rc::gen::inRange(0, 4) != 0) spec.set("criteria", std::move(criteria));
  if (index > 0 && *rc::gen::arbitrary<bool>()) spec.set("base", "o" + std::to_string(*rc::gen::inRange(0, index)));
  Value components = Value::list();
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) components.push_back(random_component());
  spec.set("componentRefs", std::move(components));
  Value constraints = Value::list();
  if (*rc::gen::arbitrary<bool>())
    constraints.push_back(Value::map({{"name", "K8s.server.version"}, {"value", *word_of({">= 1.30", ">= 1.32"})}}));
  spec.set("constraints", std::move(constraints));
  return Value::map({{"kind", "RecipeMetadata"},
                     {"metadata", Value::map({{"name", "o" + std::to_string(index)}})},
                     {"spec", std::move(spec)}});
}

std::vector<Value> random_overlays() {
  std::vector<Value> overlays;
  for (int i = *rc::gen::inRange(0, 7); i > 0; --i)
    overlays.push_back(random_overlay(static_cast<int>(overlays.size())));
  return overlays;
}

Value shuffled_keys(Value value, std::mt19937& random) {
  if (value.is_list()) {
    for (Value& item : value.items()) item = shuffled_keys(std::move(item), random);
  } else if (value.is_map()) {
    std::shuffle(value.members().begin(), value.members().end(), random);
    for (auto& [key, member] : value.members()) member = shuffled_keys(std::move(member), random);
  }
  return value;
}

Catalogue catalogue_of(const std::vector<Value>& overlays, const std::vector<std::string>& paths) {
  FileTree tree;
  tree.add(RelPath::parse("registry.yaml"), "components: [{name: one, helm: {defaultChart: x/one}}]\n");
  tree.add(RelPath::parse("overlays/base.yaml"),
           "spec: {componentRefs: [{name: one, valuesFile: components/one/values.yaml}]}\n");
  tree.add(RelPath::parse("components/one/values.yaml"), "a: {x: 0, z: 0}\n");
  tree.add(RelPath::parse("components/one/other.yaml"), "b: {x: 5}\nc: 1\n");
  for (std::size_t i = 0; i < overlays.size(); ++i) tree.add(RelPath::parse(paths[i]), yaml::write(overlays[i]));
  return Catalogue::load({tree_source("random", std::move(tree))});
}

// Everything that is said about a query: the recipe, its values, its warnings.
std::string everything(const Catalogue& catalogue, const Criteria& criteria) {
  static const Snapshot kCluster({{"K8s", {{"server", {{"version", "v1.31.0"}}}}}});
  std::string text;
  for (const Snapshot* snapshot : {static_cast<const Snapshot*>(nullptr), &kCluster}) {
    Recipe recipe = resolve(catalogue, criteria, "1", snapshot);
    recipe.catalogue = {};  // whose digest covers the names of the files
    text += json::canonical(to_value(recipe)) + "\n";
    try {
      text += json::canonical(hydrate(catalogue, recipe, Selector(""), AbsentLists::Null)) + "\n";
    } catch (const Error& error) {
      text += error.message() + "\n";
    }
    for (const std::string& warning : resolution_warnings(catalogue, recipe)) text += warning + "\n";
  }
  return text;
}

Criteria random_query() {
  Criteria criteria;
  criteria.set(Dimension::Service, *word_of({"any", "eks", "gke"}));
  criteria.set(Dimension::Intent, *word_of({"any", "training"}));
  criteria.set(Dimension::Os, *word_of({"any", "ubuntu"}));
  return criteria;
}

RC_GTEST_PROP(ResolveLaws, NamesFoldersAndKeyOrderNeverChangeARecipe, ()) {
  const std::vector<Value> overlays = random_overlays();
  const Criteria criteria = random_query();
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < overlays.size(); ++i) paths.push_back("overlays/" + std::to_string(i) + ".yaml");
  const std::string expected = everything(catalogue_of(overlays, paths), criteria);

  std::mt19937 random(*rc::gen::arbitrary<std::uint32_t>());
  std::vector<Value> changed;
  std::vector<std::string> moved;
  for (std::size_t i = 0; i < overlays.size(); ++i) {
    changed.push_back(shuffled_keys(overlays[i], random));
    moved.push_back(*word_of({"", "a/", "overlays/", "z/y/x/"}) + std::to_string(overlays.size() - i) + "-moved.yaml");
  }
  std::vector<std::size_t> order(overlays.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  std::vector<Value> reordered;
  for (const std::size_t i : order) reordered.push_back(changed[i]);
  RC_ASSERT(everything(catalogue_of(reordered, moved), criteria) == expected);
}

RC_GTEST_PROP(ResolveLaws, AskingTwiceGivesTheSameWhateverWasAskedBetween, ()) {
  const std::vector<Value> overlays = random_overlays();
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < overlays.size(); ++i) paths.push_back(std::to_string(i) + ".yaml");
  const Catalogue catalogue = catalogue_of(overlays, paths);
  const Criteria criteria = random_query();
  const std::string first = everything(catalogue, criteria);
  static_cast<void>(everything(catalogue, random_query()));
  RC_ASSERT(everything(catalogue, criteria) == first);
}

// A recipe that is read back is the same recipe.
RC_GTEST_PROP(ResolveLaws, ACatalogueOfTheResultGivesTheResult, ()) {
  const std::vector<Value> overlays = random_overlays();
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < overlays.size(); ++i) paths.push_back(std::to_string(i) + ".yaml");
  const Catalogue catalogue = catalogue_of(overlays, paths);
  const Recipe recipe = resolve(catalogue, random_query(), "1");
  // What was resolved, taken for a base recipe, resolves to itself.
  const Value document = to_value(recipe);
  Value spec = Value::map({{"componentRefs", *document.find("componentRefs")}});
  if (const Value* constraints = document.find("constraints")) spec.set("constraints", *constraints);
  FileTree tree;
  tree.add(RelPath::parse("registry.yaml"), "components: [{name: one, helm: {defaultChart: x/one}}]\n");
  tree.add(RelPath::parse("overlays/base.yaml"), yaml::write(Value::map({{"spec", std::move(spec)}})));
  const Catalogue again = Catalogue::load({tree_source("again", std::move(tree))});
  const Value repeated = to_value(resolve(again, recipe.criteria, "1"));
  RC_ASSERT(*repeated.find("componentRefs") == *document.find("componentRefs"));
  RC_ASSERT(*repeated.find("deploymentOrder") == *document.find("deploymentOrder"));
}

}  // namespace
}  // namespace waybill
