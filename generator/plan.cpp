#include "generator/plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/diagnostics.h"
#include "core/error.h"
#include "core/rel_path.h"
#include "generator/chosen_values.h"
#include "generator/dependency_graph.h"
#include "generator/field_rules.h"
#include "generator/manifest_template.h"
#include "generator/values.h"

namespace waybill {
namespace {

constexpr std::string_view kSwitch = "enabled";
constexpr std::string_view kVersionWithoutChart = "0.1.0";

class Planner {
 public:
  Planner(const Catalogue& catalogue, const Recipe& recipe, const PlanOptions& options)
      : catalogue_(catalogue), recipe_(recipe), chosen_(catalogue, recipe, options.overrides, options.scheduling) {}

  Plan make() {
    check_dependencies(dependency_graph(recipe_.components));
    drop_disabled();
    check_rules();
    for (const ComponentRef& component : recipe_.components) {
      if (!disabled_.contains(component.name)) add_release(component);
    }
    return arrange();
  }

 private:
  [[nodiscard]] bool is_disabled(const ComponentRef& component) const {
    if (const std::optional<bool> decided = chosen_.switched(component.name)) return !*decided;
    const Value* enabled = component.overrides.find(kSwitch);
    if (enabled == nullptr) return false;
    if (enabled->is_string() && (enabled->as_string() == "false" || enabled->as_string() == "true")) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("overrides.enabled of '{}' is the text \"{}\", which decides nothing", component.name,
                              enabled->as_string()))
          .hint("write true or false without quotes");
    }
    return enabled->is_bool() && !enabled->as_bool();
  }

  void drop_disabled() {
    for (const ComponentRef& component : recipe_.components) {
      if (!is_disabled(component)) continue;
      disabled_.insert(component.name);
      plan_.left_out.push_back({component.name, LeftOut::Reason::Disabled});
    }
    for (const ComponentRef& component : recipe_.components) {
      if (disabled_.contains(component.name)) continue;
      for (const std::string& dependency : component.dependency_refs) {
        if (disabled_.contains(dependency)) {
          throw Error(ErrorCode::InvalidInput,
                      fmt::format("the component '{}' depends on '{}', which is disabled", component.name, dependency))
              .hint(fmt::format("disable '{}' too, or enable '{}'", component.name, dependency));
        }
      }
    }
    if (disabled_.size() == recipe_.components.size())
      throw Error(ErrorCode::InvalidInput, "no component is left: every one is disabled");
  }

  // A recipe made by hand in memory has not been through parse_recipe().
  void check_rules() {
    Diagnostics diagnostics;
    for (const ComponentRef& component : recipe_.components) {
      if (disabled_.contains(component.name)) continue;
      for (FieldProblem& problem : check_fields(component))
        diagnostics.error({}, "bad-value", std::move(problem.message), std::move(problem.hint));
      for (FieldProblem& problem : check_complete(component))
        diagnostics.error({}, "missing-field", std::move(problem.message), std::move(problem.hint));
    }
    diagnostics.throw_if_errors();
  }

  [[nodiscard]] Value final_values(const ComponentRef& component) {
    Value values = component_values(catalogue_, component);
    if (values.is_null()) values = Value::map();
    chosen_.lay_over(component, values);
    return sorted(std::move(values));
  }

  [[nodiscard]] FileTree render_manifests(const Release& release) const {
    const ComponentRef& component = release.component;
    ManifestContext context;
    context.values = Value::map({{component.name, release.values}});
    context.release_namespace = component.name_space;
    context.chart_name = component.chart.empty() ? component.name : component.chart;
    context.chart_version = component.version.starts_with('v') ? component.version.substr(1) : component.version;
    if (context.chart_version.empty()) context.chart_version = kVersionWithoutChart;

    FileTree manifests;
    std::map<std::string, std::string, std::less<>> seen;  // file name to path
    for (const std::string& path : component.manifest_files) {
      const std::string file_name(RelPath::parse(path).file_name());
      if (const auto [first, added] = seen.try_emplace(file_name, path); !added)
        throw Error(ErrorCode::InvalidInput, fmt::format("two manifests of '{}' have the file name '{}': '{}' and '{}'",
                                                         component.name, file_name, first->second, path));
      std::string rendered =
          with_context([&] { return fmt::format("while rendering the manifests of '{}'", component.name); },
                       [&] { return render_manifest(catalogue_.read(path), catalogue_.display_name(path), context); });
      if (has_content(rendered)) manifests.add(RelPath::parse(file_name), std::move(rendered));
    }
    return manifests;
  }

