#include "helm/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "core/error.h"
#include "core/yaml/reader.h"
#include "tests/unit/argocd/sample_plan.h"

namespace waybill::helm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::sample;
using testing::Sample;

FileTree rendered(const Sample& plan) { return render(plan.plan, plan.recipe); }

const std::string& text(const FileTree& tree, const std::string& path) { return tree.at(RelPath::parse(path)).bytes; }

bool has(const FileTree& tree, const std::string& path) { return tree.contains(RelPath::parse(path)); }

// The fields of a line of a table, by the first one.
std::vector<std::string> line(const FileTree& tree, const std::string& table, const std::string& first) {
  std::istringstream lines(text(tree, table));
  for (std::string one; std::getline(lines, one);) {
    std::vector<std::string> fields;
    std::istringstream words(one);
    for (std::string word; std::getline(words, word, '\t');) fields.push_back(word);
    if (fields.front() == first) return fields;
  }
  return {};
}
std::vector<std::string> step(const FileTree& tree, const std::string& name) { return line(tree, "steps.tsv", name); }

std::string refusal(const Sample& plan) {
  try {
    static_cast<void>(rendered(plan));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    return error.message();
  }
  return "nothing was refused";
}

void add_manifest(Sample& plan, const std::string& component, const std::string& name, const std::string& bytes) {
  plan.release(component).manifests.add(RelPath::parse(name), bytes);
}

std::string object(const std::string& api_version, const std::string& kind, const std::string& name,
                   const std::string& annotations = "") {
  std::string result = "apiVersion: " + api_version + "\nkind: " + kind + "\nmetadata:\n  name: " + name + "\n";
  if (!annotations.empty()) result += "  annotations: {" + annotations + "}\n";
  return result;
}

const std::string kDefinition =
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: widgets.example.com\n"
    "spec:\n  group: example.com\n  names: {kind: Widget, plural: widgets}\n  scope: Namespaced\n";

TEST(HelmRender, HasAFolderForEachComponent) {
  const FileTree tree = rendered(sample());
  for (const char* name : {"cert-manager", "gpu-operator", "kai-scheduler", "trainer"})
    EXPECT_TRUE(has(tree, std::string(name) + "/values.yaml")) << name;
  for (const char* name : {"cert-manager", "gpu-operator", "kai-scheduler", "trainer", "site-overlay", "tuning"})
    EXPECT_TRUE(has(tree, std::string(name) + "/README.md")) << name;
  EXPECT_TRUE(has(tree, "site-overlay/kustomization.yaml"));
  EXPECT_FALSE(has(tree, "site-overlay/values.yaml"));
  EXPECT_FALSE(has(tree, "tuning/values.yaml"));
  for (const char* name : {"README.md", "recipe.yaml", "steps.tsv", "namespaces.tsv", "common.sh"})
    EXPECT_TRUE(has(tree, name));
  for (const char* name : {"deploy.sh", "undeploy.sh"})
    EXPECT_EQ(tree.at(RelPath::parse(name)).executable, Executable::Yes) << name;
}

TEST(HelmRender, StepsFollowTheGraph) {
  const FileTree tree = rendered(sample());
  EXPECT_THAT(step(tree, "cert-manager"),
              ElementsAre("cert-manager", "cert-manager", "chart", "cert-manager", "https://charts.jetstack.io",
                          "cert-manager", "v1.17.2", "yes", "-", "-"));
  EXPECT_THAT(step(tree, "gpu-operator-before"),
              ElementsAre("gpu-operator-before", "gpu-operator", "local", "gpu-operator", "-",
                          "gpu-operator/manifests/before", "-", "yes", "-", "cert-manager"));
  EXPECT_EQ(step(tree, "gpu-operator").back(), "gpu-operator-before");
  // A custom resource comes after the chart that defines it; without a chart there is nothing to come before or after.
  EXPECT_EQ(step(tree, "trainer").back(), "cert-manager");
  EXPECT_EQ(step(tree, "trainer-after").back(), "trainer");
  EXPECT_THAT(step(tree, "tuning"), ElementsAre("tuning", "tuning", "local", "skyhook", "-", "tuning/manifests/objects",
                                                "-", "yes", "-", "gpu-operator"));
  EXPECT_THAT(step(tree, "site-overlay"), ElementsAre("site-overlay", "site-overlay", "kustomize", "site", "-",
                                                      "site-overlay", "-", "yes", "-", "gpu-operator"));
}

