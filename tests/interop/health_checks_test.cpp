// The health checks of both deployers give the same verdicts: Argo CD's scripts, run by Lua, and Flux's expressions,
// run by Flux's own library, over the same objects.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "argocd/bootstrap.h"
#include "core/file_system.h"
#include "core/yaml/reader.h"
#include "core/yaml/writer.h"
#include "flux/health.h"
#include "generator/group_kind.h"
#include "tests/support/process.h"

namespace waybill {
namespace {

std::vector<std::string> objects() {
  std::vector<std::string> all{
      "{}",
      "{status: {}}",
      "{status: {conditions: []}}",
      "{metadata: {generation: 2}, status: {observedGeneration: 1, state: ready}}",
      "{metadata: {generation: 2}, status: {observedGeneration: 1, status: complete}}",
      "{metadata: {generation: 2}, status: {observedGeneration: 2, state: ready, status: complete}}",
      "{status: {state: ready, conditions: [{type: Error, status: 'True', reason: ReconcileFailed}]}}",
      "{status: {state: notReady, conditions: [{type: Error, status: 'True', reason: OperandNotReady}]}}",
      "{status: {state: notReady, conditions: [{type: Error, status: 'True'}]}}",
      "{status: {conditions: [{type: Available, status: 'True'}, {type: UpdateInProgress, status: 'True'}]}}",
      "{status: {conditions: [{type: Deployed, status: 'True'}, {type: Available, status: 'True'}]}}",
      R"({status: {conditions: [{type: Deployed, status: 'True'}, {type: Available, status: 'True'},
          {type: DependenciesFulfilled, status: 'False'}]}})",
      "{spec: {replicas: 2}, status: {availableReplicas: 2}}",
      "{spec: {replicas: 2}, status: {availableReplicas: 1}}",
      "{spec: {}, status: {availableReplicas: 1}}",
      "{status: {serviceStatus: Running}}",
      "{status: {jobStatus: SUCCEEDED}}",
      "{status: {jobStatus: FAILED}}",
      "{status: {jobDeploymentStatus: Complete, jobStatus: FAILED}}",
      "{status: {ancestors: [{conditions: [{type: Accepted, status: 'True'}]}]}}",
      R"({status: {ancestors: [{conditions: [{type: Accepted, status: 'True'}]},
          {conditions: [{type: Accepted, status: 'False'}]}]}})",
      "{status: {ancestors: [{}]}}",
      R"({status: {conditions: [{type: Failed, status: 'True'}, {type: Completed, status: 'True'},
          {type: Complete, status: 'True'}, {type: Succeeded, status: 'True'}]}})"};
  for (const int generation : {1, 2}) {
    all.push_back(
        fmt::format("{{metadata: {{generation: 2}}, status: {{conditions: [{{type: Deployed, status: 'True', "
                    "observedGeneration: {0}}}, {{type: Available, status: 'True', observedGeneration: "
                    "{0}}}]}}}}",
                    generation));
  }
  for (const char* state :
       {"ready", "notReady", "ignored", "ignore", "disabled", "error", "successful", "failed", "pending", "suspended"})
    all.push_back(fmt::format("{{status: {{state: {}}}}}", state));
  for (const char* status : {"Ready", "NotReady", "complete", "in_progress", "erroring", "paused", "blocked"})
    all.push_back(fmt::format("{{status: {{status: {}}}}}", status));
  for (const char* status : {"Running", "Failed", "ValidationFailed", "Complete", "Suspended"})
    all.push_back(fmt::format("{{status: {{jobDeploymentStatus: {}}}}}", status));
  for (const char* type : {"Accepted", "Active", "Available", "Complete", "Completed", "Failed", "Ready", "Succeeded",
                           "Suspended", "UpdateInProgress"}) {
    for (const char* status : {"True", "False", "Unknown"})
      all.push_back(fmt::format("{{status: {{conditions: [{{type: {}, status: '{}'}}]}}}}", type, status));
  }
  return all;
}