  void add_release(const ComponentRef& component) {
    Release release;
    release.component = component;
    release.registry = catalogue_.find_component(component.name);
    if (release.component.name_space.empty() && release.registry != nullptr)
      release.component.name_space = release.registry->manifest_namespace;
    release.values = final_values(component);
    release.manifests = render_manifests(release);
    graph_[component.name] = component.dependency_refs;
    if (component.is_manifest_only() && release.manifests.empty()) {
      empty_.insert(component.name);
      plan_.left_out.push_back({component.name, LeftOut::Reason::Empty});
      return;
    }
    releases_.emplace(component.name, std::move(release));
  }

  // Puts what an empty component depends on in its place, so that the order across it is kept.
  void bridge_empty_components() {
    for (const std::string& name : deployment_order(graph_)) {
      std::vector<std::string> bridged;
      const auto add = [&](const std::string& dependency) {
        if (std::find(bridged.begin(), bridged.end(), dependency) == bridged.end()) bridged.push_back(dependency);
      };
      std::vector<std::string>& dependencies = graph_[name];
      for (const std::string& dependency : dependencies) {
        if (!empty_.contains(dependency)) {
          add(dependency);
        } else {
          // Comes before in the order: it is bridged already.
          for (const std::string& behind : graph_[dependency]) add(behind);
        }
      }
      dependencies = std::move(bridged);
    }
    for (const std::string& name : empty_) graph_.erase(name);
  }

  Plan arrange() {
    bridge_empty_components();
    if (releases_.empty())
      throw Error(ErrorCode::InvalidInput, "nothing is left to roll out: every manifest renders to nothing");
    const auto depth_of = depths(graph_);
    for (const std::string& name : deployment_order(graph_)) {
      Release& release = releases_.find(name)->second;
      release.depends_on = graph_[name];
      release.wave = depth_of.find(name)->second;
      plan_.releases.push_back(std::move(release));
    }
    std::sort(plan_.left_out.begin(), plan_.left_out.end(),
              [](const LeftOut& a, const LeftOut& b) { return a.component < b.component; });
    plan_.warnings = chosen_.warnings();
    return std::move(plan_);
  }

  const Catalogue& catalogue_;
  const Recipe& recipe_;
  ChosenValues chosen_;
  std::set<std::string, std::less<>> disabled_;
  std::set<std::string, std::less<>> empty_;
  std::map<std::string, Release, std::less<>> releases_;
  DependencyGraph graph_;  // of enabled components
  Plan plan_;
};

}  // namespace

const Release* Plan::find(std::string_view component) const noexcept {
  const auto found = std::find_if(releases.begin(), releases.end(),
                                  [&](const Release& release) { return release.component.name == component; });
  return found == releases.end() ? nullptr : &*found;
}

std::uint32_t Plan::waves() const noexcept {
  std::uint32_t count = 0;
  for (const Release& release : releases) count = std::max(count, release.wave + 1);
  return count;
}

std::vector<std::string> critical_path(const Plan& plan) {
  // Its last wave's smallest name, then always the smallest of those it depends on that are one wave earlier.
  const Release* release = nullptr;
  for (const Release& candidate : plan.releases) {
    if (candidate.wave + 1 == plan.waves() &&
        (release == nullptr || candidate.component.name < release->component.name))
      release = &candidate;
  }
  std::vector<std::string> path;
  while (release != nullptr) {
    path.push_back(release->component.name);
    const Release* before = nullptr;
    for (const std::string& name : release->depends_on) {
      const Release* candidate = plan.find(name);
      if (candidate != nullptr && candidate->wave + 1 == release->wave &&
          (before == nullptr || name < before->component.name))
        before = candidate;
    }
    release = before;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

Plan make_plan(const Catalogue& catalogue, const Recipe& recipe, const PlanOptions& options) {
  return Planner(catalogue, recipe, options).make();
}

}  // namespace waybill