TEST(HelmRender, DependentsWaitForTheLastStepOfAComponent) {
  Sample plan = sample();
  plan.release("tuning").depends_on = {"trainer", "gpu-operator"};
  EXPECT_EQ(step(rendered(plan), "tuning").back(), "gpu-operator,trainer-after");
}

TEST(HelmRender, WaitAndTimeoutComeFromTheRegistry) {
  Sample plan = sample();
  plan.entry("trainer").waits_until_ready = false;
  plan.entry("trainer").install_timeout = "25m";
  const FileTree tree = rendered(plan);
  const std::vector<std::string> fields = step(tree, "trainer");
  EXPECT_EQ(fields[7], "no");
  EXPECT_EQ(fields[8], "25m");
  EXPECT_THAT(text(tree, "trainer/README.md"), Not(HasSubstr("--wait")));
}

TEST(HelmRender, ManifestsKeepTheirBytes) {
  const Sample plan = sample();
  EXPECT_EQ(text(rendered(plan), "gpu-operator/manifests/before/files/dcgm-exporter.yaml"),
            plan.plan.find("gpu-operator")->manifests.at(RelPath::parse("dcgm-exporter.yaml")).bytes);
}

TEST(HelmRender, DefinitionsAreAChartOfTheirOwnAndAreKept) {
  Sample plan = sample();
  add_manifest(plan, "tuning", "mixed.yaml", kDefinition + "---\n" + object("example.com/v1", "Widget", "w"));
  plan.entry("tuning").waits_until_ready = false;
  const FileTree tree = rendered(plan);
  const std::string definition = text(tree, "tuning/manifests/definitions/files/mixed.yaml");
  EXPECT_THAT(definition, AllOf(HasSubstr("helm.sh/resource-policy: keep"), Not(HasSubstr("kind: Widget\nmetadata"))));
  EXPECT_THAT(text(tree, "tuning/manifests/objects/files/mixed.yaml"), HasSubstr("name: w"));
  EXPECT_EQ(step(tree, "tuning").back(), "tuning-definitions");
  EXPECT_EQ(step(tree, "tuning")[7], "no");
  EXPECT_EQ(step(tree, "tuning-definitions")[7], "yes");  // what follows needs them
}

TEST(HelmRender, VolumeClaimsAreKept) {
  Sample plan = sample();
  add_manifest(plan, "tuning", "claim.yaml", object("v1", "PersistentVolumeClaim", "models"));
  EXPECT_THAT(text(rendered(plan), "tuning/manifests/objects/files/claim.yaml"),
              HasSubstr("helm.sh/resource-policy: keep"));
}

TEST(HelmRender, ChartsOfTheBundleWithAVolumeClaimAreNotWaitedFor) {
  Sample plan = sample();
  add_manifest(plan, "trainer", "claim.yaml", object("v1", "PersistentVolumeClaim", "models"));
  const FileTree tree = rendered(plan);
  EXPECT_EQ(step(tree, "trainer-before")[7], "no");
  EXPECT_EQ(step(tree, "trainer")[7], "yes");
  EXPECT_THAT(text(tree, "trainer/README.md"),
              HasSubstr("trainer-before \"$BUNDLE/trainer/manifests/before\" -n kubeflow\n"));
}

TEST(HelmRender, ThingsThatWereHooksBecomeOrdinaryAndJobsStayHooks) {
  Sample plan = sample();
  add_manifest(plan, "trainer", "job.yaml", object("batch/v1", "Job", "after", "helm.sh/hook: post-install"));
  const FileTree tree = rendered(plan);
  EXPECT_THAT(text(tree, "trainer/manifests/after/files/runtime.yaml"), Not(HasSubstr("helm.sh/hook")));
  EXPECT_THAT(text(tree, "trainer/manifests/after/files/job.yaml"), HasSubstr("helm.sh/hook: post-install"));
}

