// What each environment of the embedded catalogue gets: components, constraints, driver, volumes, NCCL, checks. The
// expectations are rules over the words of a query, held against every combination.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/file_system.h"
#include "core/rel_path.h"
#include "core/yaml/reader.h"
#include "generator/plan.h"
#include "generator/values.h"
#include "tests/support/embedded_recipes.h"
#include "tests/support/source_path.h"

namespace waybill {
namespace {

using testing::embedded;
using testing::embedded_recipe;
using testing::every_query;
using testing::for_each_recipe;
using testing::QueryWords;
using testing::to_text;

// The words of a query, by name.
struct Target {
  explicit Target(const QueryWords& words)
      : service(words[0]), accelerator(words[1]), intent(words[2]), os(words[3]), platform(words[4]) {}
  std::string service;
  std::string accelerator;
  std::string intent;
  std::string os;
  std::string platform;

  [[nodiscard]] bool gke_cos() const { return service == "gke" && os == "cos"; }
  [[nodiscard]] bool blackwell() const { return accelerator == "gb200" || accelerator == "b200"; }
  [[nodiscard]] bool kubeflow() const { return intent == "training" && platform == "kubeflow"; }
  [[nodiscard]] bool dynamo() const { return intent == "inference" && platform == "dynamo"; }
  [[nodiscard]] bool infiniband() const { return service == "aks" && (accelerator == "h100" || accelerator == "a100"); }
  [[nodiscard]] bool tuned() const {
    return (service == "eks" && os == "ubuntu" && (accelerator == "h100" || accelerator == "gb200")) ||
           (gke_cos() && accelerator == "h100");
  }
};

std::set<std::string> expected_components(const Target& target) {
  std::set<std::string> names{"cert-manager",  "gpu-operator",          "k8s-ephemeral-storage-metrics",
                              "kai-scheduler", "kube-prometheus-stack", "nvidia-dra-driver-gpu",
                              "nvsentinel",    "prometheus-adapter",    "skyhook-operator"};
  if (target.service == "eks") names.insert({"aws-ebs-csi-driver", "aws-efa"});
  if (target.service == "aks" || target.service == "kind") names.insert({"network-operator", "network-operator-crds"});
  if (target.infiniband()) names.insert("infiniband");
  if (target.tuned()) names.insert("skyhook-customizations");
  if (target.gke_cos() && target.accelerator == "h100" && target.intent == "training") names.insert("gke-nccl-tcpxo");
  if (target.gke_cos() && target.accelerator == "b200" && target.intent == "training") names.insert("gke-nccl-rdma");
  if (target.intent == "inference") {
    names.insert(
        {"gateway-api-crds", "gateway-api-inference-extension-crds", "inference-gateway", "kgateway", "kgateway-crds"});
  }
  if (target.kubeflow()) names.insert({"kubeflow-runtimes", "kubeflow-trainer"});
  if (target.dynamo()) names.insert({"dynamo-crds", "dynamo-platform"});
  return names;
}

// The most that any part of the recipe asks for.
std::string expected_kubernetes(const Target& target) {
  if (target.dynamo() || (target.service != kAny && target.service != "eks")) return ">= 1.34";
  return target.service == "eks" ? ">= 1.33" : ">= 1.32";
}

std::map<std::string, std::string> expected_system(const Target& target) {
  static const std::map<std::string, std::array<std::string, 3>> kSystems{
      {"ubuntu", {"ubuntu", "24.04", ">= 6.8"}},
      {"rhel", {"rhel", ">= 9.4", ">= 5.14"}},
      {"amazonlinux", {"amzn", "2023", ">= 6.1"}},
      {"cos", {"cos", ">= 117", ">= 6.6"}},
  };
  const auto found = kSystems.find(target.os);
  if (found == kSystems.end()) return {};
  return {{"OS.release.ID", found->second[0]},
          {"OS.release.VERSION_ID", found->second[1]},
          {"OS.sysctl./proc/sys/kernel/osrelease", found->second[2]}};
}

Value final_value(const Recipe& resolved, std::string_view component, const std::vector<std::string>& path) {
  const ComponentRef* found = resolved.find(component);
  if (found == nullptr) return {};
  const Value values = component_values(embedded(), *found);
  const Value* value = values.find_path(path);
  return value == nullptr ? Value() : *value;
}

TEST(EmbeddedEnvironments, GetTheirComponentsAndConstraints) {
  for (const QueryWords& words : every_query()) {
    SCOPED_TRACE(to_text(words));
    const Target target(words);
    const Recipe resolved = embedded_recipe(words);
    std::set<std::string> names;
    for (const ComponentRef& component : resolved.components) names.insert(component.name);
    EXPECT_EQ(names, expected_components(target));
    std::map<std::string, std::string> constraints = expected_system(target);
    constraints.emplace("K8s.server.version", expected_kubernetes(target));
    std::map<std::string, std::string> found;
    for (const Constraint& constraint : resolved.constraints) {
      found.emplace(constraint.name, constraint.value);
      EXPECT_EQ(constraint.severity, "error") << constraint.name;
      EXPECT_FALSE(constraint.remediation.empty()) << constraint.name;
    }
    EXPECT_EQ(found, constraints);
  }
}

// The driver is brought by the GPU Operator but where the node's image or its maker brings it.
TEST(EmbeddedEnvironments, KnowWhoBringsTheDriver) {
  for_each_recipe([](const QueryWords& words, const Recipe& resolved) {
    SCOPED_TRACE(to_text(words));
    const Target target(words);
    const bool by_host = target.gke_cos() || target.service == "kind" || target.os == "amazonlinux";
    const bool toolkit_by_host = target.service == "aks" || (by_host && !target.gke_cos());
    EXPECT_EQ(final_value(resolved, "gpu-operator", {"driver", "enabled"}), Value(!by_host));
    EXPECT_EQ(final_value(resolved, "gpu-operator", {"toolkit", "enabled"}), Value(!toolkit_by_host));
    const std::string on_cos = "/home/kubernetes/bin/nvidia";
    const std::string root = target.gke_cos() ? on_cos : by_host ? "/" : "/run/nvidia/driver";
    EXPECT_EQ(final_value(resolved, "nvidia-dra-driver-gpu", {"nvidiaDriverRoot"}), Value(root));
    if (target.gke_cos()) {
      EXPECT_EQ(final_value(resolved, "gpu-operator", {"hostPaths", "driverInstallDir"}), Value(on_cos));
      EXPECT_EQ(final_value(resolved, "gpu-operator", {"toolkit", "installDir"}), Value(on_cos));
    }
  });
}

TEST(EmbeddedEnvironments, KeepMetricsOnTheVolumesOfTheirService) {
  static const std::map<std::string, std::string> kClasses{
      {"eks", "gp3"}, {"gke", "standard-rwo"}, {"aks", "managed-csi"}, {"oke", "oci-bv"}};
  for_each_recipe([](const QueryWords& words, const Recipe& resolved) {
    SCOPED_TRACE(to_text(words));
    const auto storage_class = kClasses.find(words[0]);
    const std::vector<std::string> spec{"volumeClaimTemplate", "spec", "storageClassName"};
    for (const std::vector<std::string>& start :
         {std::vector<std::string>{"prometheus", "prometheusSpec", "storageSpec"},
          std::vector<std::string>{"alertmanager", "alertmanagerSpec", "storage"}}) {
      std::vector<std::string> path = start;
      path.insert(path.end(), spec.begin(), spec.end());
      EXPECT_EQ(final_value(resolved, "kube-prometheus-stack", path),
                storage_class == kClasses.end() ? Value() : Value(storage_class->second));
    }
  });
}

// GKE refuses pods with the priority of the system where no quota names it.
TEST(EmbeddedEnvironments, HaveAQuotaForCriticalPodsOnGke) {
  for_each_recipe([](const QueryWords& words, const Recipe& resolved) {
    const auto& files = resolved.find("gpu-operator")->manifest_files;
    EXPECT_EQ(std::ranges::count(files, "components/gpu-operator/manifests/critical-pods-quota.yaml"),
              words[0] == "gke" ? 1 : 0)
        << to_text(words);
  });
}

TEST(EmbeddedEnvironments, InjectDevicesByCdiAndLoadGdrcopyOnBlackwell) {
  for_each_recipe([](const QueryWords& words, const Recipe& resolved) {
    SCOPED_TRACE(to_text(words));
    const Target target(words);
    if (!target.blackwell()) return;
    EXPECT_EQ(final_value(resolved, "gpu-operator", {"cdi", "enabled"}), Value(true));
    // The kernel of Container-Optimized OS takes no module.
    EXPECT_EQ(final_value(resolved, "gpu-operator", {"gdrcopy", "enabled"}), Value(!target.gke_cos()));
  });
}

TEST(EmbeddedEnvironments, JoinNodesByNvlinkOnGb200AndDivideWhatCanBeDivided) {
  for_each_recipe([](const QueryWords& words, const Recipe& resolved) {
    SCOPED_TRACE(to_text(words));
    const Target target(words);
    EXPECT_EQ(final_value(resolved, "nvidia-dra-driver-gpu", {"resources", "computeDomains", "enabled"}),
              Value(target.accelerator == "gb200"));
    if (target.service == "kind") return;
    const bool divided = target.accelerator != "l40" && target.accelerator != "gb200";
    EXPECT_EQ(final_value(resolved, "gpu-operator", {"migManager", "enabled"}), Value(divided));
  });
}

TEST(EmbeddedEnvironments, TuneTheHostForAcceleratorAndIntent) {
  for_each_recipe([](const QueryWords& words, const Recipe& resolved) {
    const Target target(words);
    if (!target.tuned()) return;
    SCOPED_TRACE(to_text(words));
    const std::string intent = target.intent == "training" ? "multiNodeTraining" : target.intent;
    EXPECT_EQ(final_value(resolved, "skyhook-customizations", {"accelerator"}), Value(target.accelerator));
    EXPECT_EQ(final_value(resolved, "skyhook-customizations", {"service"}), Value(target.service));
    EXPECT_EQ(final_value(resolved, "skyhook-customizations", {"intent"}),
              target.intent == kAny ? Value() : Value(intent));
    // A kernel is changed before a driver is built for it.
    EXPECT_THAT(resolved.find("gpu-operator")->dependency_refs, ::testing::Contains("skyhook-customizations"));
  });
}

// The environment of the one worker container of the training runtime.
std::map<std::string, std::string> worker_environment(const Recipe& resolved) {
  const Plan plan = make_plan(embedded(), resolved);
  const Release* release = plan.find("kubeflow-runtimes");
  if (release == nullptr) return {};
  const TreeFile& manifest = release->manifests.at(RelPath::parse("torch-distributed.yaml"));
  const Value runtime = yaml::parse(manifest.bytes, "torch-distributed.yaml").to_value();
  const std::vector<std::string> to_jobs{"spec", "template", "spec", "replicatedJobs"};
  const std::vector<std::string> to_containers{"template", "spec", "template", "spec", "containers"};
  const Value* jobs = runtime.find_path(to_jobs);
  const Value* containers = jobs == nullptr ? nullptr : jobs->items().front().find_path(to_containers);
  std::map<std::string, std::string> environment;
  if (containers == nullptr) return environment;
  for (const Value& variable : containers->items().front().find("env")->items()) {
    const auto [place, fresh] = environment.emplace(variable.text_or("name", ""), variable.text_or("value", ""));
    EXPECT_TRUE(fresh) << place->first << " is set twice";
  }
  return environment;
}

TEST(EmbeddedEnvironments, TuneNcclForNetworkAndAcceleratorWhenTraining) {
  using Pair = std::pair<const std::string, std::string>;
  static const std::map<std::string, std::string> kReducedBySwitch{
      {"h100", "2"}, {"b200", "2"}, {"gb200", "2"}, {"a100", "0"}, {"l40", "0"}};
  static const std::map<std::string, std::vector<Pair>> kNetworks{
      {"eks", {{"FI_PROVIDER", "efa"}, {"NCCL_SOCKET_IFNAME", "^lo,docker,veth"}}},
      {"gke", {{"NCCL_SOCKET_IFNAME", "eth0"}}},
      {"aks", {{"NCCL_IB_PCI_RELAXED_ORDERING", "1"}, {"NCCL_SOCKET_IFNAME", "eth0"}}},
      {"oke", {{"NCCL_IB_GID_INDEX", "3"}, {"NCCL_IB_TC", "41"}, {"NCCL_SOCKET_IFNAME", "eth0"}}},
      {"kind", {{"NCCL_IB_DISABLE", "1"}, {"NCCL_SOCKET_IFNAME", "eth0"}}},
      {"any", {}},
  };
  for_each_recipe([](const QueryWords& words, const Recipe& resolved) {
    const Target target(words);
    if (!target.kubeflow()) return;
    SCOPED_TRACE(to_text(words));
    const std::map<std::string, std::string> environment = worker_environment(resolved);
    EXPECT_THAT(environment, ::testing::Contains(Pair("NCCL_DEBUG", "WARN")));
    for (const Pair& setting : kNetworks.at(target.service)) {
      EXPECT_THAT(environment, ::testing::Contains(setting));
    }
    const bool tcpxo = target.gke_cos() && target.accelerator == "h100";
    const auto reduced = kReducedBySwitch.find(target.accelerator);
    if (reduced != kReducedBySwitch.end()) {
      EXPECT_THAT(environment, ::testing::Contains(Pair("NCCL_NVLS_ENABLE", tcpxo ? "1" : reduced->second)));
    }
    EXPECT_EQ(environment.contains("NCCL_MNNVL_ENABLE"), target.accelerator == "gb200");
    EXPECT_EQ(environment.contains("NCCL_FASTRAK_IFNAME"), tcpxo);
    EXPECT_EQ(environment.contains("NCCL_NET"), target.gke_cos() && target.accelerator == "b200");
    EXPECT_EQ(environment.contains("FI_EFA_USE_DEVICE_RDMA"),
              target.service == "eks" &&
                  (target.accelerator == "h100" || target.accelerator == "a100" || target.accelerator == "b200"));
  });
}

// Every check that a recipe names can be run: the list of validators has it, under the same phase.
TEST(EmbeddedEnvironments, NameChecksThatExist) {
  const Value list =
      yaml::parse(embedded_catalogue()->read("validators/catalog.yaml"), "validators/catalog.yaml").to_value();
  std::set<std::pair<std::string, std::string>> known;
  for (const Value& validator : list.find("validators")->items()) {
    EXPECT_TRUE(known.emplace(validator.text_or("phase", ""), validator.text_or("name", "")).second);
    EXPECT_THAT(validator.text_or("image", ""), ::testing::Not(::testing::HasSubstr(":latest")));
  }
  std::set<std::pair<std::string, std::string>> unused = known;
  for_each_recipe([&](const QueryWords& words, const Recipe& resolved) {
    SCOPED_TRACE(to_text(words));
    ASSERT_TRUE(resolved.validation.has_value());
    for (const ValidationPhaseField& field : kValidationPhases) {
      const std::optional<ValidationPhase>& phase = (*resolved.validation).*field.member;
      if (!phase) continue;
      for (const std::string& check : phase->checks) {
        EXPECT_TRUE(known.contains({std::string(field.name), check})) << field.name << ": " << check;
        unused.erase({std::string(field.name), check});
      }
    }
    const Target target(words);
    const auto& checks = resolved.validation->conformance->checks;
    EXPECT_EQ(std::ranges::count(checks, "inference-gateway"), target.intent == "inference" ? 1 : 0);
    EXPECT_EQ(std::ranges::count(checks, "robust-controller"), target.kubeflow() || target.dynamo() ? 1 : 0);
  });
  EXPECT_THAT(unused, ::testing::IsEmpty());
}

TEST(EmbeddedEnvironments, AskForTheBandwidthThatWasMeasuredOnTheirNetwork) {
  static const std::map<QueryWords, std::string> kBandwidths{
      {{"eks", "h100", "training", "ubuntu", "kubeflow"}, ">= 300"},
      {{"gke", "h100", "training", "cos", "kubeflow"}, ">= 250"},
      {{"aks", "h100", "training", "ubuntu", "kubeflow"}, ">= 100"},
  };
  for (const auto& [words, bandwidth] : kBandwidths) {
    SCOPED_TRACE(to_text(words));
    const Recipe resolved = embedded_recipe(words);
    const auto& phase = resolved.validation->performance;
    ASSERT_TRUE(phase.has_value());
    ASSERT_EQ(phase->constraints.size(), 1U);
    EXPECT_EQ(phase->constraints.front().name, "nccl-all-reduce-bw");
    EXPECT_EQ(phase->constraints.front().value, bandwidth);
  }
}

// The names that `values` has below a section of the GPU Operator which refers to a ConfigMap.
std::set<std::string> config_maps_named_in(const Value& values) {
  std::set<std::string> names;
  for (const auto& [section, field] :
       {std::pair{"dcgmExporter", "config"}, std::pair{"driver", "kernelModuleConfig"}}) {
    const Value* settings = values.find(section);
    const Value* reference = settings == nullptr ? nullptr : settings->find(field);
    if (const std::string name = reference == nullptr ? "" : reference->text_or("name", ""); !name.empty())
      names.insert(name);
  }
  return names;
}

TEST(EmbeddedEnvironments, BringTheConfigMapsThatTheGpuOperatorIsToldOfAndNoOther) {
  std::set<std::string> seen;
  for_each_recipe([&](const QueryWords& words, const Recipe& resolved) {
    SCOPED_TRACE(to_text(words));
    const Plan plan = make_plan(embedded(), resolved);
    const Release& release = *plan.find("gpu-operator");
    std::set<std::string> brought;
    for (const auto& [path, file] : release.manifests.files()) {
      for (const yaml::Node& node : yaml::parse_all(file.bytes, path.text())) {
        if (node.is_null()) continue;
        const Value object = node.to_value();
        if (object.text_or("kind", "") == "ConfigMap") brought.insert(object.find("metadata")->text_or("name", ""));
      }
    }
    EXPECT_EQ(config_maps_named_in(release.values), brought);
    seen.merge(brought);
  });
  EXPECT_THAT(seen, ::testing::ElementsAre("dcgm-metrics", "kernel-module-params"));
}

// What the document tells: a row for each of these.
std::vector<QueryWords> rows() {
  std::vector<QueryWords> all{
      {"any", "any", "any", "any", "any"},
      {"any", "h100", "training", "ubuntu", "kubeflow"},
      {"any", "b200", "training", "rhel", "kubeflow"},
      {"any", "l40", "inference", "rhel", "dynamo"},
      {"eks", "any", "any", "any", "any"},
      {"eks", "any", "training", "any", "any"},
      {"eks", "any", "inference", "any", "any"},
  };
  for (const std::string accelerator : {"h100", "gb200"}) {
    all.push_back({"eks", accelerator, "training", "any", "any"});
    all.push_back({"eks", accelerator, "training", "ubuntu", "any"});
    all.push_back({"eks", accelerator, "training", "ubuntu", "kubeflow"});
    all.push_back({"eks", accelerator, "inference", "ubuntu", "any"});
    all.push_back({"eks", accelerator, "inference", "ubuntu", "dynamo"});
  }
  all.push_back({"eks", "b200", "training", "ubuntu", "kubeflow"});
  all.push_back({"eks", "a100", "training", "amazonlinux", "kubeflow"});
  all.push_back({"eks", "l40", "inference", "amazonlinux", "dynamo"});
  for (const auto& [service, os] : std::vector<std::pair<std::string, std::string>>{
           {"gke", "cos"}, {"aks", "ubuntu"}, {"oke", "ubuntu"}, {"kind", "any"}}) {
    all.push_back({service, "any", "any", "any", "any"});
    all.push_back({service, "h100", "training", os, "kubeflow"});
    all.push_back({service, "h100", "inference", os, "dynamo"});
  }
  all.push_back({"gke", "b200", "training", "cos", "kubeflow"});
  all.push_back({"aks", "a100", "training", "ubuntu", "kubeflow"});
  all.push_back({"oke", "b200", "training", "ubuntu", "kubeflow"});
  return all;
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

TEST(EmbeddedEnvironments, HaveTheNumbersThatTheirDocumentTells) {
  const std::string document = read_file(testing::source_path("docs/catalogue.md"));
  for (const QueryWords& words : rows()) {
    const Recipe resolved = embedded_recipe(words);
    std::vector<std::string> given;
    std::ranges::copy_if(words, std::back_inserter(given), [](const std::string& word) { return word != kAny; });
    std::size_t values = 0;
    for (const ComponentRef& component : resolved.components)
      values += set_values(component_values(embedded(), component));
    const std::string row =
        fmt::format("| {} | {} | {} | {} |", given.empty() ? "any" : fmt::format("{}", fmt::join(given, ", ")),
                    resolved.components.size(), resolved.constraints.front().value, values);
    EXPECT_TRUE(document.find(row + "\n") != std::string::npos) << row;
  }
}

}  // namespace
}  // namespace waybill
