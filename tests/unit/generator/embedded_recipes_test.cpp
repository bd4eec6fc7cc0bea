// The data of recipes/, through the engine: what each target gets, and rules that hold for every query.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/file_system.h"
#include "core/yaml/reader.h"
#include "generator/catalogue.h"
#include "generator/embedded.h"
#include "generator/plan.h"
#include "generator/resolve.h"
#include "generator/values.h"

namespace waybill {
namespace {

using Words = std::array<std::string, 5>;

const Catalogue& catalogue() {
  static const Catalogue loaded = Catalogue::load({embedded_catalogue()});
  return loaded;
}

Criteria query(const Words& words) {
  Criteria criteria;
  for (std::size_t at = 0; at < words.size(); ++at) criteria.set(kDimensions[at], words[at]);
  return criteria;
}

Recipe recipe(const Words& words) { return resolve(catalogue(), query(words), "test"); }

std::string to_text(const Words& words) { return fmt::format("{}", fmt::join(words, " ")); }

// Every combination of "any" and the values that some overlay uses.
void for_each_query(const std::function<void(const Words&)>& visit) {
  std::vector<Words> queries{Words{}};
  for (std::size_t at = 0; at < kDimensions.size(); ++at) {
    std::vector<std::string> words = catalogue().used_values(kDimensions[at]);
    words.emplace_back(kAny);
    std::vector<Words> longer;
    for (const Words& start : queries) {
      for (const std::string& word : words) {
        longer.push_back(start);
        longer.back()[at] = word;
      }
    }
    queries = std::move(longer);
  }
  for (const Words& words : queries) visit(words);
}

std::vector<std::string> component_names(const Recipe& resolved) {
  std::vector<std::string> names;
  for (const ComponentRef& component : resolved.components) names.push_back(component.name);
  return names;
}

std::string constraint(const Recipe& resolved, std::string_view name) {
  const auto found = std::ranges::find(resolved.constraints, name, &Constraint::name);
  return found == resolved.constraints.end() ? "" : found->value;
}

Value final_value(const Recipe& resolved, std::string_view component, const std::vector<std::string>& path) {
  const ComponentRef* found = resolved.find(component);
  if (found == nullptr) return {};
  const Value values = component_values(catalogue(), *found);
  const Value* value = values.find_path(path);
  return value == nullptr ? Value() : *value;
}

// Values that are really set: leaves that are neither null, empty text, {} nor [].
std::size_t set_values(const Value& value) {
  std::size_t count = 0;
  if (value.is_map()) {
    for (const Value::Member& member : value.members()) count += set_values(member.value);
  } else if (value.is_list()) {
    for (const Value& item : value.items()) count += set_values(item);
  } else if (!value.is_null() && !(value.is_string() && value.as_string().empty())) {
    count = 1;
  }
  return count;
}

std::size_t set_values(const Recipe& resolved) {
  std::size_t count = 0;
  for (const ComponentRef& component : resolved.components)
    count += set_values(component_values(catalogue(), component));
  return count;
}

const std::vector<std::string> kEverywhere{"cert-manager",  "gpu-operator",          "k8s-ephemeral-storage-metrics",
                                           "kai-scheduler", "kube-prometheus-stack", "nvidia-dra-driver-gpu",
                                           "nvsentinel",    "prometheus-adapter",    "skyhook-operator"};
const std::vector<std::string> kOnEks{"aws-ebs-csi-driver", "aws-efa"};
const std::vector<std::string> kTuning{"skyhook-customizations"};
const std::vector<std::string> kGateway{"gateway-api-crds", "gateway-api-inference-extension-crds", "inference-gateway",
                                        "kgateway", "kgateway-crds"};
const std::vector<std::string> kKubeflow{"kubeflow-runtimes", "kubeflow-trainer"};
const std::vector<std::string> kDynamo{"dynamo-crds", "dynamo-platform"};

std::vector<std::string> united(std::initializer_list<std::vector<std::string>> sets) {
  std::vector<std::string> all;
  for (const auto& set : sets) all.insert(all.end(), set.begin(), set.end());
  std::ranges::sort(all);
  return all;
}

struct Target {
  Words words;
  std::vector<std::string> components;
  std::string kubernetes;
};

std::vector<Target> targets() {
  std::vector<Target> all{
      {{"any", "any", "any", "any", "any"}, kEverywhere, ">= 1.32"},
      {{"eks", "any", "any", "any", "any"}, united({kEverywhere, kOnEks}), ">= 1.33"},
      {{"eks", "any", "training", "any", "any"}, united({kEverywhere, kOnEks}), ">= 1.33"},
      {{"eks", "any", "inference", "any", "any"}, united({kEverywhere, kOnEks, kGateway}), ">= 1.33"},
  };
  for (const std::string accelerator : {"h100", "gb200"}) {
    all.push_back({{"eks", accelerator, "training", "any", "any"}, united({kEverywhere, kOnEks}), ">= 1.33"});
    all.push_back(
        {{"eks", accelerator, "training", "ubuntu", "any"}, united({kEverywhere, kOnEks, kTuning}), ">= 1.33"});
    all.push_back({{"eks", accelerator, "training", "ubuntu", "kubeflow"},
                   united({kEverywhere, kOnEks, kTuning, kKubeflow}),
                   ">= 1.33"});
    all.push_back({{"eks", accelerator, "inference", "ubuntu", "any"},
                   united({kEverywhere, kOnEks, kTuning, kGateway}),
                   ">= 1.33"});
    all.push_back({{"eks", accelerator, "inference", "ubuntu", "dynamo"},
                   united({kEverywhere, kOnEks, kTuning, kGateway, kDynamo}),
                   ">= 1.34"});
  }
  return all;
}

TEST(EmbeddedRecipes, LoadWithoutAWarning) {
  EXPECT_THAT(catalogue().warnings(), testing::IsEmpty());
  EXPECT_EQ(catalogue().id().version, "2026.11.0");
}

TEST(EmbeddedRecipes, GiveEachTargetItsComponentsAndConstraints) {
  for (const Target& target : targets()) {
    SCOPED_TRACE(to_text(target.words));
    const Recipe resolved = recipe(target.words);
    EXPECT_EQ(component_names(resolved), target.components);
    EXPECT_EQ(constraint(resolved, "K8s.server.version"), target.kubernetes);
    const bool ubuntu = target.words[3] == "ubuntu";
    EXPECT_EQ(constraint(resolved, "OS.release.ID"), ubuntu ? "ubuntu" : "");
    EXPECT_EQ(constraint(resolved, "OS.release.VERSION_ID"), ubuntu ? "24.04" : "");
    EXPECT_EQ(constraint(resolved, "OS.sysctl./proc/sys/kernel/osrelease"), ubuntu ? ">= 6.8" : "");
  }
}

TEST(EmbeddedRecipes, InjectDevicesByCdiAndLoadGdrcopyOnBlackwell) {
  for (const std::string intent : {"training", "inference"}) {
    const Recipe resolved = recipe({"eks", "gb200", intent, "ubuntu", "any"});
    EXPECT_EQ(final_value(resolved, "gpu-operator", {"cdi", "enabled"}), Value(true));
    EXPECT_EQ(final_value(resolved, "gpu-operator", {"gdrcopy", "enabled"}), Value(true));
    EXPECT_EQ(final_value(resolved, "nvidia-dra-driver-gpu", {"resources", "computeDomains", "enabled"}), Value(true));
    EXPECT_EQ(final_value(resolved, "skyhook-customizations", {"accelerator"}), Value("gb200"));
  }
}

TEST(EmbeddedRecipes, TuneNcclForNetworkAndAcceleratorWhenTraining) {
  const Plan plan = make_plan(catalogue(), recipe({"eks", "gb200", "training", "ubuntu", "kubeflow"}));
  const Release* release = plan.find("kubeflow-runtimes");
  ASSERT_NE(release, nullptr);
  const TreeFile& manifest = release->manifests.at(RelPath::parse("torch-distributed.yaml"));
  const Value runtime = yaml::parse(manifest.bytes, "torch-distributed.yaml").to_value();
  const std::vector<std::string> to_jobs{"spec", "template", "spec", "replicatedJobs"};
  const Value* jobs = runtime.find_path(to_jobs);
  ASSERT_TRUE(jobs != nullptr && jobs->is_list() && jobs->items().size() == 1);
  const std::vector<std::string> to_containers{"template", "spec", "template", "spec", "containers"};
  const Value* containers = jobs->items().front().find_path(to_containers);
  ASSERT_TRUE(containers != nullptr && containers->is_list() && containers->items().size() == 1);
  std::vector<std::pair<std::string, std::string>> environment;
  for (const Value& variable : containers->items().front().find("env")->items()) {
    environment.emplace_back(variable.text_or("name", ""), variable.text_or("value", ""));
  }
  EXPECT_THAT(environment, testing::IsSupersetOf({std::pair<std::string, std::string>("NCCL_DEBUG", "WARN"),
                                                  {"FI_PROVIDER", "efa"},
                                                  {"NCCL_SOCKET_IFNAME", "^lo,docker,veth"},
                                                  {"NCCL_MNNVL_ENABLE", "2"}}));
  EXPECT_EQ(final_value(recipe({"eks", "h100", "training", "ubuntu", "any"}), "skyhook-customizations", {"intent"}),
            Value("multiNodeTraining"));
}

TEST(EmbeddedRecipes, DeployDependenciesFirst) {
  for_each_query([](const Words& words) {
    const Recipe resolved = recipe(words);
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
  for_each_query([](const Words& words) {
    for (const ComponentRef& component : recipe(words).components) {
      SCOPED_TRACE(to_text(words) + ": " + component.name);
      EXPECT_FALSE(component.name_space.empty());
      const std::string& pin = component.is_kustomize() ? component.tag : component.version;
      EXPECT_EQ(pin.empty(), component.is_manifest_only());
      EXPECT_THAT(pin, testing::Not(testing::ContainsRegex("[*x^~<>=| ]|latest|main|master")));
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
  for (const RegistryEntry& entry : catalogue().registry()) unused_components.insert(entry.name);
  for_each_query([&](const Words& words) {
    const Recipe resolved = recipe(words);
    for (const ComponentRef& component : resolved.components) {
      unused.erase(component.values_file);
      for (const std::string& file : component.manifest_files) unused.erase(file);
      unused_components.erase(component.name);
    }
    const Plan plan = make_plan(catalogue(), resolved);
    EXPECT_THAT(plan.left_out, testing::IsEmpty()) << to_text(words);
    for (const Release& release : plan.releases) {
      for (const auto& [path, file] : release.manifests.files()) {
        for (const yaml::Node& document : yaml::parse_all(file.bytes, path.text())) {
          const Value object = document.to_value();
          EXPECT_NE(object.text_or("kind", ""), "") << to_text(words) << ": " << path.text();
          EXPECT_NE(object.text_or("apiVersion", ""), "") << to_text(words) << ": " << path.text();
        }
        EXPECT_THAT(file.bytes, testing::Not(testing::HasSubstr("<no value>"))) << to_text(words) << path.text();
        EXPECT_THAT(file.bytes, testing::Not(testing::HasSubstr("helm.sh/hook"))) << path.text();
      }
    }
  });
  EXPECT_THAT(unused, testing::IsEmpty());
  EXPECT_THAT(unused_components, testing::IsEmpty());
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
  return result;
}

// aicr takes overlays that match equally well in a random order; nothing of ours may depend on it.
TEST(EmbeddedRecipes, DoNotDependOnTheOrderOfEquallySpecificOverlays) {
  for (const Overlay& left : catalogue().overlays()) {
    for (const Overlay& right : catalogue().overlays()) {
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
  for (const Overlay& overlay : catalogue().overlays()) {
    if (overlay.criteria) {
      EXPECT_THAT(*overlay.criteria, testing::Each(testing::Not(testing::IsEmpty()))) << overlay.name;
    }
  }
}

TEST(EmbeddedRecipes, HaveTheNumbersThatTheirDocumentTells) {
  const std::string document = read_file(std::string(WAYBILL_SOURCE_FOLDER) + "/docs/catalogue.md");
  for (const Target& target : targets()) {
    const Recipe resolved = recipe(target.words);
    std::vector<std::string> words;
    std::ranges::copy_if(target.words, std::back_inserter(words), [](const std::string& word) { return word != kAny; });
    const std::string row =
        fmt::format("| {} | {} | {} | {} |", words.empty() ? "any" : fmt::format("{}", fmt::join(words, ", ")),
                    resolved.components.size(), constraint(resolved, "K8s.server.version"), set_values(resolved));
    EXPECT_THAT(document, testing::HasSubstr(row));
  }
}

}  // namespace
}  // namespace waybill