// As a Lua table.
std::string to_lua(const Value& value) {
  std::string text;
  if (value.is_map()) {
    for (const Value::Member& member : value.members())
      text += fmt::format("[\"{}\"] = {}, ", member.key, to_lua(member.value));
    return "{" + text + "}";
  }
  if (value.is_list()) {
    for (const Value& item : value.items()) text += to_lua(item) + ", ";
    return "{" + text + "}";
  }
  return value.is_int() ? std::to_string(value.as_int()) : fmt::format("\"{}\"", value.as_string());
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

TEST(HealthChecks, OfArgoCdAndFluxAgree) {
  WAYBILL_REQUIRE_PEER("lua5.1");
  WAYBILL_REQUIRE_PEER("fluxjudge");
  const Value scripts = argocd::health_checks();
  const Value checks = flux::health_checks(std::nullopt);
  const std::vector<std::string> states = objects();
  std::string program = "local function verdict(check) print(check().status) end\n";
  std::string documents;
  std::vector<std::string> names;
  std::size_t kinds = 0;
  for (const Value& check : checks.items()) {
    const std::string api_version = check.text_or("apiVersion", "");
    const std::string kind = check.text_or("kind", "");
    const Value* script =
        scripts.find(fmt::format("resource.customizations.health.{}_{}", group_of(api_version), kind));
    if (script == nullptr) {
      EXPECT_EQ(kind, "Gateway");  // Argo CD's own
      continue;
    }
    ++kinds;
    for (const std::string& state : states) {
      Value object = yaml::parse(state, "state").to_value();
      object.set("apiVersion", api_version);
      object.set("kind", kind);
      program += fmt::format("obj = {}\nverdict(function()\n{}\nend)\n", to_lua(object), script->as_string());
      documents += "---\n" + yaml::write(object);
      names.push_back(fmt::format("{} {}", kind, state));
    }
  }
  EXPECT_EQ(kinds + 2, scripts.members().size() - 1);  // an Application, and an InferencePool of two groups, have none

  const TemporaryFolder folder;
  const std::string check_file = (folder.path() / "checks.yaml").string();
  const std::string object_file = (folder.path() / "objects.yaml").string();
  write_file(check_file, yaml::write(checks), Overwrite::No);
  write_file(object_file, documents, Overwrite::No);
  const testing::ProcessResult lua = testing::run({"lua5.1", "-"}, {.input = program});
  ASSERT_EQ(lua.exit_status, 0) << lua.err;
  const testing::ProcessResult cel = testing::run({"fluxjudge", "health", check_file, object_file});
  ASSERT_EQ(cel.exit_status, 0) << cel.err;
  const std::vector<std::string> expected = lines(lua.out);
  const std::vector<std::string> found = lines(cel.out);
  ASSERT_EQ(expected.size(), names.size());
  ASSERT_EQ(found.size(), names.size());
  std::size_t ready = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    // Flux looks at the generation whatever the kind.
    const bool is_old = names[i].find("observedGeneration: 1, st") != std::string::npos;
    if (expected[i] == "Healthy" && !is_old) {
      ++ready;
      EXPECT_EQ(found[i], "Current") << names[i];
    } else if (expected[i] == "Degraded" && !is_old) {
      EXPECT_EQ(found[i], "Failed") << names[i];
    } else {
      // Unknown: an expression that cannot be evaluated yet; Flux waits.
      EXPECT_THAT(found[i], ::testing::AnyOf("InProgress", "Unknown")) << names[i] << " " << expected[i];
    }
  }
  EXPECT_GE(ready, 50U);
}

TEST(HealthChecks, AGatewayIsReadyOnceItIsProgrammed) {
  WAYBILL_REQUIRE_PEER("fluxjudge");
  const TemporaryFolder folder;
  const std::string check_file = (folder.path() / "checks.yaml").string();
  const std::string object_file = (folder.path() / "objects.yaml").string();
  write_file(check_file, yaml::write(flux::health_checks(GroupKinds{{"gateway.networking.k8s.io", "Gateway"}})),
             Overwrite::No);
  std::string documents;
  for (const char* status : {"", "status: {conditions: [{type: Programmed, status: 'False'}]}",
                             "status: {conditions: [{type: Programmed, status: 'True', observedGeneration: 1}]}",
                             "status: {conditions: [{type: Programmed, status: 'True', observedGeneration: 2}]}"}) {
    documents += fmt::format(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{generation: 2}}\n{}\n", status);
  }
  write_file(object_file, documents, Overwrite::No);
  const testing::ProcessResult result = testing::run({"fluxjudge", "health", check_file, object_file});
  EXPECT_EQ(result.out, "Unknown\nInProgress\nInProgress\nCurrent\n") << result.err;
}

}  // namespace
}  // namespace waybill
