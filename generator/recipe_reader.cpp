// parse_recipe() of generator/recipe.h: a recipe comes from anywhere, so nothing in it is believed.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/digest.h"
#include "core/suggest.h"
#include "generator/component_reader.h"
#include "generator/dependency_graph.h"
#include "generator/document_parser.h"
#include "generator/document_reader.h"
#include "generator/field_rules.h"
#include "generator/recipe.h"

namespace waybill {
namespace {

class RecipeReader {
 public:
  RecipeReader(const yaml::Node& root, const ReadContext& context, const UsedValues& used_values)
      : root_(root), context_(context), used_values_(used_values) {}

  Recipe read() {
    MapReader top(root_, "the recipe", context_);
    constant(top, "kind", kRecipeKind);
    constant(top, "apiVersion", kRecipeApiVersion);
    if (const yaml::Node* metadata = top.map("metadata")) read_metadata(*metadata);
    if (const yaml::Node* criteria = top.map("criteria")) read_criteria(*criteria);
    recipe_.constraints = read_constraints(top, context_);
    recipe_.components = read_components(top, context_, references_);
    const yaml::Node* order = top.list("deploymentOrder");
    recipe_.deployment_order = top.texts("deploymentOrder");
    recipe_.validation = read_validation(top, context_);
    top.finish();
    check_components();
    check_graph();
    if (!context_.diagnostics.has_errors()) settle_order(order);
    context_.diagnostics.throw_if_errors();
    return std::move(recipe_);
  }

 private:
  void constant(MapReader& fields, std::string_view name, std::string_view expected) {
    const std::string written = fields.text(name);
    if (!written.empty() && written != expected)
      context_.error(*fields.find(name), "bad-value", fmt::format("the {} is '{}'", name, written),
                     fmt::format("a recipe has {}", expected));
  }

  void read_metadata(const yaml::Node& node) {
    MapReader fields(node, "the metadata", context_);
    recipe_.version = fields.text("version");
    recipe_.applied_overlays = fields.texts("appliedOverlays");
    recipe_.excluded_overlays = fields.texts("excludedOverlays");
    if (const yaml::Node* warnings = fields.list("constraintWarnings")) {
      for (const yaml::Node& item : warnings->items) {
        MapReader entry(item, "the constraint warning", context_);
        ConstraintWarning warning;
        warning.overlay = entry.text("overlay");
        warning.constraint = entry.text("constraint");
        warning.expected = entry.text("expected", TextKind::Block);
        warning.actual = entry.text("actual", TextKind::Block);
        warning.reason = entry.text("reason", TextKind::Block);
        entry.finish();
        recipe_.constraint_warnings.push_back(std::move(warning));
      }
    }
    if (const yaml::Node* catalogue = fields.map("catalogue")) read_catalogue_id(*catalogue);
    fields.finish();
  }

  void read_catalogue_id(const yaml::Node& node) {
    MapReader fields(node, "the catalogue", context_);
    recipe_.catalogue.version = fields.text("version");
    recipe_.catalogue.digest = fields.text("digest");
    if (!recipe_.catalogue.version.empty() && !is_plain_word(recipe_.catalogue.version))
      context_.error(*node.find("version"), "bad-value", "the version of the catalogue is no plain word",
                     "letters, digits, '.', '_', '+' and '-'");
    if (!recipe_.catalogue.digest.empty() && !Digest::try_parse(recipe_.catalogue.digest))
      context_.error(*node.find("digest"), "bad-value", "the digest of the catalogue is none",
                     "sha256: and 64 hexadecimal digits");
    fields.finish();
  }

  [[nodiscard]] std::vector<std::string> known_values(Dimension dimension) const {
    std::vector<std::string> known = Criteria::built_in(dimension);
    known.emplace_back(kAny);
    if (!used_values_) return known;
    for (std::string& value : used_values_(dimension)) {
      if (std::find(known.begin(), known.end(), value) == known.end()) known.push_back(std::move(value));
    }
    return known;
  }

