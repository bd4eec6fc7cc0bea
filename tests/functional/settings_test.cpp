// bundle's --set family and scheduling flags on the built-in catalogue (spec: bundle 1.2 to 1.7; cli, Criteria).
#include <algorithm>
#include <fstream>

#include "core/json/writer.h"
#include "core/yaml/reader.h"
#include "tests/functional/support/workspace.h"

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const Words& scheduling() {
  static const Words kScheduling{"--system-node-selector",
                                 "node-group=system,disk=ssd",
                                 "--system-node-toleration",
                                 "dedicated=system:NoSchedule",
                                 "--accelerated-node-selector",
                                 "nvidia.com/gpu.present=true",
                                 "--accelerated-node-toleration",
                                 "nvidia.com/gpu:NoSchedule,dedicated=system:NoSchedule",
                                 "--workload-gate",
                                 "skyhook.io/not-ready=true:NoSchedule",
                                 "--workload-selector",
                                 "job=training",
                                 "--nodes",
                                 "8"};
  return kScheduling;
}

class Settings : public Workspace {
 protected:
  ProcessResult bundle(const Words& more, const std::string& name = "b") const {
    return waybill(joined(joined({"bundle", "-o", name, "--force"}, more), criteria()));
  }
  // The final values of a component, as the reader of the bundle finds them.
  [[nodiscard]] Value values(const std::string& component, const std::string& name = "b") const {
    const std::string file = "values/" + component + ".yaml";
    return yaml::parse(read_file(folder() / name / file), file).to_value();
  }
  [[nodiscard]] Value options(const std::string& name = "b") const {
    return at(parse_json(read_file(folder() / name / "bundle.json")), "options");
  }
  // What the bundle's Application gives helm.
  [[nodiscard]] Value applied(const std::string& component) const {
    const std::string file = "apps/files/" + component + ".yaml";
    const Value application = yaml::parse(read_file(folder() / "b" / file), file).to_value();
    return at(application, "spec.source.helm.valuesObject");
  }
};

std::string text(const Value& value) { return json::canonical(value); }

constexpr const char* kSystem = R"([{"effect":"NoSchedule","key":"dedicated","operator":"Equal","value":"system"}])";
constexpr const char* kAccelerated =
    R"([{"effect":"NoSchedule","key":"nvidia.com/gpu","operator":"Exists"},)"
    R"({"effect":"NoSchedule","key":"dedicated","operator":"Equal","value":"system"}])";

TEST_F(Settings, ReachTheChartWithTheirTypes) {
  ASSERT_THAT(bundle({"--set", "gpuoperator:driver.version=570.20,gpu-operator:toolkit.enabled=false", "--set",
                      "gpu-operator:driver.args=a,b", "--set", "gpu-operator:devicePlugin.env[0].value=envvar",
                      "--set-string", "gpu-operator:driver.replicas=3", "--set-json",
                      R"(gpu-operator:operator.labels={"a.b/c":"1"})", "--set", "gpu-operator:gfd=null"}),
              Exited(0));
  const Value after = values("gpu-operator");
  EXPECT_EQ(at(after, "driver.version"), Value("570.20"));
  EXPECT_EQ(at(after, "toolkit.enabled"), Value(false));
  EXPECT_EQ(at(after, "driver.args"), Value("a,b"));
  EXPECT_EQ(at(after, "driver.replicas"), Value("3"));
  EXPECT_EQ(text(at(after, "operator.labels")), R"({"a.b/c":"1"})");
  EXPECT_EQ(text(at(after, "devicePlugin.env").items().at(0)), R"({"name":"DEVICE_LIST_STRATEGY","value":"envvar"})");
  EXPECT_GT(at(after, "devicePlugin.env").items().size(), 1U) << "the other elements stay";
  EXPECT_TRUE(at(after, "gfd").is_null()) << "helm takes null for: without the chart's default";
}

