#include "flux/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/yaml/reader.h"
#include "tests/unit/argocd/sample_plan.h"

namespace waybill::flux {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::sample;
using testing::Sample;

FileTree rendered(const Sample& plan) { return render(plan.plan, plan.recipe); }

Value read(const FileTree& tree, const std::string& path) {
  return yaml::parse(tree.at(RelPath::parse(path)).bytes, path).to_value();
}

const Value& at(const Value& value, const std::vector<std::string>& path) {
  const Value* found = value.find_path(path);
  if (found == nullptr) throw std::out_of_range(path.back());
  return *found;
}

Value step(const FileTree& tree, const std::string& name) {
  return at(read(tree, "flux/kustomizations/" + name + ".yaml"), {"spec"});
}

std::vector<std::string> waits(const FileTree& tree, const std::string& name) {
  std::vector<std::string> names;
  const Value spec = step(tree, name);
  for (const Value& dependency : at(spec, {"dependsOn"}).items()) names.push_back(dependency.text_or("name", ""));
  return names;
}

std::vector<std::string> texts(const Value& list) {
  std::vector<std::string> result;
  for (const Value& item : list.items()) result.push_back(item.as_string());
  return result;
}

std::string refusal(const Sample& plan) {
  try {
    static_cast<void>(rendered(plan));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    return error.message();
  }
  return "nothing was refused";
}

constexpr const char* kConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n";
constexpr const char* kJob =
    "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: job\n  annotations:\n    helm.sh/hook: pre-install\n"
    "    helm.sh/hook-weight: \"5\"\nspec:\n  ttlSecondsAfterFinished: 5\n";
constexpr const char* kWidget =
    "apiVersion: widgets.example.com/v1\nkind: Widget\nmetadata:\n  name: w\n  namespace: elsewhere\n";

TEST(Render, EveryComponentWaitsForWhatThePlanSays) {
  const FileTree tree = rendered(sample());
  EXPECT_THAT(waits(tree, "cert-manager"), ElementsAre("waybill-root"));
  EXPECT_THAT(waits(tree, "kai-scheduler"), ElementsAre("cert-manager"));
  EXPECT_THAT(waits(tree, "gpu-operator-before"), ElementsAre("cert-manager"));
  EXPECT_THAT(waits(tree, "gpu-operator"), ElementsAre("gpu-operator-before"));
  EXPECT_THAT(waits(tree, "trainer"), ElementsAre("cert-manager"));
  EXPECT_THAT(waits(tree, "trainer-after"), ElementsAre("trainer"));
  EXPECT_THAT(waits(tree, "tuning"), ElementsAre("gpu-operator"));
}

TEST(Render, AStepAppliesItsFolderAndIsReadyWhenAllInItIs) {
  const FileTree tree = rendered(sample());
  const Value spec = step(tree, "gpu-operator");
  EXPECT_EQ(spec.text_or("path", ""), "./${waybill_path}components/gpu-operator");
  EXPECT_EQ(at(spec, {"sourceRef"}), Value::map({{"kind", "OCIRepository"}, {"name", "waybill"}}));
  EXPECT_EQ(at(spec, {"wait"}), Value(true));
  EXPECT_EQ(at(spec, {"prune"}), Value(true));
  EXPECT_EQ(spec.find("postBuild"), nullptr);  // nothing of a component is substituted
  EXPECT_EQ(spec.text_or("deletionPolicy", ""), "WaitForTermination");
}

TEST(Render, EveryListNamesTheFilesOfItsFolder) {
  const FileTree tree = rendered(sample());
  std::map<std::string, std::vector<std::string>> lists;
  for (const auto& [path, file] : tree.files()) {
    if (path.file_name() == "kustomization.yaml")
      lists[std::string(path.parent())] = texts(at(read(tree, path.text()), {"resources"}));
  }
  EXPECT_EQ(lists.size(), 9U);
  for (auto& [folder, names] : lists) {
    std::vector<std::string> there;
    for (const auto& [path, file] : tree.files()) {
      if (path.text().starts_with(folder + "/") && path.file_name() != "kustomization.yaml")
        there.push_back(path.text().substr(folder.size() + 1));
    }
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, there) << folder;
  }
}

