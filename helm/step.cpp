#include "helm/step.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "generator/field_rules.h"

namespace waybill::helm {
namespace {

constexpr std::size_t kLongestRelease = 53;  // Helm
constexpr std::string_view kNothing = "-";

std::string_view word_of(StepKind kind) {
  switch (kind) {
    case StepKind::Chart:
      return "chart";
    case StepKind::Local:
      return "local";
    case StepKind::Kustomize:
      return "kustomize";
  }
  return {};
}

bool is_duration(std::string_view text) {
  return text.empty() || std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || c == 'h' || c == 'm' || c == 's' || c == '.';
         });
}

class Steps {
 public:
  explicit Steps(const std::map<std::string, std::vector<LocalChart>>& manifests) : manifests_(manifests) {}

  std::vector<Step> run(const Plan& plan) {
    for (const Release& release : plan.releases) add(release);
    return std::move(steps_);
  }

 private:
  void add(const Release& release) {
    const ComponentRef& component = release.component;
    needs_.clear();
    for (const std::string& dependency : release.depends_on) {
      const auto last = last_.find(dependency);
      if (last != last_.end()) needs_.insert(needs_.end(), last->second.begin(), last->second.end());
    }
    std::ranges::sort(needs_);
    needs_.erase(std::ranges::unique(needs_).begin(), needs_.end());
    const auto charts = manifests_.find(component.name);
    const auto add_local = [&](bool before) {
      if (charts == manifests_.end()) return;
      for (const LocalChart& chart : charts->second) {
        if ((chart.part < Part::After) == before) add_chart_of_bundle(release, chart);
      }
    };
    add_local(true);
    if (component.is_kustomize()) {
      add_kustomization(release);
    } else if (!component.is_manifest_only()) {
      add_chart(release);
    }
    add_local(false);
    // Its last step; without any (it has only namespaces), what it waits for itself.
    last_[component.name] = std::move(needs_);
  }

  Step& push(const Release& release, std::string name, StepKind kind) {
    const std::string& component = release.component.name;
    require(component, "name", is_dns_label(component), component);
    if (name.size() > kLongestRelease) {
      throw Error(ErrorCode::InvalidInput, fmt::format("component '{}': the name of its release '{}' is longer than {} "
                                                       "characters, which is what Helm takes",
                                                       component, name, kLongestRelease));
    }
    if (!names_.insert(name).second) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("component '{}': there would be two releases '{}'", component, name))
          .hint("rename the component");
    }
    Step step;
    step.name = std::move(name);
    step.component = component;
    step.kind = kind;
    step.name_space = namespace_of(release);
    require(component, "namespace", is_dns_label(step.name_space), step.name_space);
    if (release.registry != nullptr) {
      step.waits = release.registry->waits_until_ready;
      step.timeout = release.registry->install_timeout;
      require(component, "helm.timeout", is_duration(step.timeout), step.timeout);
    }
    step.needs = std::exchange(needs_, {step.name});
    return steps_.emplace_back(std::move(step));
  }

  void add_chart(const Release& release) {
    const ComponentRef& component = release.component;
    Step& step = push(release, component.name, StepKind::Chart);
    step.repository = component.source;
    while (step.repository.ends_with('/')) step.repository.pop_back();
    step.chart = component.chart.empty() ? component.name : component.chart;
    step.version = component.version;
    require(component.name, "source", is_source_url(step.repository), "");
    require(component.name, "chart", is_chart_name(step.chart), step.chart);
    require(component.name, "version", is_exact_version(step.version), step.version);
  }

  void add_chart_of_bundle(const Release& release, const LocalChart& chart) {
    Step& step = push(release, chart.release, StepKind::Local);
    step.chart = chart.folder;
    // What follows needs the definitions served, however little is waited for otherwise.
    step.waits = (step.waits && !chart.has_claim) || chart.part == Part::Definitions;
  }

  void add_kustomization(const Release& release) {
    const ComponentRef& component = release.component;
    Step& step = push(release, component.name, StepKind::Kustomize);
    step.chart = component.name;
    require(component.name, "source", is_source_url(component.source) && !component.source.starts_with("oci://"), "");
    require(component.name, "path", is_git_revision(component.path), component.path);
    require(component.name, "tag", is_git_revision(component.tag), component.tag);
  }

  // The text is shown unless it may be a password.
  static void require(const std::string& component, std::string_view field, bool holds, const std::string& text) {
    if (holds) return;
    throw Error(ErrorCode::InvalidInput, fmt::format("component '{}': {}{} cannot be handed to Helm and kubectl",
                                                     component, field, text.empty() ? "" : fmt::format(" '{}'", text)))
        .hint(
            "a bundle for Helm is read by a shell script: names, addresses, versions and paths keep to their "
            "alphabets");
  }

  const std::map<std::string, std::vector<LocalChart>>& manifests_;
  std::vector<Step> steps_;
  std::set<std::string> names_;
  std::map<std::string, std::vector<std::string>> last_;  // component to the steps that its dependents wait for
  std::vector<std::string> needs_;                        // of the next step
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

}  // namespace

std::string namespace_of(const Release& release) {
  return release.component.name_space.empty() ? kDefaultNamespace : release.component.name_space;
}

std::vector<Step> make_steps(const Plan& plan, const std::map<std::string, std::vector<LocalChart>>& manifests) {
  return Steps(manifests).run(plan);
}

std::string step_table(const std::vector<Step>& steps) {
  const auto cell = [](std::string_view text) { return text.empty() ? kNothing : text; };
  std::string text = "# step\tcomponent\tkind\tnamespace\trepository\tchart or folder\tversion\twait\ttimeout\tneeds\n";
  for (const Step& step : steps) {
    text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", step.name, step.component, word_of(step.kind),
                        step.name_space, cell(step.repository), step.chart, cell(step.version),
                        step.waits ? "yes" : "no", cell(step.timeout), cell(joined(step.needs)));
  }
  return text;
}

}  // namespace waybill::helm