TEST_F(Settings, WriteNoTolerationThatNobodyAskedFor) {
  ASSERT_THAT(bundle({}, "plain"), Exited(0));
  ASSERT_THAT(bundle({"--system-node-selector", "a=b"}), Exited(0));
  for (const char* name : {"plain", "b"}) {
    const Value gpu = values("gpu-operator", name);
    EXPECT_EQ(at(gpu, "operator").find("tolerations"), nullptr) << name;
    EXPECT_EQ(at(gpu, "daemonsets").find("tolerations"), nullptr) << name;
    EXPECT_EQ(text(at(gpu, "node-feature-discovery.worker.tolerations")), R"([{"operator":"Exists"}])")
        << name << ": what the recipe's values say stays";
    EXPECT_EQ(at(values("skyhook-operator", name), "controllerManager").find("tolerations"), nullptr) << name;
    EXPECT_EQ(values("skyhook-operator", name).find("estimatedNodeCount"), nullptr) << name;
  }
}

TEST_F(Settings, ScheduleAtTheRegistrysPaths) {
  ASSERT_THAT(bundle(scheduling()), Exited(0));
  const Value gpu = values("gpu-operator");
  EXPECT_EQ(applied("gpu-operator"), gpu);
  for (const char* place : {"operator", "node-feature-discovery.gc", "node-feature-discovery.master"}) {
    EXPECT_EQ(text(at(at(gpu, place), "nodeSelector")), R"({"disk":"ssd","node-group":"system"})") << place;
    EXPECT_EQ(text(at(at(gpu, place), "tolerations")), kSystem) << place;
  }
  EXPECT_EQ(at(gpu, "daemonsets").find("nodeSelector"), nullptr) << "the chart reads none";
  EXPECT_EQ(text(at(gpu, "daemonsets.tolerations")), kAccelerated);
  EXPECT_EQ(text(at(gpu, "node-feature-discovery.worker.tolerations")), kAccelerated);
  EXPECT_EQ(at(gpu, "node-feature-discovery").find("worker")->find("nodeSelector"), nullptr);
  const Value skyhook = values("skyhook-operator");
  EXPECT_EQ(at(skyhook, "controllerManager.manager.env.runtimeRequiredTaint"),
            Value("skyhook.io/not-ready=true:NoSchedule"));
  EXPECT_EQ(at(skyhook, "estimatedNodeCount"), Value(8));
  EXPECT_EQ(at(skyhook, "controllerManager.selectors.node-group"), Value("system"));
  EXPECT_EQ(text(at(values("nvidia-dra-driver-gpu"), "kubeletPlugin.nodeSelector")),
            R"({"nvidia.com/gpu.present":"true"})");
  EXPECT_EQ(text(at(values("nvidia-dra-driver-gpu"), "kubeletPlugin.tolerations")), kAccelerated);
  EXPECT_EQ(at(values("aws-ebs-csi-driver"), "node").find("tolerations"), nullptr) << "it tolerates every taint";
}

TEST_F(Settings, ReachTheManifestsToo) {
  ASSERT_THAT(bundle(scheduling()), Exited(0));
  bool found = false;
  for (const auto& entry : std::filesystem::directory_iterator(folder() / "b/manifests/skyhook-customizations")) {
    const std::string manifest = read_file(entry.path());
    if (manifest.find("kind: Skyhook") == std::string::npos) continue;
    found = true;
    EXPECT_THAT(manifest, AllOf(HasSubstr("nvidia.com/gpu.present: \"true\""), HasSubstr("job: training"),
                                HasSubstr("key: dedicated")));
  }
  EXPECT_TRUE(found);
}

TEST_F(Settings, ScheduleTheNetworkOperator) {
  const Words infiniband{"--service", "aks",      "--accelerator", "h100",       "--os",
                         "ubuntu",    "--intent", "training",      "--platform", "kubeflow"};
  ASSERT_THAT(waybill(joined(joined({"bundle", "-o", "b"}, infiniband),
                             {"--system-node-toleration", ":NoExecute", "--set", "networkoperator:nfd.enabled=false"})),
              Exited(0));
  const Value network = values("network-operator");
  EXPECT_EQ(text(at(network, "operator.tolerations")), R"([{"effect":"NoExecute","operator":"Exists"}])");
  EXPECT_EQ(at(network, "nfd.enabled"), Value(false));
}