TEST(Render, AChartOfARepositoryIsARelease) {
  const FileTree tree = rendered(sample());
  const Value release = read(tree, "components/gpu-operator/release.yaml");
  EXPECT_EQ(at(release, {"metadata", "namespace"}), Value("flux-system"));
  const Value& spec = at(release, {"spec"});
  EXPECT_EQ(spec.text_or("releaseName", ""), "gpu-operator");
  EXPECT_EQ(spec.text_or("targetNamespace", ""), "gpu-operator");
  EXPECT_EQ(spec.text_or("storageNamespace", ""), "gpu-operator");
  EXPECT_EQ(at(spec, {"chart", "spec", "version"}), Value("v25.10.1"));
  EXPECT_EQ(at(spec, {"chart", "spec", "sourceRef"}),
            Value::map({{"kind", "HelmRepository"}, {"name", "gpu-operator"}}));
  for (const char* action : {"install", "upgrade"}) {
    EXPECT_EQ(at(spec, {action, "crds"}), Value("CreateReplace")) << action;
    EXPECT_EQ(at(spec, {action, "strategy", "name"}), Value("RetryOnFailure")) << action;
  }
  EXPECT_EQ(at(spec, {"values", "driver", "version"}), Value("580.105.08"));
  EXPECT_EQ(at(read(tree, "components/gpu-operator/source.yaml"), {"spec", "url"}),
            Value("https://helm.ngc.nvidia.com/nvidia"));
}

// What a release names changes with what it is, or Flux would take the old release for ready.
TEST(Render, AChartOfARegistryIsNamedByWhatItIs) {
  Sample plan = sample();
  const auto source_of = [](const Sample& of) { return read(rendered(of), "components/kai-scheduler/source.yaml"); };
  const Value source = source_of(plan);
  EXPECT_EQ(source.text_or("kind", ""), "OCIRepository");
  EXPECT_EQ(at(source, {"spec", "url"}), Value("oci://ghcr.io/nvidia/kai-scheduler/kai-scheduler"));
  EXPECT_EQ(at(source, {"spec", "ref"}), Value::map({{"tag", "v0.13.0"}}));
  EXPECT_EQ(at(source, {"spec", "layerSelector", "operation"}), Value("copy"));
  const std::string name = at(source, {"metadata", "name"}).as_string();
  EXPECT_THAT(name, ::testing::StartsWith("kai-scheduler-"));
  EXPECT_EQ(at(read(rendered(plan), "components/kai-scheduler/release.yaml"), {"spec", "chartRef"}),
            Value::map({{"kind", "OCIRepository"}, {"name", name}}));

  plan.release("kai-scheduler").component.version = "1.2.3+build";
  EXPECT_EQ(at(source_of(plan), {"spec", "ref"}), Value::map({{"tag", "1.2.3_build"}}));
  EXPECT_NE(at(source_of(plan), {"metadata", "name"}), Value(name));
  const std::string digest = "sha256:" + std::string(64, 'b');
  plan.release("kai-scheduler").component.version = digest;
  EXPECT_EQ(at(source_of(plan), {"spec", "ref"}), Value::map({{"digest", digest}}));
  EXPECT_EQ(at(source_of(plan), {"spec"}).find("insecure"), nullptr);
  plan.release("kai-scheduler").component.source = "oci://127.0.0.1:5000/charts";
  EXPECT_EQ(at(source_of(plan), {"spec", "insecure"}), Value(true));

  plan.release("gpu-operator").component.version = digest;
  EXPECT_THAT(refusal(plan), HasSubstr("only a chart in an OCI registry has a digest"));
}

TEST(Render, ValuesWithANullAreText) {
  const FileTree tree = rendered(sample());
  const Value values = read(tree, "components/kai-scheduler/values.yaml");
  EXPECT_EQ(at(values, {"data"}), Value::map({{"values.yaml", "taken-away: null\n"}}));
  const Value release = read(tree, "components/kai-scheduler/release.yaml");
  EXPECT_EQ(at(release, {"spec"}).find("values"), nullptr);
  EXPECT_EQ(at(release, {"spec", "valuesFrom"}).items().front(),
            Value::map({{"kind", "ConfigMap"}, {"name", at(values, {"metadata", "name"})}}));
}

