#include "argocd/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "core/error.h"
#include "core/yaml/reader.h"
#include "tests/unit/argocd/sample_plan.h"

namespace waybill::argocd {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Sample;
using testing::sample;

FileTree render(const Sample& sample, const RenderOptions& options = {}) {
  return argocd::render(sample.plan, sample.recipe, options);
}

Value read(const FileTree& tree, const std::string& path) {
  return yaml::parse(tree.at(RelPath::parse(path)).bytes, path).to_value();
}

Value application(const FileTree& tree, const std::string& name) { return read(tree, "apps/files/" + name + ".yaml"); }

const Value& at(const Value& value, const std::vector<std::string>& path) {
  const Value* found = value.find_path(path);
  if (found == nullptr) throw std::out_of_range(path.back());
  return *found;
}

std::string wave(const Value& application) {
  return at(application, {"metadata", "annotations", "argocd.argoproj.io/sync-wave"}).as_string();
}

std::string refusal(const Sample& sample, const RenderOptions& options = {}) {
  try {
    static_cast<void>(render(sample, options));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    return error.message();
  }
  return "rendered";
}

TEST(Render, WritesTheFilesOfABundle) {
  std::vector<std::string> paths;
  const FileTree tree = render(sample());
  for (const auto& [path, file] : tree.files()) paths.push_back(path.text());
  EXPECT_THAT(paths, ElementsAre("README.md", "apps/Chart.yaml", "apps/files/cert-manager.yaml",
                                 "apps/files/gpu-operator-manifests.yaml", "apps/files/gpu-operator.yaml",
                                 "apps/files/kai-scheduler.yaml", "apps/files/site-overlay.yaml",
                                 "apps/files/trainer-manifests.yaml", "apps/files/trainer.yaml",
                                 "apps/files/tuning-manifests.yaml", "apps/templates/all.yaml",
                                 "bootstrap/argocd-cm-patch.yaml", "bootstrap/argocd-values.yaml",
                                 "bootstrap/repositories.yaml", "manifests/gpu-operator/dcgm-exporter.yaml",
                                 "manifests/trainer/runtime.yaml", "manifests/tuning/tuning.yaml", "recipe.yaml",
                                 "values/cert-manager.yaml", "values/gpu-operator.yaml", "values/kai-scheduler.yaml",
                                 "values/site-overlay.yaml", "values/trainer.yaml", "values/tuning.yaml"));
}

TEST(Render, EqualPlansGiveEqualBytes) { EXPECT_EQ(render(sample()), render(sample())); }

TEST(Render, AChartOfAnHttpRepositoryKeepsItsAddress) {
  const Value app = application(render(sample()), "gpu-operator");
  const Value& source = at(app, {"spec", "source"});
  EXPECT_EQ(source.text_or("repoURL", ""), "https://helm.ngc.nvidia.com/nvidia");
  EXPECT_EQ(source.text_or("chart", ""), "gpu-operator");
  EXPECT_EQ(source.text_or("targetRevision", ""), "v25.10.1");
  EXPECT_EQ(at(source, {"helm", "valuesObject", "driver", "version"}), Value("580.105.08"));
}

TEST(Render, AChartOfARegistryHasNoSchemeAndItsExactVersion) {
  const Value app = application(render(sample()), "kai-scheduler");
  const Value& source = at(app, {"spec", "source"});
  EXPECT_EQ(source.text_or("repoURL", ""), "ghcr.io/nvidia/kai-scheduler");
  EXPECT_EQ(source.text_or("targetRevision", ""), "v0.13.0");
}

TEST(Render, ValuesWithNullTravelAsText) {
  const Value app = application(render(sample()), "kai-scheduler");
  const Value& helm = at(app, {"spec", "source", "helm"});
  EXPECT_EQ(helm.find("valuesObject"), nullptr);
  EXPECT_EQ(yaml::parse(helm.text_or("values", ""), "values").to_value(), Value::map({{"taken-away", nullptr}}));
}

TEST(Render, SourcesHoldNothingEmpty) {
  const FileTree tree = render(sample());
  const Value trainer = application(tree, "trainer");
  EXPECT_EQ(at(trainer, {"spec", "source", "helm"}), Value::map({{"releaseName", "trainer"}, {"skipTests", true}}));
  EXPECT_EQ(
      at(application(tree, "site-overlay"), {"spec", "source"}),
      Value::map(
          {{"repoURL", "https://git.example.com/site.git"}, {"path", "overlays/gpu"}, {"targetRevision", "v1.0.0"}}));
}

TEST(Render, ManifestsReadFromTheBundleItself) {
  EXPECT_EQ(at(application(render(sample()), "tuning-manifests"), {"spec", "source"}),
            Value::map({{"repoURL", "waybill:repo-url"},
                        {"path", "waybill:path/manifests/tuning"},
                        {"targetRevision", "waybill:revision"}}));
}

TEST(Render, WavesFollowTheDepthAndLeaveRoomForManifests) {
  const FileTree tree = render(sample());
  EXPECT_EQ(wave(application(tree, "cert-manager")), "0");
  EXPECT_EQ(wave(application(tree, "gpu-operator-manifests")), "8");
  EXPECT_EQ(wave(application(tree, "gpu-operator")), "10");
  EXPECT_EQ(wave(application(tree, "kai-scheduler")), "10");
  EXPECT_EQ(wave(application(tree, "trainer-manifests")), "15");
  EXPECT_EQ(wave(application(tree, "tuning-manifests")), "20");
}

TEST(Render, ADefinitionGoesBeforeItsChartAndAMixtureWithIt) {
  Sample changed = sample();
  const std::string crd =
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: runs.x.dev\nspec:\n  "
      "group: x.dev\n  scope: "
      "Namespaced\n  names:\n    kind: Run\n---\napiVersion: x.dev/v1\nkind: Run\nmetadata:\n  name: a\n";
  changed.release("cert-manager").manifests.add(RelPath::parse("crd.yaml"), crd);
  changed.release("gpu-operator")
      .manifests.add(RelPath::parse("custom.yaml"), "apiVersion: other.dev/v1\nkind: Other\nmetadata:\n  name: o\n");
  const FileTree tree = render(changed);
  EXPECT_EQ(wave(application(tree, "cert-manager-manifests")), "-2");
  EXPECT_EQ(wave(application(tree, "gpu-operator-manifests")), "10");
  EXPECT_THAT(at(application(tree, "gpu-operator-manifests"), {"spec", "syncPolicy", "syncOptions"}).items(),
              Contains(Value("SkipDryRunOnMissingResource=true")));
}

TEST(Render, TheRegistryDecidesWhereManifestsStand) {
  Sample changed = sample();
  changed.entry("trainer").argocd.set("manifests", "before");
  EXPECT_EQ(wave(application(render(changed), "trainer-manifests")), "8");
}

TEST(Render, HookAnnotationsAreTakenAwayAndNothingElse) {
  const FileTree tree = render(sample());
  EXPECT_EQ(read(tree, "manifests/trainer/runtime.yaml").find("metadata")->find("annotations"), nullptr);
  EXPECT_THAT(tree.at(RelPath::parse("manifests/gpu-operator/dcgm-exporter.yaml")).bytes,
              ::testing::StartsWith("# kept as it is\n"));
}

std::string object(const std::string& kind, const std::string& name, const std::string& annotations = {}) {
  return "---\napiVersion: " + std::string(kind == "Job" ? "batch/v1" : "v1") + "\nkind: " + kind +
         "\nmetadata:\n  name: " + name + "\n" + (annotations.empty() ? "" : "  annotations: {" + annotations + "}\n") +
         (kind == "Job" ? "spec:\n  ttlSecondsAfterFinished: 0\n" : "");
}

// The annotations of the objects of tuning's file, by name.
std::map<std::string, Value> annotations_of(const std::string& manifests, const RenderOptions& options = {}) {
  Sample changed = sample();
  changed.release("tuning").manifests = {};
  changed.release("tuning").manifests.add(RelPath::parse("all.yaml"), manifests);
  std::map<std::string, Value> result;
  const FileTree tree = render(changed, options);
  for (const yaml::Node& node : yaml::parse_all(tree.at(RelPath::parse("manifests/tuning/all.yaml")).bytes, "all")) {
    const Value value = node.to_value();
    const Value* annotations = value.find("metadata")->find("annotations");
    result.emplace(value.find("metadata")->text_or("name", ""), annotations == nullptr ? Value::map() : *annotations);
  }
  return result;
}

std::string wave_of(const Value& annotations) { return annotations.text_or("argocd.argoproj.io/sync-wave", "0"); }

TEST(Render, HooksBecomeWavesAroundTheOrdinaryObjects) {
  const auto found = annotations_of(
      object("Secret", "plain") + object("Secret", "late", "helm.sh/hook: post-install, helm.sh/hook-weight: '5'") +
      object("Secret", "early", "helm.sh/hook: 'pre-install, pre-upgrade'") +
      object("Secret", "last", "helm.sh/hook: post-upgrade, helm.sh/hook-weight: '50'") +
      object("Secret", "first", "helm.sh/hook: pre-install, helm.sh/hook-weight: '-100'"));
  EXPECT_EQ(wave_of(found.at("first")), "-2");
  EXPECT_EQ(wave_of(found.at("early")), "-1");
  EXPECT_EQ(wave_of(found.at("plain")), "0");
  EXPECT_EQ(wave_of(found.at("late")), "1");
  EXPECT_EQ(wave_of(found.at("last")), "2");
  for (const auto& [name, annotations] : found) EXPECT_EQ(annotations.find("helm.sh/hook"), nullptr) << name;
}

TEST(Render, HooksKeepClearOfWavesThatAreWrittenOut) {
  const auto found =
      annotations_of(object("Secret", "plain", "argocd.argoproj.io/sync-wave: '7'") +
                     object("Secret", "late", "helm.sh/hook: post-install") +
                     object("Secret", "own", "helm.sh/hook: pre-install, argocd.argoproj.io/sync-wave: '-9'") +
                     object("Secret", "early", "helm.sh/hook: pre-install"));
  EXPECT_EQ(wave_of(found.at("plain")), "7");
  EXPECT_EQ(wave_of(found.at("late")), "8");
  EXPECT_EQ(wave_of(found.at("own")), "-9");
  EXPECT_EQ(wave_of(found.at("early")), "-10");
}

TEST(Render, AJobThatWasAHookIsMadeAnewWhenItChangesAndNotWhenItIsCollected) {
  Sample changed = sample();
  changed.release("tuning").manifests.add(RelPath::parse("job.yaml"), object("Job", "j", "helm.sh/hook: pre-install"));
  const Value job = read(render(changed), "manifests/tuning/job.yaml");
  EXPECT_EQ(at(job, {"metadata", "annotations", "argocd.argoproj.io/sync-options"}), Value("Force=true,Replace=true"));
  EXPECT_EQ(at(job, {"spec"}).find("ttlSecondsAfterFinished"), nullptr);
}

TEST(Render, HooksOfARemovalStayHooksWhereArgoCdHasThem) {
  const std::string manifests =
      object("Job", "before",
             "helm.sh/hook: pre-delete, helm.sh/hook-delete-policy: 'before-hook-creation,hook-succeeded'") +
      object("Job", "after", "helm.sh/hook: post-delete, helm.sh/hook-weight: '3'");
  const auto found = annotations_of(manifests);
  EXPECT_EQ(found.at("before"),
            Value::map({{"argocd.argoproj.io/hook", "PreDelete"},
                        {"argocd.argoproj.io/hook-delete-policy", "BeforeHookCreation,HookSucceeded"}}));
  EXPECT_EQ(found.at("after"),
            Value::map({{"argocd.argoproj.io/hook", "PostDelete"}, {"argocd.argoproj.io/sync-wave", "3"}}));
  RenderOptions old;
  old.version = Version(3, 2);
  EXPECT_THROW(static_cast<void>(annotations_of(manifests, old)), Error);
}

TEST(Render, TestsAndRollbacksAreLeftOut) {
  EXPECT_EQ(annotations_of(object("Pod", "t", "helm.sh/hook: test") + object("Secret", "s") +
                           object("Job", "r", "helm.sh/hook: 'pre-rollback,post-rollback'"))
                .size(),
            1U);
}

TEST(Render, DefinitionsComeAWaveBeforeWhatElseIsThere) {
  const std::string crd =
      "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: runs.x.dev\n"
      "spec:\n  group: x.dev\n  scope: Namespaced\n  names:\n    kind: Run\n";
  EXPECT_EQ(wave_of(annotations_of(crd).at("runs.x.dev")), "0");
  const auto found =
      annotations_of(object("Secret", "early", "helm.sh/hook: pre-install") + crd + object("Secret", "s"));
  EXPECT_EQ(wave_of(found.at("runs.x.dev")), "-2");
  EXPECT_EQ(wave_of(found.at("early")), "-1");
}

TEST(Render, AfterTheInstallMeansAfterTheChart) {
  Sample changed = sample();
  changed.release("gpu-operator").manifests = {};
  changed.release("gpu-operator")
      .manifests.add(RelPath::parse("a.yaml"), object("Secret", "s", "helm.sh/hook: post-install"));
  EXPECT_EQ(wave(application(render(changed), "gpu-operator-manifests")), "15");
}

TEST(Render, HooksInsideListsAreTakenAway) {
  Sample changed = sample();
  changed.release("tuning").manifests.add(
      RelPath::parse("list.yaml"),
      "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Secret\n    metadata:\n      name: s\n"
      "      annotations: {helm.sh/hook: pre-install}\n");
  EXPECT_THAT(render(changed).at(RelPath::parse("manifests/tuning/list.yaml")).bytes, Not(HasSubstr("hook")));
}

TEST(Render, OtherHooksAreRefused) {
  for (const char* hook : {"post-instal", "crd-install", ""}) {
    Sample changed = sample();
    changed.release("tuning").manifests.add(
        RelPath::parse("hook.yaml"),
        std::string("apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n    helm.sh/hook: \"") + hook +
            "\"\n");
    EXPECT_THAT(refusal(changed), HasSubstr("cannot be the hook")) << hook;
  }
}

TEST(Render, HooksThatContradictEachOtherAndWeightsThatAreNoNumbersAreRefused) {
  for (const auto& [annotations, message] :
       {std::pair("helm.sh/hook: 'post-install,post-delete'", "cannot be the hooks"),
        std::pair("helm.sh/hook: 'pre-install,post-install'", "cannot be the hooks"),
        std::pair("helm.sh/hook: pre-install, helm.sh/hook-weight: '1.5'", "no whole number")}) {
    Sample changed = sample();
    changed.release("tuning").manifests.add(RelPath::parse("hook.yaml"), object("Secret", "s", annotations));
    EXPECT_THAT(refusal(changed), HasSubstr(message)) << annotations;
  }
}

TEST(Render, ManifestsThatArgoCdWouldNotReadAreRefused) {
  for (const char* name : {"kustomization.yaml", "Chart.yaml", "notes.txt", "sub/a.yaml"}) {
    Sample changed = sample();
    changed.release("tuning").manifests.add(RelPath::parse(name), "apiVersion: v1\nkind: Secret\n");
    EXPECT_THAT(refusal(changed), HasSubstr("would not be read")) << name;
  }
  Sample changed = sample();
  changed.release("tuning").manifests.add(RelPath::parse("a.yaml"), "a: 1\n");
  EXPECT_THAT(refusal(changed), HasSubstr("no Kubernetes object"));
}

TEST(Render, PlaceholdersInValuesAreRefusedWithTheirPlace) {
  for (const char* word : {"waybill:repo-url", "x waybill:revision", "waybill:path/x"}) {
    Sample changed = sample();
    changed.release("gpu-operator").values.set("env", Value::list({Value::map({{"value", word}})}));
    EXPECT_THAT(refusal(changed), HasSubstr("component 'gpu-operator': values.env[0].value")) << word;
  }
  Sample changed = sample();
  changed.release("gpu-operator").values.set("waybill:revision", 1);
  EXPECT_THAT(refusal(changed), HasSubstr("component 'gpu-operator': values"));
  changed = sample();
  changed.release("site-overlay").component.path = "waybill:path/x";
  EXPECT_THAT(refusal(changed), HasSubstr("component 'site-overlay': source.path"));
  changed = sample();
  changed.entry("trainer").argocd.set("ignoreDifferences",
                                      Value::list({Value::map({{"kind", "A"}, {"name", "waybill:repo-url"}})}));
  EXPECT_THAT(refusal(changed), HasSubstr("component 'trainer': argocd.ignoreDifferences[0].name"));
}

TEST(Render, RetriesWithoutEndAndRefreshesWhereArgoCdCan) {
  EXPECT_EQ(at(application(render(sample()), "trainer"), {"spec", "syncPolicy", "retry"}),
            Value::map({{"limit", -1},
                        {"refresh", true},
                        {"backoff", Value::map({{"duration", "10s"}, {"factor", 2}, {"maxDuration", "5m"}})}}));
  RenderOptions old;
  old.version = Version(3, 1);
  EXPECT_EQ(at(application(render(sample(), old), "trainer"), {"spec", "syncPolicy", "retry"}).find("refresh"),
            nullptr);
}

TEST(Render, NamespacesGetTheLabelsThatAllTheirComponentsAskFor) {
  Sample changed = sample();
  changed.release("tuning").component.name_space = "gpu-operator";
  const Value app = application(render(changed), "tuning-manifests");
  EXPECT_EQ(at(app, {"spec", "syncPolicy", "managedNamespaceMetadata", "labels"}),
            Value::map({{"pod-security.kubernetes.io/enforce", "privileged"}}));

  changed.entry("tuning").argocd =
      Value::map({{"namespaceLabels", Value::map({{"pod-security.kubernetes.io/enforce", "baseline"}})}});
  EXPECT_THAT(refusal(changed), HasSubstr("namespace 'gpu-operator'"));
}

TEST(Render, AComponentWithoutNamespaceAsksForNone) {
  Sample changed = sample();
  changed.release("tuning").component.name_space = "";
  const Value app = application(render(changed), "tuning-manifests");
  EXPECT_EQ(at(app, {"spec", "destination"}), Value::map({{"server", "https://kubernetes.default.svc"}}));
  EXPECT_EQ(at(app, {"spec", "syncPolicy", "syncOptions"}), Value::list({"ServerSideApply=true"}));
}

TEST(Render, DifferencesThatAreIgnoredAreRespectedWhileSyncing) {
  const Value app = application(render(sample()), "cert-manager");
  EXPECT_EQ(at(app, {"spec", "ignoreDifferences"}).items().size(), 1U);
  EXPECT_EQ(at(app, {"spec", "syncPolicy", "syncOptions"}),
            Value::list({"CreateNamespace=true", "ServerSideApply=true", "RespectIgnoreDifferences=true"}));
}

TEST(Render, AClusterNamesItsApplications) {
  RenderOptions options;
  options.clusters = {{"west", "https://10.0.0.1:6443"}};
  const Value app = application(render(sample(), options), "gpu-operator");
  EXPECT_EQ(at(app, {"metadata", "name"}), Value("west-gpu-operator"));
  EXPECT_EQ(at(app, {"spec", "project"}), Value("west"));
  EXPECT_EQ(at(app, {"spec", "destination", "server"}), Value("https://10.0.0.1:6443"));
  EXPECT_EQ(at(app, {"spec", "source", "helm", "releaseName"}), Value("gpu-operator"));
  EXPECT_EQ(at(app, {"metadata", "labels", "app.kubernetes.io/part-of"}), Value("west-root"));
}

TEST(Render, NamesThatKubernetesWouldRefuseAreRefused) {
  RenderOptions options;
  options.clusters = {{std::string(60, 'c'), "https://x"}};
  EXPECT_THAT(refusal(sample(), options), HasSubstr("longer than 63"));
  Sample changed = sample();
  changed.release("trainer").component.name = std::string(54, 't');
  EXPECT_THAT(refusal(changed), HasSubstr("at most 53"));
}

TEST(Render, MalformedRegistryDataIsRefused) {
  const std::vector<std::pair<const char*, Value>> cases{
      {"namespaceLabels", Value::map({{"a", true}})},
      {"namespaceLabels", Value("x")},
      {"clusterResources", Value::list({"Namespace"})},
      {"clusterResources", Value::list({Value::map({{"kind", "A"}, {"x", "y"}})})},
      {"namespaces", Value::list({1})},
      {"ignoreDifferences", Value::list({Value::map({{"group", "a"}})})},
      {"ignoreDifferences", Value::list({Value::map({{"kind", "a"}, {"jsonPointer", "b"}})})},
      {"manifests", Value("later")},
      {"namespaceLabel", Value::map()}};
  for (const auto& [field, value] : cases) {
    Sample changed = sample();
    changed.entry("trainer").argocd.set(field, value);
    EXPECT_THAT(refusal(changed), ::testing::StartsWith(std::string("component 'trainer': argocd.") + field));
  }
}

TEST(Render, RepositoriesAreListedOnceAndWithoutCredentials) {
  const FileTree tree = render(sample());
  std::vector<std::string> seen;
  for (const yaml::Node& node :
       yaml::parse_all(tree.at(RelPath::parse("bootstrap/repositories.yaml")).bytes, "repositories.yaml")) {
    const Value secret = node.to_value();
    const Value& data = at(secret, {"stringData"});
    seen.push_back(data.text_or("type", "") + " " + data.text_or("url", "") + " " + data.text_or("enableOCI", "-"));
    EXPECT_EQ(data.find("password"), nullptr);
  }
  EXPECT_THAT(seen, ElementsAre("helm https://charts.jetstack.io -", "helm https://helm.ngc.nvidia.com/nvidia -",
                                "helm ghcr.io/nvidia/kai-scheduler true", "helm ghcr.io/kubeflow/charts true",
                                "git https://git.example.com/site.git -"));
}

TEST(Render, AChartByDigestOrByChoiceIsReadNatively) {
  Sample changed = sample();
  const std::string digest = "sha256:" + std::string(64, 'b');
  changed.release("kai-scheduler").component.version = digest;
  changed.release("kai-scheduler").values = Value::map();
  changed.entry("trainer").argocd.set("source", "native");
  const FileTree tree = render(changed);
  EXPECT_EQ(at(application(tree, "kai-scheduler"), {"spec", "source"}),
            Value::map({{"repoURL", "oci://ghcr.io/nvidia/kai-scheduler/kai-scheduler"},
                        {"path", "."},
                        {"targetRevision", digest},
                        {"helm", Value::map({{"releaseName", "kai-scheduler"}, {"skipTests", true}})}}));
  EXPECT_EQ(at(application(tree, "trainer"), {"spec", "source", "repoURL"}),
            Value("oci://ghcr.io/kubeflow/charts/trainer"));
  EXPECT_THAT(tree.at(RelPath::parse("bootstrap/repositories.yaml")).bytes,
              HasSubstr("type: oci\n  url: oci://ghcr.io/kubeflow/charts/trainer"));
  changed.entry("gpu-operator").argocd.set("source", "native");
  EXPECT_THAT(refusal(changed), HasSubstr("only a chart in an OCI registry"));
}

TEST(Render, LinksAndDigestsAreShown) {
  Sample changed = sample();
  changed.entry("gpu-operator").argocd.set("links", Value::map({{"docs", "https://docs.nvidia.com/"}}));
  const Value app = application(render(changed), "gpu-operator");
  const Value& annotations = at(app, {"metadata", "annotations"});
  EXPECT_EQ(annotations.text_or("link.argocd.argoproj.io/docs", ""), "https://docs.nvidia.com/");
  EXPECT_EQ(annotations.text_or("link.argocd.argoproj.io/source", ""), "https://helm.ngc.nvidia.com/nvidia");
  const std::string digest = waybill::digest(changed.recipe).to_string();
  EXPECT_EQ(at(app, {"metadata", "labels", "waybill.dev/recipe"}), Value(digest.substr(7, 12)));
  EXPECT_EQ(at(app, {"spec", "info"}).items().front().text_or("value", ""), digest);
  for (const char* address : {"http://x", "javascript:alert(1)", "https://x\"y"}) {
    changed.entry("gpu-operator").argocd.set("links", Value::map({{"docs", address}}));
    EXPECT_THAT(refusal(changed), HasSubstr("no https:// address")) << address;
  }
}

TEST(Render, SeveralClustersShareTheirManifests) {
  RenderOptions options;
  options.clusters = {{"east", ""}, {"west", "https://10.0.0.1:6443"}};
  const FileTree tree = render(sample(), options);
  EXPECT_FALSE(tree.contains(RelPath::parse("apps/Chart.yaml")));
  EXPECT_TRUE(tree.contains(RelPath::parse("clusters/west/apps/templates/all.yaml")));
  EXPECT_TRUE(tree.contains(RelPath::parse("manifests/tuning/tuning.yaml")));
  const Value east = read(tree, "clusters/east/apps/files/tuning-manifests.yaml");
  EXPECT_EQ(at(east, {"metadata", "name"}), Value("east-tuning-manifests"));
  EXPECT_EQ(at(east, {"spec", "destination"}), Value::map({{"name", "east"}, {"namespace", "skyhook"}}));
  EXPECT_EQ(at(east, {"spec", "source", "path"}), Value("waybill:path/manifests/tuning"));
  const Value west = read(tree, "clusters/west/apps/files/gpu-operator.yaml");
  EXPECT_EQ(at(west, {"spec", "destination", "server"}), Value("https://10.0.0.1:6443"));
}

TEST(Render, ClustersWhoseNamesCollideAreRefused) {
  RenderOptions options;
  options.clusters = {{"a", ""}, {"a", ""}};
  EXPECT_THAT(refusal(sample(), options), HasSubstr("would have the name"));
  options.clusters = {{"a", ""}, {"a-root", ""}};
  EXPECT_THAT(refusal(sample(), options), HasSubstr("would have the name"));
  Sample changed = sample();
  changed.release("tuning").component.name = "b-trainer";
  changed.entry("tuning").name = "b-trainer";
  options.clusters = {{"a", ""}, {"a-b", ""}};
  EXPECT_THAT(refusal(changed, options), HasSubstr("'a-b-trainer-manifests'"));
}

TEST(ParseCluster, ReadsNameAndAddress) {
  EXPECT_EQ(parse_cluster("west-1").name, "west-1");
  EXPECT_EQ(parse_cluster("west-1").server, "");
  EXPECT_EQ(parse_cluster("w=https://10.0.0.1:6443").server, "https://10.0.0.1:6443");
  for (const char* text : {"", "=https://x", "West", "-a", "a-", "a_b", "a=", "a=10.0.0.1", "a=https://",
                           "a=https://x y", "a=https://u@x", "a=https://{{x}}", "a=https://waybill:revision"})
    EXPECT_THROW(static_cast<void>(parse_cluster(text)), Error) << text;
}

TEST(Render, RollingSyncMakesOneApplicationSetWithAStepForEachWave) {
  RenderOptions options;
  options.ordering = Ordering::RollingSync;
  Sample changed = sample();
  changed.release("cert-manager").values.set("note", "{{ not a template }}");
  const FileTree tree = render(changed, options);
  std::vector<std::string> files;
  for (const auto& [path, file] : tree.files()) {
    if (path.text().starts_with("apps/files/")) files.push_back(path.text());
  }
  EXPECT_THAT(files, ElementsAre("apps/files/applicationset.yaml"));
  const Value set = read(tree, files.front());
  const auto& steps = at(set, {"spec", "strategy", "rollingSync", "steps"}).items();
  EXPECT_EQ(steps.size(), 5U);  // waves 0, 8, 10, 15, 20
  EXPECT_EQ(at(set, {"spec", "strategy", "deletionOrder"}), Value("Reverse"));
  const auto& elements = at(at(set, {"spec", "generators"}).items().front(), {"list", "elements"}).items();
  EXPECT_EQ(elements.size(), 8U);
  EXPECT_EQ(elements.front().text_or("name", ""), "cert-manager");
  EXPECT_EQ(at(elements.front(), {"metadata", "labels", "waybill.dev/step"}), Value("0"));
  EXPECT_EQ(at(elements.front(), {"spec", "source", "helm", "valuesObject", "note"}), Value("{{ not a template }}"));
  options.version = Version(3, 1);
  EXPECT_EQ(read(render(changed, options), files.front()).find("spec")->find("strategy")->find("deletionOrder"),
            nullptr);
}

std::string readme(const Sample& sample, const RenderOptions& options = {}) {
  return render(sample, options).at(RelPath::parse("README.md")).bytes;
}

TEST(Readme, PromisesAnOrderOfRemovalOnlyWhereArgoCdKeepsIt) {
  const auto promise = HasSubstr("removes the components in reverse order");
  RenderOptions options;
  options.version = Version(3, 1);
  EXPECT_THAT(readme(sample(), options), promise);
  options.ordering = Ordering::RollingSync;
  EXPECT_THAT(readme(sample(), options), ::testing::AllOf(Not(promise), HasSubstr("all at once")));
  options.version = Version(3, 2);
  EXPECT_THAT(readme(sample(), options), ::testing::AllOf(promise, Not(HasSubstr("all at once"))));
}

TEST(Readme, NamesTheCatalogueAsFarAsTheRecipeDoes) {
  Sample changed = sample();
  EXPECT_THAT(readme(changed), HasSubstr(", from the catalogue v0.11.1 (`sha256:aaaa"));
  changed.recipe.catalogue.version.clear();
  EXPECT_THAT(readme(changed), HasSubstr(", from the catalogue without a version (`sha256:aaaa"));
  changed.recipe.catalogue.digest.clear();
  EXPECT_THAT(readme(changed), Not(HasSubstr("from the catalogue")));
}

TEST(ArgoVersion, IsReadWithOrWithoutPatch) {
  EXPECT_EQ(Version::parse("3.5"), Version(3, 5));
  EXPECT_EQ(Version::parse("v3.6.1"), Version(3, 6));
  EXPECT_TRUE(Version(3, 2).has_retry_refresh());
  EXPECT_FALSE(Version(3, 1).has_retry_refresh());
  for (const char* text : {"", "3", "latest", "2.14", "3.0.9", "3.5.", "-3.5"})
    EXPECT_THROW(static_cast<void>(Version::parse(text)), Error) << text;
}

}  // namespace
}  // namespace waybill::argocd