  void read_criteria(const yaml::Node& node) {
    MapReader fields(node, "the criteria", context_);
    for (const Dimension dimension : kDimensions) {
      const std::string value = Criteria::normalized(dimension, fields.text(to_string(dimension)));
      const std::vector<std::string> known = known_values(dimension);
      const bool form_only = !used_values_;
      if (!is_plain_word(value)) {
        context_.error(*node.find(to_string(dimension)), "bad-value",
                       fmt::format("'{}' is no valid {}", value, to_string(dimension)));
      } else if (form_only || std::find(known.begin(), known.end(), value) != known.end()) {
        recipe_.criteria.set(dimension, value, {value});
      } else {
        context_.error(*node.find(to_string(dimension)), "bad-value",
                       fmt::format("'{}' is not a known {}", value, to_string(dimension)), suggestion(value, known));
      }
    }
    recipe_.criteria.set_nodes(fields.natural("nodes"));
    fields.finish();
  }

  // The node of a component: what is missing is reported there.
  [[nodiscard]] const yaml::Node& node_of(std::string_view component) const {
    const yaml::Node* list = root_.find("componentRefs");
    const auto found = std::find_if(list->items.begin(), list->items.end(), [&](const yaml::Node& item) {
      const yaml::Node* name = item.find("name");
      return name != nullptr && name->text == component;
    });
    return found == list->items.end() ? *list : *found;
  }

  void check_components() {
    if (recipe_.components.empty() && !context_.diagnostics.has_errors())
      context_.error(root_, "missing-field", "the recipe has no componentRefs");
    for (ComponentRef& component : recipe_.components) {
      if (component.type.empty()) component.type = kHelm;
      for (FieldProblem& problem : check_complete(component)) {
        const yaml::Node& node = node_of(component.name);
        const yaml::Node* field = node.find(problem.field);
        context_.error(field == nullptr ? node : *field, "missing-field", std::move(problem.message),
                       std::move(problem.hint));
      }
    }
  }

  void check_graph() {
    const DependencyGraph graph = dependency_graph(recipe_.components);
    std::vector<std::string> names;
    for (const auto& [name, dependencies] : graph) names.push_back(name);
    for (const Reference& reference : references_) {
      if (reference.to != Reference::To::Component || graph.contains(reference.name)) continue;
      context_.diagnostics.error(
          reference.location, "unknown-component",
          fmt::format("the component '{}' depends on '{}', which is not in the recipe", reference.from, reference.name),
          suggestion(reference.name, names));
    }
    if (const std::vector<std::string> cycle = find_cycle(graph); !cycle.empty())
      context_.error(node_of(cycle.front()), "circular-dependency",
                     fmt::format("components depend on each other in a circle: {}", describe_cycle(cycle)));
  }

  // The order that is written must name every component once, each after what it depends on.
  void settle_order(const yaml::Node* written) {
    const DependencyGraph graph = dependency_graph(recipe_.components);
    if (recipe_.deployment_order.empty()) {
      recipe_.deployment_order = deployment_order(graph);
      return;
    }
    std::vector<std::string> names;
    for (const auto& [name, dependencies] : graph) names.push_back(name);
    std::map<std::string_view, std::size_t> place;
    for (std::size_t i = 0; i < recipe_.deployment_order.size(); ++i) {
      const std::string& name = recipe_.deployment_order[i];
      if (!graph.contains(name)) {
        context_.error(*written, "bad-order",
                       fmt::format("the deployment order names '{}', which is not in the recipe", name),
                       suggestion(name, names));
      } else if (!place.try_emplace(name, i).second) {
        context_.error(*written, "bad-order", fmt::format("the deployment order names '{}' twice", name));
      }
    }
    for (const auto& [name, dependencies] : graph) {
      const auto own = place.find(name);
      if (own == place.end()) {
        context_.error(*written, "bad-order", fmt::format("the deployment order leaves out '{}'", name));
        continue;
      }
      for (const std::string& dependency : dependencies) {
        const auto before = place.find(dependency);
        if (before != place.end() && before->second > own->second)
          context_.error(
              *written, "bad-order",
              fmt::format("the deployment order has '{}' before '{}', on which it depends", name, dependency));
      }
    }
  }

  const yaml::Node& root_;
  const ReadContext& context_;
  const UsedValues& used_values_;
  Recipe recipe_;
  std::vector<Reference> references_;
};

}  // namespace

Recipe parse_recipe(std::string_view text, std::string_view name, const UsedValues& used_values) {
  const yaml::Node root = parse_document(text, name);
  Diagnostics diagnostics;
  const ReadContext context{std::string(name), 0, ReadContext::Doubts::Error, diagnostics};
  return RecipeReader(root, context, used_values).read();
}

}  // namespace waybill