TEST(Render, CustomResourcesThatFluxCannotJudgeHaveAnExpression) {
  const FileTree tree = rendered(sample());
  const Value release = read(tree, "components/gpu-operator/release.yaml");
  const auto& of_chart = at(release, {"spec", "healthCheckExprs"}).items();
  ASSERT_EQ(of_chart.size(), 1U);
  EXPECT_EQ(of_chart.front().text_or("kind", ""), "ClusterPolicy");
  EXPECT_EQ(of_chart.front().text_or("current", ""), "has(status.state) && status.state == 'ready'");
  EXPECT_EQ(at(step(tree, "tuning"), {"healthCheckExprs"}).items().front().text_or("kind", ""), "Skyhook");
  EXPECT_EQ(step(tree, "gpu-operator").find("healthCheckExprs"), nullptr);
  // What a chart creates is not known without its entry in the registry.
  Sample plan = sample();
  plan.entry("kai-scheduler").argocd = Value();
  EXPECT_GT(
      at(read(rendered(plan), "components/kai-scheduler/release.yaml"), {"spec", "healthCheckExprs"}).items().size(),
      20U);
}

TEST(Render, DriftThatOthersCauseIsLeftAlone) {
  Sample plan = sample();
  plan.entry("gpu-operator")
      .argocd.set("ignoreDifferences",
                  Value::list({Value::map({{"group", "nvidia.com"},
                                           {"kind", "ClusterPolicy"},
                                           {"jqPathExpressions", Value::list({".spec.cdi.default"})}}),
                               Value::map({{"group", "*"},
                                           {"kind", "Secret"},
                                           {"name", "a*b"},
                                           {"jsonPointers", Value::list({"/data/ca.crt"})}})}));
  const auto rules = [&](const std::string& component) {
    return at(read(rendered(plan), "components/" + component + "/release.yaml"), {"spec", "driftDetection", "ignore"});
  };
  EXPECT_EQ(rules("gpu-operator").items()[0],
            Value::map({{"paths", Value::list({"/spec/cdi/default"})},
                        {"target", Value::map({{"group", "nvidia\\.com"}, {"kind", "ClusterPolicy"}})}}));
  EXPECT_EQ(rules("gpu-operator").items()[1],
            Value::map({{"paths", Value::list({"/data/ca.crt"})},
                        {"target", Value::map({{"kind", "Secret"}, {"name", "a.*b"}})}}));
  // A path that is no JSON pointer: the object as a whole.
  EXPECT_THAT(texts(*rules("cert-manager").items()[0].find("paths")), ElementsAre(""));
}

TEST(Render, NamespacesAreTheRootsAndStay) {
  Sample plan = sample();
  plan.release("tuning").component.name_space = "kube-system";
  const FileTree tree = rendered(plan);
  const Value labelled = read(tree, "flux/namespaces/gpu-operator.yaml");
  EXPECT_EQ(at(labelled, {"metadata", "labels", "pod-security.kubernetes.io/enforce"}), Value("privileged"));
  for (const char* what : {"prune", "substitute"}) {
    EXPECT_EQ(at(labelled, {"metadata", "annotations", std::string("kustomize.toolkit.fluxcd.io/") + what}),
              Value("disabled"));
  }
  EXPECT_TRUE(tree.contains(RelPath::parse("flux/namespaces/cert-manager.yaml")));
  EXPECT_FALSE(tree.contains(RelPath::parse("flux/namespaces/kube-system.yaml")));
  plan.entry("tuning").argocd = Value::map({{"namespaceLabels", Value::map({{"a", "b"}})}});
  EXPECT_TRUE(rendered(plan).contains(RelPath::parse("flux/namespaces/kube-system.yaml")));
}