TEST(HelmRender, WhatAJobBeforeTheInstallMayNeedStaysAHookWithIt) {
  Sample plan = sample();
  const std::string account = object("v1", "ServiceAccount", "a", "helm.sh/hook: pre-install");
  add_manifest(plan, "kai-scheduler", "account.yaml", account);
  EXPECT_THAT(text(rendered(plan), "kai-scheduler/manifests/before/files/account.yaml"),
              Not(HasSubstr("helm.sh/hook")));
  add_manifest(plan, "kai-scheduler", "job.yaml", object("batch/v1", "Job", "b", "helm.sh/hook: pre-install"));
  EXPECT_EQ(text(rendered(plan), "kai-scheduler/manifests/before/files/account.yaml"), account);
}

TEST(HelmRender, HooksOfARemovalGoFirstOrLast) {
  Sample plan = sample();
  add_manifest(plan, "kai-scheduler", "pre.yaml", object("batch/v1", "Job", "pre", "helm.sh/hook: pre-delete"));
  add_manifest(plan, "kai-scheduler", "post.yaml", object("batch/v1", "Job", "post", "helm.sh/hook: post-delete"));
  const FileTree tree = rendered(plan);
  EXPECT_TRUE(has(tree, "kai-scheduler/manifests/after/files/pre.yaml"));
  EXPECT_TRUE(has(tree, "kai-scheduler/manifests/before/files/post.yaml"));
}

TEST(HelmRender, TheRegistryMayPlaceManifests) {
  Sample plan = sample();
  plan.entry("gpu-operator").argocd.set("manifests", "after");
  const FileTree tree = rendered(plan);
  EXPECT_TRUE(has(tree, "gpu-operator/manifests/after/files/dcgm-exporter.yaml"));
}

TEST(HelmRender, NamespacesHaveTheLabelsThatComponentsAskFor) {
  Sample plan = sample();
  add_manifest(plan, "tuning", "namespaces.yaml",
               "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: skyhook\n  labels: {team: gpu}\n");
  const FileTree tree = rendered(plan);
  EXPECT_THAT(line(tree, "namespaces.tsv", "gpu-operator"),
              ElementsAre("gpu-operator", "pod-security.kubernetes.io/enforce=privileged"));
  EXPECT_THAT(line(tree, "namespaces.tsv", "cert-manager"), ElementsAre("cert-manager", "-"));
  EXPECT_THAT(line(tree, "namespaces.tsv", "skyhook"), ElementsAre("skyhook", "team=gpu"));
  // Helm would refuse to make it once more.
  EXPECT_FALSE(has(tree, "tuning/manifests/objects/files/namespaces.yaml"));
}

TEST(HelmRender, AComponentWithOnlyANamespaceHasNoStepAndIsWaitedThrough) {
  Sample plan = sample();
  Release& tuning = plan.release("tuning");
  tuning.manifests = FileTree();
  add_manifest(plan, "tuning", "n.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: skyhook\n");
  plan.release("site-overlay").depends_on = {"tuning"};
  // It has to come before in the order, as in any plan.
  std::swap(plan.plan.releases[4], plan.plan.releases[5]);
  const FileTree tree = rendered(plan);
  EXPECT_THAT(step(tree, "tuning"), IsEmpty());
  EXPECT_EQ(step(tree, "site-overlay").back(), "gpu-operator");
}

TEST(HelmRender, WithoutANamespaceItIsTheDefaultOne) {
  Sample plan = sample();
  plan.release("tuning").component.name_space.clear();
  const FileTree tree = rendered(plan);
  EXPECT_EQ(step(tree, "tuning")[3], "default");
  EXPECT_THAT(line(tree, "namespaces.tsv", "default"), IsEmpty());  // it is there already
}

TEST(HelmRender, AKustomizationLabelsWhatItMakes) {
  Sample plan = sample();
  plan.release("site-overlay").component.source = "https://git.example.com/site.git/";
  const FileTree tree = rendered(plan);
  const Value file = yaml::parse(text(tree, "site-overlay/kustomization.yaml"), "k").to_value();
  EXPECT_EQ(*file.find("resources"), Value::list({"https://git.example.com/site.git//overlays/gpu?ref=v1.0.0"}));
  const Value& labels = file.find("labels")->items().front();
  EXPECT_EQ(labels.find("pairs")->text_or("waybill.dev/component", ""), "site-overlay");
  EXPECT_EQ(*labels.find("includeSelectors"), Value(false));
}

