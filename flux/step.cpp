#include "flux/step.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/yaml/writer.h"
#include "flux/health.h"
#include "flux/manifests.h"
#include "flux/objects.h"
#include "flux/release.h"

namespace waybill::flux {
namespace {

constexpr std::size_t kLongestName = 63;  // a label of Flux's holds it

// The steps of one component; `add` chains them.
class ComponentSteps {
 public:
  ComponentSteps(const Release& release, const ComponentTraits& traits, std::string_view recipe_digest,
                 std::vector<std::string> depends_on)
      : release_(release), traits_(traits), recipe_digest_(recipe_digest), waits_(std::move(depends_on)) {}

  void run() {
    const std::string& name = release_.component.name;
    const std::vector<ManifestPart> parts = sort_manifests(release_, traits_);
    const bool alone = release_.component.is_manifest_only();
    if (alone) {
      // The last ordinary part, or the last of all, is the component's own.
      const auto own =
          std::find_if(parts.rbegin(), parts.rend(), [](const ManifestPart& part) { return !part.is_hook; });
      const std::ptrdiff_t middle = (own == parts.rend() ? std::ssize(parts) : own.base() - parts.begin()) - 1;
      const auto begin = parts.begin();
      add_parts({begin, begin + middle}, "before");
      add({manifests(parts[static_cast<std::size_t>(middle)], name)});
      add_parts({begin + middle + 1, parts.end()}, "after");
      return;
    }
    const auto with = std::find_if(parts.begin(), parts.end(), [](const ManifestPart& part) {
      return part.placement != ManifestPlacement::Before;
    });
    const auto after = std::find_if(
        with, parts.end(), [](const ManifestPart& part) { return part.placement == ManifestPlacement::After; });
    add_parts({parts.begin(), with}, "before");
    add_chart(with == after ? nullptr : &*with);
    add_parts({after, parts.end()}, "after");
  }

  std::vector<Step> steps;
  [[nodiscard]] const std::vector<std::string>& last() const noexcept { return waits_; }

 private:
  // Steps that do not wait for one another; what comes next waits for all of them.
  void add(std::vector<Step> together) {
    std::vector<std::string> names;
    for (Step& step : together) {
      step.component = release_.component.name;
      step.depends_on = waits_;
      names.push_back(step.name);
      steps.push_back(std::move(step));
    }
    waits_ = std::move(names);
  }

  void add_parts(std::vector<ManifestPart> parts, std::string_view where) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      std::string name = fmt::format("{}-{}", release_.component.name, where);
      if (parts.size() > 1) name += fmt::format("-{}", i + 1);
      add({manifests(parts[i], std::move(name))});
    }
  }

  static Step manifests(const ManifestPart& part, std::string name) {
    Step step;
    step.folder = "manifests/" + name;
    step.name = std::move(name);
    step.files = part.files;
    step.health_checks = health_checks(part.kinds);
    return step;
  }

  void add_chart(const ManifestPart* beside) {
    const std::string& name = release_.component.name;
    std::vector<Step> together;
    if (beside != nullptr) together.push_back(manifests(*beside, name + "-beside"));
    if (release_.component.is_kustomize()) {
      add_kustomization(std::move(together));
      return;
    }
    Step chart;
    chart.name = name;
    chart.folder = "components/" + name;
    chart.files = release_files(release_, traits_, recipe_digest_);
    together.push_back(std::move(chart));
    add(std::move(together));
  }

  // Flux compares the revisions of two steps only where both come from one source, so whoever waits for the foreign
  // folder waits for the step that fetches it as well: that one says that all it needs is as new as the bundle.
  void add_kustomization(std::vector<Step> together) {
    const ComponentRef& component = release_.component;
    Value source = git_source(component.source, "");
    source.set("interval", kInterval);
    constexpr std::size_t kCommitDigits = 40;
    const bool is_commit = component.tag.size() == kCommitDigits &&
                           component.tag.find_first_not_of("0123456789abcdef") == std::string::npos;
    source.set("ref", Value::map({{is_commit ? "commit" : "tag", component.tag}}));
    const std::string repository = versioned_name(component.name, yaml::write(source));
    Value git = object("source.toolkit.fluxcd.io/v1", "GitRepository", repository, component.name, recipe_digest_);
    git.set("spec", std::move(source));

    Step fetch;
    fetch.name = component.name + "-source";
    fetch.folder = "components/" + fetch.name;
    fetch.files.add(RelPath::parse("source.yaml"), yaml::write(git));
    add({std::move(fetch)});
    const std::vector<std::string> fetched = waits_;

    Step apply;
    apply.name = component.name;
    apply.repository = repository;
    apply.path = component.path;
    apply.target_namespace = component.name_space;
    apply.health_checks = health_checks(traits_.cluster_resources);
    together.push_back(std::move(apply));
    add(std::move(together));
    waits_.insert(waits_.begin(), fetched.begin(), fetched.end());
  }

  const Release& release_;
  const ComponentTraits& traits_;
  std::string_view recipe_digest_;
  std::vector<std::string> waits_;
};

void check_names(const std::vector<Step>& steps) {
  std::set<std::string> names{kRoot};
  for (const Step& step : steps) {
    if (step.name.size() > kLongestName) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("the name '{}' is longer than {} characters", step.name, kLongestName));
    }
    if (!names.insert(step.name).second)
      throw Error(ErrorCode::InvalidInput, fmt::format("two Kustomizations would have the name '{}'", step.name))
          .hint("rename one of the components");
  }
}

}  // namespace

std::vector<Step> make_steps(const Plan& plan, const std::map<std::string, ComponentTraits>& traits,
                             std::string_view recipe_digest) {
  std::vector<Step> steps;
  std::map<std::string, std::vector<std::string>> last;  // of each component: what waits for it waits for these
  for (const Release& release : plan.releases) {
    const std::string& name = release.component.name;
    with_context([&] { return fmt::format("while rendering component '{}' for Flux", name); },
                 [&] {
                   std::vector<std::string> depends_on;
                   for (const std::string& dependency : release.depends_on) {
                     const std::vector<std::string>& names = last.at(dependency);
                     depends_on.insert(depends_on.end(), names.begin(), names.end());
                   }
                   // The first of a chain waits for the root: a new bundle's files are not read by the old bundle's
                   // order.
                   if (depends_on.empty()) depends_on.emplace_back(kRoot);
                   ComponentSteps component(release, traits.at(name), recipe_digest, std::move(depends_on));
                   component.run();
                   last.emplace(name, component.last());
                   std::ranges::move(component.steps, std::back_inserter(steps));
                 });
  }
  check_names(steps);
  return steps;
}

}  // namespace waybill::flux