TEST(Render, AnotherRepositorysFolderWaitsForTheStepThatFetchesIt) {
  Sample plan = sample();
  plan.release("tuning").depends_on = {"site-overlay"};
  const FileTree tree = rendered(plan);
  EXPECT_THAT(waits(tree, "site-overlay-source"), ElementsAre("gpu-operator"));
  EXPECT_THAT(waits(tree, "site-overlay"), ElementsAre("site-overlay-source"));
  // Flux compares revisions only within one source: whoever waits, waits for both.
  EXPECT_THAT(waits(tree, "tuning"), ElementsAre("site-overlay-source", "site-overlay"));
  const Value source = read(tree, "components/site-overlay-source/source.yaml");
  EXPECT_EQ(at(source, {"spec", "ref"}), Value::map({{"tag", "v1.0.0"}}));
  const Value spec = step(tree, "site-overlay");
  EXPECT_EQ(at(spec, {"sourceRef"}),
            Value::map({{"kind", "GitRepository"}, {"name", at(source, {"metadata", "name"})}}));
  EXPECT_EQ(spec.text_or("path", ""), "overlays/gpu");
  EXPECT_EQ(spec.text_or("targetNamespace", ""), "site");
  const Value whole = read(tree, "flux/kustomizations/site-overlay.yaml");
  EXPECT_EQ(at(whole, {"metadata", "annotations"}),
            Value::map({{"kustomize.toolkit.fluxcd.io/substitute", "disabled"}}));
  EXPECT_EQ(at(whole, {"metadata", "labels"}).find("waybill.dev/source"), nullptr);

  plan.release("site-overlay").component.tag = std::string(40, 'a');
  EXPECT_EQ(at(read(rendered(plan), "components/site-overlay-source/source.yaml"), {"spec", "ref"}),
            Value::map({{"commit", std::string(40, 'a')}}));
  plan.release("site-overlay").component.source = "git@git.example.com:team/site.git";
  const Value over_ssh = read(rendered(plan), "components/site-overlay-source/source.yaml");
  EXPECT_EQ(at(over_ssh, {"spec", "url"}), Value("ssh://git@git.example.com/team/site.git"));
  EXPECT_EQ(at(over_ssh, {"spec", "secretRef"}), Value::map({{"name", "waybill-ssh"}}));
  plan.release("site-overlay").component.source = "file:///srv/site.git";
  EXPECT_THAT(refusal(plan), HasSubstr("Flux cannot read a git repository at 'file:///srv/site.git'"));
}

TEST(Render, ManifestsAreSplitAroundTheChart) {
  Sample plan = sample();
  FileTree& manifests = plan.release("gpu-operator").manifests;
  manifests.add(RelPath::parse("mixed.yaml"), std::string(kConfigMap) + "---\n" + kWidget);
  manifests.add(RelPath::parse("job.yaml"), kJob);
  const FileTree tree = rendered(plan);
  EXPECT_THAT(waits(tree, "gpu-operator-before-1"), ElementsAre("cert-manager"));
  EXPECT_THAT(waits(tree, "gpu-operator-before-2"), ElementsAre("gpu-operator-before-1"));
  EXPECT_THAT(waits(tree, "gpu-operator"), ElementsAre("gpu-operator-before-2"));
  EXPECT_THAT(waits(tree, "gpu-operator-after"), ElementsAre("gpu-operator"));
  EXPECT_THAT(waits(tree, "tuning"), ElementsAre("gpu-operator-after"));
  // The job is made anew when it changes, and not again when it is done.
  const Value job = read(tree, "manifests/gpu-operator-before-1/job.yaml");
  EXPECT_EQ(at(job, {"metadata", "annotations"}), Value::map({{"kustomize.toolkit.fluxcd.io/force", "enabled"}}));
  EXPECT_EQ(at(job, {"spec"}).find("ttlSecondsAfterFinished"), nullptr);
  EXPECT_EQ(at(job, {"metadata", "namespace"}), Value("gpu-operator"));
  EXPECT_EQ(at(read(tree, "manifests/gpu-operator-before-2/mixed.yaml"), {"metadata", "namespace"}),
            Value("gpu-operator"));
  EXPECT_EQ(at(read(tree, "manifests/gpu-operator-after/mixed.yaml"), {"metadata", "namespace"}), Value("elsewhere"));
  // What needs no change keeps its bytes.
  EXPECT_THAT(tree.at(RelPath::parse("manifests/gpu-operator-before-2/dcgm-exporter.yaml")).bytes,
              ::testing::StartsWith("# kept as it is\n"));
}

TEST(Render, TheRegistryMayPlaceManifestsOtherwise) {
  Sample plan = sample();
  plan.release("gpu-operator").manifests.add(RelPath::parse("widget.yaml"), kWidget);
  plan.entry("gpu-operator").argocd.set("manifests", "with");
  const FileTree beside = rendered(plan);
  EXPECT_THAT(waits(beside, "gpu-operator"), ElementsAre("cert-manager"));
  EXPECT_THAT(waits(beside, "gpu-operator-beside"), ElementsAre("cert-manager"));
  EXPECT_THAT(waits(beside, "tuning"), ElementsAre("gpu-operator-beside", "gpu-operator"));
  plan.entry("gpu-operator").argocd.set("manifests", "after");
  EXPECT_THAT(waits(rendered(plan), "gpu-operator-after"), ElementsAre("gpu-operator"));
  plan.entry("gpu-operator").argocd.set("manifests", "before");
  EXPECT_THAT(waits(rendered(plan), "gpu-operator"), ElementsAre("gpu-operator-before"));
  // Beside another repository's folder too.
  plan.release("site-overlay").manifests.add(RelPath::parse("widget.yaml"), kWidget);
  plan.entry("site-overlay").argocd = Value::map({{"manifests", "with"}});
  const FileTree overlay = rendered(plan);
  EXPECT_THAT(waits(overlay, "site-overlay-beside"), ElementsAre("site-overlay-source"));
  EXPECT_THAT(waits(overlay, "site-overlay"), ElementsAre("site-overlay-source"));
}

