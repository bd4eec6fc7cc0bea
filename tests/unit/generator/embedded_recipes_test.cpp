// The data of recipes/, through the engine: rules that hold for every recipe that it can give.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/yaml/reader.h"
#include "generator/plan.h"
#include "tests/support/embedded_recipes.h"

namespace waybill {
namespace {

using testing::embedded;
using testing::for_each_recipe;
using testing::to_text;
using testing::Words;

TEST(EmbeddedRecipes, LoadWithoutAWarning) {
  EXPECT_THAT(embedded().warnings(), ::testing::IsEmpty());
  EXPECT_EQ(embedded().id().version, "2026.11.1");
}

TEST(EmbeddedRecipes, DeployDependenciesFirst) {
  for_each_recipe([](const Words& words, const Recipe& resolved) {
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

TEST(EmbeddedRecipes, PinEveryVersion) {
  for_each_recipe([](const Words& words, const Recipe& resolved) {
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
  for_each_recipe([&](const Words& words, const Recipe& resolved) {
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
