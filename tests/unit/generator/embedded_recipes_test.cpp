// The data of recipes/, through the engine: rules that hold for every recipe that it can give.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/yaml/reader.h"
#include "generator/plan.h"
#include "generator/snapshot.h"
#include "tests/support/embedded_recipes.h"

namespace waybill {
namespace {

using testing::embedded;
using testing::for_each_recipe;
using testing::QueryWords;
using testing::to_text;

TEST(EmbeddedRecipes, LoadWithoutAWarning) {
  EXPECT_THAT(embedded().warnings(), ::testing::IsEmpty());
  EXPECT_EQ(embedded().id().version, "2026.11.1");
}

TEST(EmbeddedRecipes, DeployDependenciesFirst) {
  for_each_recipe([](const QueryWords& words, const Recipe& resolved) {
    std::set<std::string> deployed;
    for (const std::string& name : resolved.deployment_order) {
      for (const std::string& needed : resolved.find(name)->dependency_refs) {
        EXPECT_TRUE(deployed.contains(needed)) << to_text(words) << ": " << name << " before " << needed;
      }
      deployed.insert(name);
    }
    EXPECT_EQ(deployed.size(), resolved.components.size()) << to_text(words);
  });
}

// A cluster that runs this Kubernetes, on nodes of this system or of none that the catalogue knows.
Snapshot cluster(std::string_view kubernetes, std::string_view system) {
  const std::map<std::string_view, std::array<std::string_view, 3>> releases{{"ubuntu", {"ubuntu", "24.04", "6.8.0"}},
                                                                             {"rhel", {"rhel", "9.4", "5.14.0"}},
                                                                             {"amazonlinux", {"amzn", "2023", "6.1.0"}},
                                                                             {"cos", {"cos", "117", "6.6.0"}}};
  const auto known = releases.find(system);
  const auto [id, version, kernel] =
      known == releases.end() ? std::array<std::string_view, 3>{"debian", "12", "6.1.0"} : known->second;
  const std::string text = fmt::format(
      R"(measurements:
  - {{type: K8s, subtypes: [{{subtype: server, data: {{version: v{}}}}}]}}
  - type: OS
    subtypes:
      - {{subtype: release, data: {{ID: {}, VERSION_ID: "{}"}}}}
      - {{subtype: sysctl, data: {{/proc/sys/kernel/osrelease: {}}}}}
)",
      kubernetes, id, version, kernel);
  Diagnostics diagnostics;
  Snapshot snapshot = parse_snapshot(text, "snapshot.yaml", diagnostics);
  EXPECT_TRUE(diagnostics.all().empty());
  return snapshot;
}

TEST(EmbeddedRecipes, OrderWhateverOverlaysASnapshotExcludes) {
  std::set<std::string> excluded;
  for_each_recipe([&](const QueryWords& words, const Recipe& recipe) {
    for (const std::string_view kubernetes : {"1.31.0", "1.32.0", "1.33.0", "1.34.0"}) {
      for (const std::string_view system : {std::string_view(words[3]), std::string_view("another")}) {
        SCOPED_TRACE(fmt::format("{} on Kubernetes {}, system {}", to_text(words), kubernetes, system));
        const Snapshot snapshot = cluster(kubernetes, system);
        std::optional<Recipe> left;
        ASSERT_NO_THROW(left = resolve(embedded(), recipe.criteria, "test", &snapshot));
        EXPECT_EQ(left->deployment_order.size(), left->components.size());
        excluded.insert(left->excluded_overlays.begin(), left->excluded_overlays.end());
      }
    }
  });
  // Nothing that has a condition was forgotten above.
  for (const Overlay& overlay : embedded().overlays()) {
    EXPECT_EQ(excluded.contains(overlay.name), overlay.criteria && !overlay.constraints.empty()) << overlay.name;
  }
}

TEST(EmbeddedRecipes, PinEveryVersion) {
  for_each_recipe([](const QueryWords& words, const Recipe& resolved) {
    for (const ComponentRef& component : resolved.components) {
      SCOPED_TRACE(to_text(words) + ": " + component.name);
      EXPECT_FALSE(component.name_space.empty());
      const std::string& pin = component.is_kustomize() ? component.tag : component.version;
      EXPECT_EQ(pin.empty(), component.is_manifest_only());
      EXPECT_THAT(pin, ::testing::Not(::testing::ContainsRegex("[*x^~<>=| ]|latest|main|master")));
      EXPECT_FALSE(component.is_manifest_only() && component.manifest_files.empty());
    }
  });
}

TEST(EmbeddedRecipes, RenderForEveryQueryAndUseEveryFile) {
  std::set<std::string> unused;
  for (const std::string& path : embedded_catalogue()->paths()) {
    if (path.starts_with("components/")) unused.insert(path);
  }
  std::set<std::string> unused_components;
  for (const RegistryEntry& entry : embedded().registry()) unused_components.insert(entry.name);
  for_each_recipe([&](const QueryWords& words, const Recipe& resolved) {
    for (const ComponentRef& component : resolved.components) {
      unused.erase(component.values_file);
      for (const std::string& file : component.manifest_files) unused.erase(file);
      unused_components.erase(component.name);
    }
    const Plan plan = make_plan(embedded(), resolved);
    EXPECT_THAT(plan.left_out, ::testing::IsEmpty()) << to_text(words);
    for (const Release& release : plan.releases) {
      for (const auto& [path, file] : release.manifests.files()) {
        for (const yaml::Node& document : yaml::parse_all(file.bytes, path.text())) {
          const Value object = document.to_value();
          EXPECT_NE(object.text_or("kind", ""), "") << to_text(words) << ": " << path.text();
          EXPECT_NE(object.text_or("apiVersion", ""), "") << to_text(words) << ": " << path.text();
        }
        EXPECT_THAT(file.bytes, ::testing::Not(::testing::HasSubstr("<no value>"))) << to_text(words) << path.text();
        EXPECT_THAT(file.bytes, ::testing::Not(::testing::HasSubstr("helm.sh/hook"))) << path.text();
      }
    }
  });
  EXPECT_THAT(unused, ::testing::IsEmpty());
  EXPECT_THAT(unused_components, ::testing::IsEmpty());
}

std::size_t specificity(const Overlay& overlay) {
  return static_cast<std::size_t>(
      std::ranges::count_if(*overlay.criteria, [](const std::string& word) { return word != kAny; }));
}

bool can_match_together(const Overlay& left, const Overlay& right) {
  return std::ranges::equal(*left.criteria, *right.criteria, [](const std::string& one, const std::string& other) {
    return one == kAny || other == kAny || one == other;
  });
}

// What an overlay decides, as "component.field" with the value: two that set the same thing differently depend on their
// order.
std::vector<std::pair<std::string, Value>> decisions(const Overlay& overlay) {
  std::vector<std::pair<std::string, Value>> result;
  for (const Constraint& constraint : overlay.constraints) result.emplace_back(constraint.name, constraint.value);
  for (const ComponentRef& component : overlay.components) {
    for (const ComponentTextField& field : kComponentTextFields) {
      const std::string& text = component.*field.member;
      if (!text.empty()) result.emplace_back(fmt::format("{}.{}", component.name, field.name), text);
    }
    if (component.overrides.is_map()) {
      for (const Value::Member& member : component.overrides.members()) {
        result.emplace_back(fmt::format("{}.overrides.{}", component.name, member.key), member.value);
      }
    }
    if (!component.dependency_refs.empty()) {
      Value list = Value::list();
      for (const std::string& name : component.dependency_refs) list.push_back(name);
      result.emplace_back(component.name + ".dependencyRefs", std::move(list));
    }
  }
  if (!overlay.validation) return result;
  for (const ValidationPhaseField& field : kValidationPhases) {
    const std::optional<ValidationPhase>& phase = (*overlay.validation).*field.member;
    if (!phase) continue;
    std::string text = fmt::format("{}", fmt::join(phase->checks, " "));
    for (const Constraint& constraint : phase->constraints)
      text += fmt::format("; {} {}", constraint.name, constraint.value);
    result.emplace_back(fmt::format("validation.{}", field.name), text);
  }
  return result;
}

// aicr takes overlays that match equally well in a random order; nothing of ours may depend on it.
TEST(EmbeddedRecipes, DoNotDependOnTheOrderOfEquallySpecificOverlays) {
  for (const Overlay& left : embedded().overlays()) {
    for (const Overlay& right : embedded().overlays()) {
      if (!left.criteria || !right.criteria || left.name >= right.name || specificity(left) != specificity(right) ||
          !can_match_together(left, right)) {
        continue;
      }
      for (const auto& [what, value] : decisions(left)) {
        for (const auto& [other_what, other_value] : decisions(right)) {
          EXPECT_FALSE(what == other_what && !(value == other_value))
              << what << " is set by " << left.name << " and " << right.name;
        }
      }
    }
  }
}

// An omitted dimension counts as a specific one in aicr's order (spec: recipe-engine, section 11, B1).
TEST(EmbeddedRecipes, WriteEveryDimensionOfTheirCriteria) {
  for (const Overlay& overlay : embedded().overlays()) {
    if (overlay.criteria) {
      EXPECT_THAT(*overlay.criteria, ::testing::Each(::testing::Not(::testing::IsEmpty()))) << overlay.name;
    }
  }
}

}  // namespace
}  // namespace waybill
