#include "app/workflow/list_targets.h"

#include <fmt/core.h>

#include <map>
#include <tuple>
#include <utility>

#include "core/json/writer.h"
#include "generator/leaves.h"
#include "generator/resolve.h"
#include "generator/targets.h"
#include "generator/values.h"

namespace waybill {
namespace {

// Targets have most components in common, so each combination of files and overrides is read once.
class ValueCounter {
 public:
  explicit ValueCounter(const Catalogue& catalogue) : catalogue_(catalogue) {}

  std::size_t count(const ComponentRef& component) {
    std::tuple key{component.name, component.values_file, json::canonical(component.overrides)};
    const auto known = counts_.find(key);
    if (known != counts_.end()) return known->second;
    const std::size_t count = count_set(component_values(catalogue_, component));
    counts_.emplace(std::move(key), count);
    return count;
  }

 private:
  const Catalogue& catalogue_;
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> counts_;
};

std::string describe(const Criteria& criteria) {
  std::string text;
  for (const Dimension dimension : kDimensions) {
    if (!criteria.is_any(dimension))
      text += fmt::format("{}{}={}", text.empty() ? "" : ",", to_string(dimension), criteria.get(dimension));
  }
  return text;
}

}  // namespace

TargetList list_targets(const RecipeRequest& request, const Services& services) {
  const Catalogue catalogue = load_catalogue(request.catalogue);
  const Criteria wanted = requested_criteria(request, catalogue, services.reporter);
  ValueCounter counter(catalogue);
  TargetList found{catalogue.id(), {}};
  for (const Criteria& criteria : targets(catalogue, wanted)) {
    Target target{criteria, 0, 0};
    with_context([&] { return fmt::format("while resolving the target {}", describe(criteria)); },
                 [&] {
                   const Recipe recipe = resolve(catalogue, criteria, {});
                   target.components = recipe.components.size();
                   for (const ComponentRef& component : recipe.components) target.values += counter.count(component);
                 });
    found.targets.push_back(std::move(target));
  }
  return found;
}

Value to_value(const TargetList& list) {
  Value targets = Value::list();
  for (const Target& target : list.targets) {
    targets.push_back(Value::map({{"criteria", target.criteria.to_value()},
                                  {"components", static_cast<std::uint64_t>(target.components)},
                                  {"values", static_cast<std::uint64_t>(target.values)}}));
  }
  return Value::map({{"catalogue", to_value(list.catalogue)}, {"targets", std::move(targets)}});
}

}  // namespace waybill