TEST_F(Settings, AreRecordedSoThatTheBundleCanBeMadeAgain) {
  std::ofstream(path("notes.txt")) << "one, two\n{three}\n";
  ASSERT_THAT(bundle(joined(scheduling(), {"--set", "gpu-operator:a.b={x,1}", "--set-string", "gpu-operator:c=1,2",
                                           "--set-json", R"(gpu-operator:d=[{"e":null}])", "--set-file",
                                           "gpu-operator:notes=" + path("notes.txt")})),
              Exited(0));
  EXPECT_EQ(at(values("gpu-operator"), "notes"), Value("one, two\n{three}\n"));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder() / "b")) {
    if (!entry.is_regular_file()) continue;
    EXPECT_THAT(read_file(entry.path()), Not(HasSubstr("notes.txt"))) << entry.path();
  }
  // Every flag made from what bundle.json keeps.
  const Value kept = options();
  Words again{"--nodes", std::to_string(at(parse_json(read_file(path("b/bundle.json"))), "criteria.nodes").as_int())};
  for (const auto& [option, flag] : std::vector<std::pair<const char*, const char*>>{
           {"set", "--set"},
           {"setString", "--set-string"},
           {"setJson", "--set-json"},
           {"systemNodeToleration", "--system-node-toleration"},
           {"acceleratedNodeToleration", "--accelerated-node-toleration"}}) {
    for (const Value& word : at(kept, option).items()) again = joined(again, {flag, word.as_string()});
  }
  for (const auto& [option, flag] :
       std::vector<std::pair<const char*, const char*>>{{"systemNodeSelector", "--system-node-selector"},
                                                        {"acceleratedNodeSelector", "--accelerated-node-selector"},
                                                        {"workloadSelector", "--workload-selector"}}) {
    for (const Value::Member& label : at(kept, option).members())
      again = joined(again, {flag, label.key + "=" + label.value.as_string()});
  }
  again = joined(again, {"--workload-gate", at(kept, "workloadGate").as_string()});
  const std::string file = at(kept, "setFile").items().at(0).as_string();
  const std::size_t equals = file.find('=');
  std::ofstream(path("other")) << file.substr(equals + 1);
  again = joined(again, {"--set-file", file.substr(0, equals + 1) + "other"});
  ASSERT_THAT(bundle(again, "again"), Exited(0));
  EXPECT_EQ(snapshot(folder() / "again"), snapshot(folder() / "b"));
}

TEST_F(Settings, OfAFileAreASmallText) {
  std::ofstream(path("large")) << std::string((1U << 20) + 1, 'x');
  EXPECT_THAT(bundle({"--set-file", "gpu-operator:a=large"}), Exited(2));
  std::ofstream(path("binary")) << '\xff';
  EXPECT_THAT(bundle({"--set-file", "gpu-operator:a=binary"}), Exited(2));
  EXPECT_THAT(bundle({"--set-file", "gpu-operator:a=missing"}), Exited(3));
  EXPECT_THAT(bundle({"--set-file", "gpu-operator:a=-"}), Exited(2));
  EXPECT_THAT(bundle({"--set-file", "gpu-operator:a=."}), Exited(2));
}

TEST_F(Settings, OfTheNumberOfNodesAreTheSameFromCriteriaAndFromARecipe) {
  ASSERT_THAT(bundle({"--nodes", "8"}), Exited(0));
  ASSERT_THAT(waybill(joined({"recipe", "--nodes", "8", "-o", "r.yaml"}, criteria())), Exited(0));
  ASSERT_THAT(waybill({"bundle", "-r", "r.yaml", "-o", "r"}), Exited(0));
  EXPECT_EQ(snapshot(folder() / "r"), snapshot(folder() / "b"));
  // The estimate of a recipe that was resolved for another number, or for none.
  ASSERT_THAT(waybill({"bundle", "-r", "r.yaml", "-o", "n", "--nodes", "64"}), Exited(0));
  EXPECT_EQ(at(values("skyhook-operator", "n"), "estimatedNodeCount"), Value(64));
  EXPECT_EQ(at(options("n"), "nodes"), Value(64));
  EXPECT_THAT(waybill({"bundle", "-r", "r.yaml", "-o", "m", "--nodes", "-1"}), Exited(2));
  EXPECT_THAT(waybill({"bundle", "-r", "r.yaml", "-o", "m", "--nodes", "8", "--service", "eks"}), Exited(2));
}

