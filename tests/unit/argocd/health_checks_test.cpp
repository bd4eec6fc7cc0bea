// The health checks, run by the same dialect of Lua that Argo CD has (5.1), without the libraries that it does not
// load.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "argocd/bootstrap.h"
#include "core/yaml/reader.h"
#include "tests/support/process.h"

namespace waybill::argocd {
namespace {

struct State {
  const char* kind;
  const char* object;  // a Lua table
  const char* verdict;
};

class HealthCheck : public ::testing::TestWithParam<State> {};

std::string verdict(const std::string& kind, const std::string& object) {
  const Value checks = health_checks();
  const Value* script = checks.find("resource.customizations.health." + kind);
  if (script == nullptr) return "no check for " + kind;
  const std::string program =
      "string, math, io, os, debug = nil, nil, nil, nil, nil\nlocal write = print\nobj = " + object + "\nobj.kind = '" +
      kind.substr(kind.find('_') + 1) + "'\nlocal function check()\n" + script->as_string() +
      "\nend\nlocal hs = check()\nwrite(hs.status .. ': ' .. hs.message)\n";
  const testing::ProcessResult result = testing::run({"lua5.1", "-"}, {.input = program});
  return result.exit_status == 0 ? result.out.substr(0, result.out.find(':')) : result.err;
}

TEST_P(HealthCheck, GivesTheVerdict) {
  WAYBILL_REQUIRE_PEER("lua5.1");
  EXPECT_EQ(verdict(GetParam().kind, GetParam().object), GetParam().verdict) << GetParam().object;
}

constexpr const char* kApplication = "argoproj.io_Application";
#define SPEC "spec = {source = {repoURL = 'r', helm = {valuesObject = {a = {1, 2}}}}}"
#define COMPARED "comparedTo = {source = {repoURL = 'r', helm = {valuesObject = {a = {1, 2}}}}}"

INSTANTIATE_TEST_SUITE_P(
    Application, HealthCheck,
    ::testing::Values(
        State{kApplication, "{" SPEC "}", "Progressing"},
        State{kApplication, "{" SPEC ", status = {sync = {status = 'Synced'}}}", "Progressing"},
        State{kApplication,
              "{" SPEC ", status = {health = {status = 'Healthy'}, sync = {status = 'Synced', " COMPARED "}}}",
              "Healthy"},
        State{kApplication,
              "{" SPEC ", status = {health = {status = 'Healthy'}, sync = {status = 'OutOfSync', " COMPARED "}}}",
              "Progressing"},
        // An Application that cannot be rendered.
        State{kApplication,
              "{" SPEC ", status = {health = {status = 'Healthy'}, sync = {status = 'Unknown', " COMPARED "}}}",
              "Progressing"},
        // The verdict is about an older spec.
        State{kApplication,
              "{" SPEC ", status = {health = {status = 'Healthy'}, sync = {status = 'Synced', comparedTo = {source = "
              "{repoURL = 'r', helm = "
              "{valuesObject = {a = {1, 3}}}}}}}}",
              "Progressing"},
        State{kApplication,
              "{" SPEC ", status = {health = {status = 'Healthy'}, sync = {status = 'Synced', comparedTo = {source = "
              "{repoURL = 'r', helm = "
              "{valuesObject = {a = {1, 2}, b = 1}}}}}}}",
              "Progressing"},
        State{kApplication,
              "{" SPEC ", status = {health = {status = 'Degraded'}, sync = {status = 'Synced', comparedTo = {source = "
              "{repoURL = 'x'}}}}}",
              "Progressing"},
        State{kApplication,
              "{spec = {sources = {{chart = 'a'}}}, status = {health = {status = 'Healthy'}, sync = {status = "
              "'Synced', comparedTo = {sources = "
              "{{chart = 'a'}}}}}}",
              "Healthy"},
        State{kApplication,
              "{spec = {sources = {{chart = 'a'}}}, status = {health = {status = 'Healthy'}, sync = {status = "
              "'Synced', comparedTo = {sources = "
              "{{chart = 'b'}}}}}}",
              "Progressing"},
        State{kApplication,
              "{" SPEC ", status = {health = {status = 'Healthy'}, operationState = {phase = 'Running'}, sync = "
              "{status = 'Synced', " COMPARED "}}}",
              "Progressing"},
        State{kApplication,
              "{" SPEC ", status = {health = {status = 'Degraded'}, operationState = {phase = 'Running'}, sync = "
              "{status = 'Synced', " COMPARED "}}}",
              "Progressing"},
        State{kApplication,
              "{" SPEC ", status = {health = {status = 'Degraded'}, operationState = {phase = 'Failed'}, sync = "
              "{status = 'Synced', " COMPARED "}}}",
              "Degraded"},
        State{kApplication,
              "{" SPEC
              ", operation = {sync = {}}, status = {health = {status = 'Healthy'}, sync = {status = 'Synced', " COMPARED
              "}}}",
              "Progressing"},
        State{kApplication,
              "{metadata = {deletionTimestamp = 'now'}, " SPEC
              ", status = {health = {status = 'Healthy'}, sync = {status = 'Synced', " COMPARED "}}}",
              "Progressing"},
        // The same source goes somewhere else.
        State{kApplication,
              "{spec = {source = {chart = 'a'}, destination = {server = 's', namespace = 'new'}}, status = {health = "
              "{status = 'Healthy'}, sync = {status = 'Synced', comparedTo = {source = {chart = 'a'}, destination = "
              "{server = 's', namespace = 'old'}}}}}",
              "Progressing"},
        State{kApplication,
              "{spec = {source = {chart = 'a'}, destination = {name = 'west', namespace = 'n'}}, status = {health = "
              "{status = 'Healthy'}, sync = {status = 'Synced', comparedTo = {source = {chart = 'a'}, destination = "
              "{server = 's', namespace = 'n'}}}}}",
              "Healthy"},
        // Nothing of it is there yet; Argo CD would not count Missing for the root.
        State{kApplication,
              "{" SPEC ", status = {health = {status = 'Missing'}, sync = {status = 'OutOfSync', " COMPARED "}}}",
              "Progressing"},
        State{kApplication,
              "{" SPEC ", status = {health = {status = 'Suspended'}, sync = {status = 'Synced', " COMPARED "}}}",
              "Suspended"}));

constexpr const char* kPolicy = "nvidia.com_ClusterPolicy";
constexpr const char* kSkyhook = "skyhook.nvidia.com_Skyhook";
constexpr const char* kNic = "mellanox.com_NicClusterPolicy";

INSTANTIATE_TEST_SUITE_P(
    Operators, HealthCheck,
    ::testing::Values(
        State{kPolicy, "{}", "Progressing"}, State{kPolicy, "{status = {state = 'ready'}}", "Healthy"},
        State{kPolicy, "{status = {state = 'notReady'}}", "Progressing"},
        State{kPolicy, "{status = {state = 'ignored'}}", "Degraded"},
        State{kPolicy,
              "{status = {state = 'notReady', conditions = {{type = 'Error', status = 'True', reason = "
              "'OperandNotReady'}}}}",
              "Progressing"},
        State{kPolicy,
              "{status = {state = 'notReady', conditions = {{type = 'Error', status = 'True', reason = "
              "'ReconcileFailed'}}}}",
              "Degraded"},
        State{"nvidia.com_NVIDIADriver", "{status = {state = 'ready'}}", "Healthy"},
        State{"nvidia.com_NVIDIADriver", "{status = {state = 'disabled'}}", "Suspended"},
        State{"nvidia.com_NVIDIADriver", "{status = {state = 'notReady'}}", "Progressing"},
        State{kNic, "{status = {state = 'ready'}}", "Healthy"},
        State{kNic, "{status = {state = 'error', reason = 'no driver'}}", "Degraded"},
        State{kNic, "{status = {state = 'notReady', appliedStates = {{name = 'ofed', state = 'notReady'}}}}",
              "Progressing"},
        State{kNic, "{}", "Progressing"},
        State{"resource.nvidia.com_ComputeDomain", "{status = {status = 'Ready'}}", "Healthy"},
        State{"resource.nvidia.com_ComputeDomain", "{status = {status = 'NotReady'}}", "Progressing"},
        State{kSkyhook, "{status = {status = 'complete'}}", "Healthy"},
        State{kSkyhook, "{status = {status = 'in_progress'}}", "Progressing"},
        State{kSkyhook, "{status = {status = 'erroring'}}", "Degraded"}, State{kSkyhook, "{}", "Progressing"},
        State{"jobset.x-k8s.io_JobSet", "{status = {conditions = {{type = 'Completed', status = 'True'}}}}", "Healthy"},
        State{"jobset.x-k8s.io_JobSet", "{status = {conditions = {{type = 'Failed', status = 'True', message = 'm'}}}}",
              "Degraded"},
        State{"jobset.x-k8s.io_JobSet", "{status = {conditions = {{type = 'Completed', status = 'False'}}}}",
              "Progressing"},
        State{"trainer.kubeflow.org_TrainJob", "{status = {conditions = {{type = 'Complete', status = 'True'}}}}",
              "Healthy"},
        State{"trainer.kubeflow.org_TrainJob", "{status = {conditions = {{type = 'Suspended', status = 'True'}}}}",
              "Suspended"},
        State{"trainer.kubeflow.org_TrainJob", "{}", "Progressing"},
        State{"leaderworkerset.x-k8s.io_LeaderWorkerSet",
              "{status = {conditions = {{type = 'Available', status = 'True'}}}}", "Healthy"},
        State{"leaderworkerset.x-k8s.io_LeaderWorkerSet", "{}", "Progressing"}));

#define CONDITION(type, status) "{status = {conditions = {{type = '" type "', status = '" status "'}}}}"
#define KAI(generation)                                                                                            \
  "{metadata = {generation = 2}, status = {conditions = {{type = 'Deployed', status = 'True', observedGeneration " \
  "= " generation "}, {type = 'Available', status = 'True', observedGeneration = " generation "}}}}"

INSTANTIATE_TEST_SUITE_P(
    MoreOperators, HealthCheck,
    ::testing::Values(
        State{"kai.scheduler_Config", KAI("2"), "Healthy"}, State{"kai.scheduler_Config", KAI("1"), "Progressing"},
        State{"kai.scheduler_Config", CONDITION("Deployed", "True"), "Progressing"},
        State{"kai.scheduler_Config", CONDITION("DependenciesFulfilled", "False"), "Progressing"},
        State{"kai.scheduler_SchedulingShard", KAI("2"), "Healthy"},
        State{"kai.scheduler_SchedulingShard", "{}", "Progressing"},
        State{"nvidia.com_GPUCluster", "{status = {state = 'ready'}}", "Healthy"},
        State{"nvidia.com_GPUCluster", "{status = {state = 'ignored'}}", "Degraded"},
        State{"nvidia.com_GPUCluster", "{status = {state = 'disabled'}}", "Suspended"},
        State{"nvidia.com_GPUCluster", "{status = {state = 'notReady'}}", "Progressing"},
        State{"nvidia.com_DynamoGraphDeployment", "{status = {state = 'successful'}}", "Healthy"},
        State{"nvidia.com_DynamoGraphDeployment", "{status = {state = 'failed'}}", "Degraded"},
        State{"nvidia.com_DynamoGraphDeployment", "{status = {state = 'pending'}}", "Progressing"},
        State{"nvidia.com_DynamoGraphDeployment",
              "{metadata = {generation = 2}, status = {observedGeneration = 1, state = 'successful'}}", "Progressing"},
        State{"nvidia.com_DynamoComponentDeployment", CONDITION("Available", "True"), "Healthy"},
        State{"nvidia.com_DynamoComponentDeployment", CONDITION("Available", "False"), "Progressing"},
        State{"grove.io_PodCliqueSet", "{spec = {replicas = 2}, status = {availableReplicas = 2}}", "Healthy"},
        State{"grove.io_PodCliqueSet", "{spec = {replicas = 2}, status = {availableReplicas = 1}}", "Progressing"},
        State{"mellanox.com_HostDeviceNetwork", "{status = {state = 'ready'}}", "Healthy"},
        State{"mellanox.com_IPoIBNetwork", "{status = {state = 'error', reason = 'no master'}}", "Degraded"},
        State{"mellanox.com_MacvlanNetwork", "{status = {state = 'notReady'}}", "Progressing"},
        State{"mellanox.com_NicNodePolicy", "{status = {state = 'ignore'}}", "Degraded"},
        State{kNic, "{status = {state = 'ignore'}}", "Degraded"},
        State{"nvidia.com_NVIDIADriver", "{status = {state = 'ignored'}}", "Degraded"},
        State{kPolicy, "{status = {state = 'disabled'}}", "Suspended"},
        // A cluster without GPU nodes: ready, so that waves pass.
        State{kPolicy,
              "{status = {state = 'ready', conditions = {{type = 'Ready', status = 'True', reason = 'NoGPUNodes'}}}}",
              "Healthy"},
        State{kSkyhook, "{metadata = {generation = 3}, status = {observedGeneration = 2, status = 'complete'}}",
              "Progressing"},
        State{kSkyhook, "{status = {status = 'paused'}}", "Suspended"},
        State{kSkyhook, "{status = {status = 'blocked'}}", "Progressing"},
        State{"leaderworkerset.x-k8s.io_LeaderWorkerSet",
              "{status = {conditions = {{type = 'Available', status = 'True'}, {type = 'UpdateInProgress', status = "
              "'True'}}}}",
              "Progressing"},
        State{"trainer.kubeflow.org_TrainJob", CONDITION("Failed", "True"), "Degraded"},
        State{"jobset.x-k8s.io_JobSet", CONDITION("Suspended", "True"), "Suspended"},
        State{"kubeflow.org_PyTorchJob", CONDITION("Succeeded", "True"), "Healthy"},
        // Kinds of one script keep their own words.
        State{"kubeflow.org_MPIJob", CONDITION("Succeeded", "True"), "Healthy"},
        State{"kubeflow.org_PyTorchJob", CONDITION("Completed", "True"), "Progressing"},
        State{"jobset.x-k8s.io_JobSet", CONDITION("Succeeded", "True"), "Progressing"},
        State{"trainer.kubeflow.org_TrainJob", CONDITION("Completed", "True"), "Progressing"},
        State{"ray.io_RayService", CONDITION("Available", "True"), "Progressing"},
        State{"nvidia.com_DynamoComponentDeployment", CONDITION("Ready", "True"), "Progressing"},
        State{"kubeflow.org_MPIJob", CONDITION("Failed", "True"), "Degraded"},
        State{"kubeflow.org_MPIJob", CONDITION("Running", "True"), "Progressing"},
        State{"kueue.x-k8s.io_ClusterQueue", CONDITION("Active", "True"), "Healthy"},
        State{"kueue.x-k8s.io_LocalQueue", CONDITION("Active", "False"), "Progressing"},
        State{"kueue.x-k8s.io_AdmissionCheck", "{}", "Progressing"},
        State{"ray.io_RayCluster", "{status = {state = 'ready'}}", "Healthy"},
        State{"ray.io_RayCluster", "{status = {state = 'failed', reason = 'r'}}", "Degraded"},
        State{"ray.io_RayCluster", "{metadata = {generation = 2}, status = {observedGeneration = 1, state = 'ready'}}",
              "Progressing"},
        State{"ray.io_RayService", CONDITION("Ready", "True"), "Healthy"},
        State{"ray.io_RayService", "{status = {serviceStatus = 'Running'}}", "Healthy"},
        State{"ray.io_RayService", CONDITION("Ready", "False"), "Progressing"},
        State{"ray.io_RayJob", "{status = {jobStatus = 'SUCCEEDED'}}", "Healthy"},
        State{"ray.io_RayJob", "{status = {jobDeploymentStatus = 'Failed', message = 'm'}}", "Degraded"},
        State{"ray.io_RayJob", "{status = {jobDeploymentStatus = 'Running'}}", "Progressing"},
        State{"gateway.kgateway.dev_Backend", CONDITION("Accepted", "True"), "Healthy"},
        State{"gateway.kgateway.dev_Backend", CONDITION("Accepted", "False"), "Degraded"},
        State{"gateway.kgateway.dev_TrafficPolicy",
              "{status = {ancestors = {{conditions = {{type = 'Accepted', status = 'True'}}}}}}", "Healthy"},
        State{"gateway.kgateway.dev_TrafficPolicy",
              "{status = {ancestors = {{conditions = {{type = 'Accepted', status = 'True'}}}, {conditions = {{type = "
              "'Accepted', status = 'False'}}}}}}",
              "Degraded"},
        State{"gateway.kgateway.dev_TrafficPolicy", "{}", "Progressing"},
        State{"inference.networking.k8s.io_InferencePool",
              "{status = {parents = {{conditions = {{type = 'Accepted', status = 'False', reason = 'x'}}}}}}",
              "Degraded"},
        State{"inference.networking.x-k8s.io_InferencePool", "{}", "Healthy"}));

// What an operator has not written yet, or writes in another shape of the same kind, must give a verdict and no
// failure: one failing script would leave every object of its kind without health.
TEST(EveryHealthCheck, GivesAVerdictForObjectsWithMissingFields) {
  WAYBILL_REQUIRE_PEER("lua5.1");
  const std::vector<std::string> objects{
      "{}",
      "{metadata = {}, spec = {}}",
      "{metadata = {generation = 1}, spec = {}, status = {}}",
      "{status = {conditions = {}}}",
      "{status = {conditions = {{}}}}",
      "{metadata = {generation = 2}, status = {observedGeneration = 1, conditions = {{type = 'Ready'}, {status = "
      "'True'}}}}",
      "{status = {conditions = {{type = 'Error', status = 'True'}, {type = 'Failed', status = 'True'}}}}",
      "{status = {state = 'unheard-of', status = 'unheard-of', appliedStates = {{}, {state = 'notReady'}}}}",
      "{status = {state = 'error'}}",
      "{status = {parents = {{}}, ancestors = {{}}}}",
      "{status = {parents = {{conditions = {{}}}}, ancestors = {{conditions = {{}}}}}}",
      "{status = {health = {}, sync = {}}}",
      "{status = {health = {status = 'Healthy'}}}",
      "{status = {health = {status = 'Degraded'}, operationState = {}}}",
      "{spec = {sources = {}}, status = {health = {status = 'Healthy'}, sync = {status = 'Synced', comparedTo = {}}}}"};
  const std::string kPrefix = "resource.customizations.health.";
  const Value checks = health_checks();
  for (const Value::Member& check : checks.members()) {
    const std::string kind = check.key.substr(kPrefix.size());
    for (const std::string& object : objects) {
      EXPECT_THAT(verdict(kind, object), ::testing::AnyOf("Healthy", "Progressing", "Degraded", "Suspended"))
          << kind << " " << object;
    }
  }
}

TEST(Bootstrap, ProgressiveSyncsAreSwitchedOnWhereTheyAreUsed) {
  const auto parameters = [](Ordering ordering) {
    const Value values = yaml::parse(chart_values(ordering), "values").to_value();
    return *values.find("configs")->find("params");
  };
  EXPECT_EQ(parameters(Ordering::Waves).find("applicationsetcontroller.enable.progressive.syncs"), nullptr);
  EXPECT_EQ(parameters(Ordering::RollingSync).text_or("applicationsetcontroller.enable.progressive.syncs", ""), "true");
}

TEST(Bootstrap, PatchAndChartValuesHoldTheSameChecks) {
  const Value patch = yaml::parse(configmap_patch(), "patch").to_value();
  const Value values = yaml::parse(chart_values(), "values").to_value();
  EXPECT_EQ(*patch.find("data"), health_checks());
  EXPECT_EQ(*values.find("configs")->find("cm"), health_checks());
  EXPECT_GE(health_checks().members().size(), 30U);
}

}  // namespace
}  // namespace waybill::argocd