TEST(Render, ManifestsAloneKeepTheOrderOfTheirHooks) {
  Sample plan = sample();
  FileTree& manifests = plan.release("tuning").manifests;
  manifests.add(RelPath::parse("job.yaml"), kJob);
  std::string later = kJob;
  later.replace(later.find("pre-install"), 11, "post-install");
  manifests.add(RelPath::parse("later.yaml"), later);
  const FileTree tree = rendered(plan);
  EXPECT_THAT(waits(tree, "tuning-before"), ElementsAre("gpu-operator"));
  EXPECT_THAT(waits(tree, "tuning"), ElementsAre("tuning-before"));
  EXPECT_THAT(waits(tree, "tuning-after"), ElementsAre("tuning"));
  // Hooks alone: the last of them is the component.
  manifests = FileTree();
  manifests.add(RelPath::parse("job.yaml"), kJob);
  EXPECT_THAT(waits(rendered(plan), "tuning"), ElementsAre("gpu-operator"));
}

TEST(Render, AKindThatTheRegistryKnowsToHaveNoNamespaceGetsNone) {
  Sample plan = sample();
  const std::string path = "manifests/trainer-after/runtime.yaml";
  EXPECT_EQ(at(read(rendered(plan), path), {"metadata", "namespace"}), Value("kubeflow"));
  plan.entry("trainer").argocd = Value::map(
      {{"clusterResources", Value::list({testing::group_kind("trainer.kubeflow.org", "ClusterTrainingRuntime")})}});
  EXPECT_EQ(at(read(rendered(plan), path), {"metadata"}).find("namespace"), nullptr);
}

TEST(Render, WhatFluxCannotDoIsRefused) {
  const auto with_manifest = [](const std::string& name, const std::string& text) {
    Sample plan = sample();
    plan.release("gpu-operator").manifests.add(RelPath::parse(name), text);
    return refusal(plan);
  };
  std::string removal = kJob;
  removal.replace(removal.find("pre-install"), 11, "pre-delete");
  EXPECT_THAT(with_manifest("a.yaml", removal), HasSubstr("Flux runs nothing when a manifest is removed"));
  EXPECT_THAT(with_manifest("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  generateName: a-\n"),
              HasSubstr("no metadata.name"));
  EXPECT_THAT(with_manifest("cloudbuild.yaml", kConfigMap), HasSubstr("does not fetch files"));
  EXPECT_THAT(with_manifest(".hidden.yaml", kConfigMap), HasSubstr("does not fetch files"));
  EXPECT_THAT(with_manifest("kustomization.yaml", kConfigMap), HasSubstr("would not be read as one"));

  Sample plan = sample();
  plan.release("kai-scheduler").component.name_space = "";
  EXPECT_THAT(refusal(plan), HasSubstr("component 'kai-scheduler' has no namespace"));
  plan = sample();
  plan.release("tuning").component.name = "gpu-operator-before";
  EXPECT_THAT(refusal(plan), HasSubstr("two Kustomizations would have the name 'gpu-operator-before'"));
  plan = sample();
  plan.release("kai-scheduler").component.name = std::string(54, 'k');
  EXPECT_THAT(refusal(plan), HasSubstr("at most 53 characters"));
  plan = sample();
  plan.release("tuning").component.name = std::string(64, 't');
  EXPECT_THAT(refusal(plan), HasSubstr("longer than 63 characters"));
}

TEST(Render, TheReadmeRemovesInReverseOrder) {
  const FileTree tree = rendered(sample());
  const std::string readme = tree.at(RelPath::parse("README.md")).bytes;
  const std::size_t last = readme.find("delete kustomization site-overlay\n");
  const std::size_t middle = readme.find("delete kustomization gpu-operator trainer-after\n");
  const std::size_t first = readme.find("delete kustomization cert-manager\n");
  EXPECT_LT(last, middle);
  EXPECT_LT(middle, first);
  EXPECT_NE(first, std::string::npos);
}

}  // namespace
}  // namespace waybill::flux