TEST_F(Settings, SwitchComponentsOffAndOn) {
  ASSERT_THAT(bundle({"--set", "kubeflowruntimes:enabled=false"}), Exited(0));
  EXPECT_FALSE(std::filesystem::exists(path("b/values/kubeflow-runtimes.yaml")));
  EXPECT_THAT(bundle({"--set", "skyhook-customizations:enabled=false"}), Exited(2)) << "gpu-operator depends on it";
  // A recipe that has switched it off.
  ASSERT_THAT(waybill(joined({"recipe", "-o", "r.yaml"}, criteria())), Exited(0));
  std::string recipe = read_file(path("r.yaml"));
  const std::string field = "overrides:\n";
  const std::size_t overrides = recipe.find(field, recipe.find("- name: kubeflow-runtimes\n"));
  ASSERT_NE(overrides, std::string::npos);
  const std::size_t line = overrides + field.size();
  recipe.insert(line, std::string(recipe.find_first_not_of(' ', line) - line, ' ') + "enabled: false\n");
  std::ofstream(path("off.yaml")) << recipe;
  ASSERT_THAT(waybill({"bundle", "-r", "off.yaml", "-o", "off"}), Exited(0));
  EXPECT_FALSE(std::filesystem::exists(path("off/values/kubeflow-runtimes.yaml")));
  ASSERT_THAT(waybill({"bundle", "-r", "off.yaml", "-o", "on", "--set", "kubeflow-runtimes:enabled=true"}), Exited(0));
  EXPECT_EQ(at(values("kubeflow-runtimes", "on"), "enabled"), Value(true));
  EXPECT_TRUE(std::filesystem::exists(path("on/manifests/kubeflow-runtimes")));
}

TEST_F(Settings, ThatCannotBeAppliedLeaveNothingBehind) {
  for (const auto& [words, message] : std::vector<std::pair<Words, const char*>>{
           {{"--set", "network-operator:a=1"}, "'network-operator', which is not in the recipe"},
           {{"--set", "gpu-operatr:a=1"}, "did you mean 'gpu-operator'?"},
           {{"--set", "gpu-operator:driver.version=1", "--set", "gpu-operator:driver.version.x=1"}, "'driver.version'"},
           {{"--set", "gpu-operator:a=1", "--set-string", "gpuoperator:a=2"}, "both set 'a' of 'gpu-operator'"},
           {{"--set-json", "gpu-operator:daemonsets=1", "--accelerated-node-toleration", "a:NoSchedule"},
            "--accelerated-node-toleration sets 'daemonsets.tolerations' of 'gpu-operator'"},
           {{"--set", "gpu-operator:a=1,b=2"}, "a comma that belongs to a value"},
           {{"--system-node-toleration", "a:noschedule"}, "did you mean 'NoSchedule'?"},
           {{"--workload-gate", "a:NoSchedule", "--workload-gate", "b:NoSchedule"}, "more than once"},
           {{"--accelerated-node-selector", "a=b,c"}, "'c' is no value of --accelerated-node-selector"}}) {
    const ProcessResult refused = bundle(words);
    EXPECT_THAT(refused, Exited(2)) << words.back();
    EXPECT_THAT(refused.err, HasSubstr(message));
    EXPECT_FALSE(std::filesystem::exists(path("b"))) << words.back();
  }
}

TEST_F(Settings, ThatChangeNothingAreTold) {
  const ProcessResult done = waybill(joined({"bundle", "-o", "b", "--workload-selector", "a=b", "--set",
                                             "gpu-operator:driver.version=1", "--set", "gpuoperator:driver.version=2"},
                                            {"--service", "kind"}));
  ASSERT_THAT(done, Exited(0));
  EXPECT_THAT(done.err, AllOf(HasSubstr("--workload-selector changes nothing"),
                              HasSubstr("--set sets 'driver.version' of 'gpu-operator' and replaces")));
  EXPECT_EQ(at(values("gpu-operator"), "driver.version"), Value(2));
}

}  // namespace
}  // namespace waybill::testing