TEST(HelmRender, ReadmesShowNoCommandThatDoesNotExist) {
  const FileTree tree = rendered(sample());
  EXPECT_THAT(text(tree, "tuning/README.md"), AllOf(Not(HasSubstr("--repo")), Not(HasSubstr("--version")),
                                                    HasSubstr("helm uninstall tuning -n skyhook")));
  EXPECT_THAT(text(tree, "site-overlay/README.md"), Not(HasSubstr("helm upgrade")));
  EXPECT_THAT(
      text(tree, "kai-scheduler/README.md"),
      HasSubstr(
          "helm upgrade --install kai-scheduler oci://ghcr.io/nvidia/kai-scheduler/kai-scheduler --version v0.13.0"));
  EXPECT_THAT(text(tree, "README.md"), AllOf(HasSubstr("[tuning](tuning/README.md) | manifests"), HasSubstr("`git`")));
}

// A shell script reads these fields: no text may mean anything to it, whoever made the plan.
struct Hostile {
  const char* name;
  std::string ComponentRef::*field;
  const char* component;
};

TEST(HelmRender, RefusesEveryFieldThatCouldMeanSomethingToAShell) {
  const std::vector<Hostile> fields{{"namespace", &ComponentRef::name_space, "cert-manager"},
                                    {"name", &ComponentRef::name, "cert-manager"},
                                    {"source", &ComponentRef::source, "cert-manager"},
                                    {"chart", &ComponentRef::chart, "cert-manager"},
                                    {"version", &ComponentRef::version, "cert-manager"},
                                    {"source", &ComponentRef::source, "site-overlay"},
                                    {"path", &ComponentRef::path, "site-overlay"},
                                    {"tag", &ComponentRef::tag, "site-overlay"}};
  for (const Hostile& hostile : fields) {
    for (const char* attack : {"a$(touch x)", "a`touch x`", "a;touch x", "a b", "a\tb", "a\nb", "--flag", "-x", "'a",
                               "\"a", "a|b", "a&b", "a>b", "*", "..", "a\\b", "a\x01", "é"}) {
      Sample plan = sample();
      const bool is_address = hostile.field == &ComponentRef::source;
      plan.release(hostile.component).component.*hostile.field =
          (is_address ? "https://example.com/" : "") + std::string(attack);
      if (is_address && std::string_view("--flag -x").find(attack) != std::string_view::npos)
        continue;  // ordinary there
      EXPECT_THAT(refusal(plan), HasSubstr("component '")) << hostile.name << " " << attack;
    }
  }
}

TEST(HelmRender, RefusalsNameComponentAndField) {
  Sample plan = sample();
  plan.release("cert-manager").component.version = "1.0.0; rm -rf /";
  EXPECT_EQ(refusal(plan), "component 'cert-manager': version '1.0.0; rm -rf /' cannot be handed to Helm and kubectl");
  plan = sample();
  plan.entry("gpu-operator").argocd.set("namespaceLabels", Value::map({{"a b", "c"}}));
  EXPECT_THAT(refusal(plan), HasSubstr("namespace 'gpu-operator': the label 'a b'"));
  plan = sample();
  plan.entry("trainer").install_timeout = "$(x)";
  EXPECT_THAT(refusal(plan), HasSubstr("helm.timeout"));
}

TEST(HelmRender, RefusesNamesThatMeetOrAreTooLong) {
  Sample plan = sample();
  plan.release("tuning").component.name = "gpu-operator-before";
  EXPECT_THAT(refusal(plan), HasSubstr("two releases 'gpu-operator-before'"));
  plan = sample();
  plan.release("tuning").component.name = std::string(54, 'a');
  EXPECT_THAT(refusal(plan), HasSubstr("longer than 53"));
  plan = sample();
  plan.release("tuning").component.name = "attestation";
  EXPECT_THAT(refusal(plan), HasSubstr("cannot be called 'attestation'"));
}

TEST(HelmRender, TheScriptsAreTheSameInEveryBundle) {
  Sample other = sample();
  other.plan.releases.resize(1);
  const FileTree one = rendered(sample());
  const FileTree two = rendered(other);
  for (const char* name : {"deploy.sh", "undeploy.sh", "common.sh"})
    EXPECT_EQ(text(one, name), text(two, name)) << name;
}

}  // namespace
}  // namespace waybill::helm
