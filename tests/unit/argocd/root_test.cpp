#include "argocd/root.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "argocd/render.h"
#include "core/error.h"
#include "core/yaml/reader.h"
#include "tests/unit/argocd/sample_plan.h"

namespace waybill::argocd {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::sample;

const Place kGit{.repo_url = "https://git.example.com/fleet.git", .path = "clusters/x/bundle", .revision = "main"};
const Place kRegistry{.repo_url = "oci://registry.example.com/gpu/bundle", .path = "", .revision = "sha256:0123"};

FileTree bundle(const RenderOptions& options = {}) {
  const testing::Sample plan = sample();
  return seal(render(plan.plan, plan.recipe, options), sample_info(plan)).tree;
}

std::vector<Value> documents(const Place& place, const FileTree& tree = bundle()) {
  std::vector<Value> result;
  for (const yaml::Node& node : yaml::parse_all(root_document(tree, place), "root.yaml"))
    result.push_back(node.to_value());
  return result;
}

const Value& at(const Value& value, const std::vector<std::string>& path) {
  const Value* found = value.find_path(path);
  if (found == nullptr) throw std::out_of_range(path.back());
  return *found;
}

TEST(Root, HoldsTwoProjectsAndTheApplication) {
  const std::vector<Value> all = documents(kGit);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(at(all[0], {"metadata", "name"}), Value("waybill"));
  EXPECT_EQ(at(all[1], {"metadata", "name"}), Value("waybill-root"));
  EXPECT_EQ(at(all[2], {"metadata", "name"}), Value("waybill-root"));
  EXPECT_EQ(at(all[2], {"spec", "project"}), Value("waybill-root"));
}

TEST(Root, ReadsTheChartBelowTheBundlesFolderInGit) {
  const Value root = documents(kGit)[2];
  const Value& source = at(root, {"spec", "source"});
  EXPECT_EQ(source.text_or("path", ""), "clusters/x/bundle/apps");
  EXPECT_EQ(source.text_or("targetRevision", ""), "main");
  EXPECT_EQ(at(source, {"helm", "valuesObject"}), Value::map({{"path", "clusters/x/bundle/"}}));
  EXPECT_EQ(at(source, {"helm", "parameters"}).items()[1],
            Value::map({{"name", "revision"}, {"value", "$ARGOCD_APP_REVISION"}, {"forceString", true}}));
}

TEST(Root, ReadsTheChartAtTheTopOfAnArtifact) {
  const Value root = documents(kRegistry)[2];
  const Value& source = at(root, {"spec", "source"});
  EXPECT_EQ(source.text_or("repoURL", ""), "oci://registry.example.com/gpu/bundle");
  EXPECT_EQ(source.text_or("path", ""), "apps");
  EXPECT_EQ(at(source, {"helm", "valuesObject"}), Value::map({{"path", ""}}));
}

TEST(Root, TheProjectNamesEverySourceOnce) {
  const Value project = documents(kGit)[0];
  EXPECT_EQ(at(project, {"spec", "sourceRepos"}),
            Value::list({"ghcr.io/kubeflow/charts", "ghcr.io/nvidia/kai-scheduler", "https://charts.jetstack.io",
                         "https://git.example.com/fleet.git", "https://git.example.com/site.git",
                         "https://helm.ngc.nvidia.com/nvidia"}));
}

TEST(Root, TheProjectAllowsEverythingOnlyForComponentsNobodyDescribed) {
  const Value open = documents(kGit)[0];
  EXPECT_EQ(at(open, {"spec", "clusterResourceWhitelist"}), Value::list({Value::map({{"group", "*"}, {"kind", "*"}})}));

  EXPECT_EQ(at(open, {"spec", "destinations"}),
            Value::list({Value::map({{"server", "https://kubernetes.default.svc"}, {"namespace", "!argocd"}}),
                         Value::map({{"server", "https://kubernetes.default.svc"}, {"namespace", "*"}})}));

  testing::Sample described = sample();
  described.entry("site-overlay").argocd = Value::map({{"clusterResources", Value::list()}});
  const FileTree tree = render(described.plan, described.recipe);
  const Value exact = documents(kGit, tree)[0];
  EXPECT_EQ(
      at(exact, {"spec", "clusterResourceWhitelist"}),
      Value::list({testing::group_kind("", "Namespace"),
                   testing::group_kind("apiextensions.k8s.io", "CustomResourceDefinition"),
                   testing::group_kind("kai.scheduler", "Config"), testing::group_kind("nvidia.com", "ClusterPolicy"),
                   testing::group_kind("skyhook.nvidia.com", "Skyhook"),
                   testing::group_kind("trainer.kubeflow.org", "ClusterTrainingRuntime")}));
  EXPECT_THAT(
      at(exact, {"spec", "destinations"}).items(),
      Contains(Value::map({{"server", "https://kubernetes.default.svc"}, {"namespace", "kai-resource-reservation"}})));
  EXPECT_THAT(at(exact, {"spec", "destinations"}).items(),
              Not(Contains(Value::map({{"server", "https://kubernetes.default.svc"}, {"namespace", "*"}}))));
}

TEST(Root, OnlyTheRootsProjectReachesArgoCdsNamespace) {
  const std::vector<Value> all = documents(kGit);
  EXPECT_EQ(at(all[1], {"spec", "destinations"}),
            Value::list({Value::map({{"server", "https://kubernetes.default.svc"}, {"namespace", "argocd"}})}));
  EXPECT_EQ(at(all[1], {"spec", "namespaceResourceWhitelist"}),
            Value::list({testing::group_kind("argoproj.io", "Application")}));
  EXPECT_EQ(all[1].find("spec")->find("clusterResourceWhitelist"), nullptr);
}

TEST(Root, AClustersBundleHasItsOwnNames) {
  RenderOptions options;
  options.clusters = {{"west", std::string(kInCluster)}};
  options.name_space = "gitops";
  const std::vector<Value> all = documents(kGit, bundle(options));
  EXPECT_EQ(at(all[0], {"metadata", "name"}), Value("west"));
  EXPECT_EQ(at(all[2], {"metadata", "name"}), Value("west-root"));
  EXPECT_EQ(at(all[2], {"metadata", "namespace"}), Value("gitops"));
}

TEST(Root, IsWrittenForTheReleaseOfItsApplications) {
  RenderOptions old;
  old.version = Version(3, 1);
  EXPECT_EQ(at(documents(kGit, bundle(old))[2], {"spec", "syncPolicy", "retry"}).find("refresh"), nullptr);
  EXPECT_NE(at(documents(kGit)[2], {"spec", "syncPolicy", "retry"}).find("refresh"), nullptr);
}

TEST(Root, AppliesNothingThatOthersWroteIntoItsApplications) {
  const Value policy = at(documents(kGit)[2], {"spec", "syncPolicy"});
  EXPECT_EQ(at(policy, {"syncOptions"}), Value::list({"ServerSideApply=true"}));
}

TEST(Root, PlacesThatCannotBeWrittenSafelyAreRefused) {
  const FileTree tree = bundle();
  for (const Place& place : std::vector<Place>{{"", "", "main"},
                                               {"https://g.example/x", "", ""},
                                               {"https://g.example/x y", "", "main"},
                                               {"https://g.example/x", "", "ma\nin"},
                                               {"https://g.example/\"x", "", "main"},
                                               {"https://g.example/$ARGOCD_APP_NAME", "", "main"},
                                               {"https://user:word@g.example/x", "", "main"},
                                               {"https://token@g.example/x", "", "main"},
                                               {"ssh://git:word@g.example/x", "", "main"},
                                               {"https://g.example/x", "../up", "main"},
                                               {"https://g.example/x", "/top", "main"},
                                               {"https://g.example/x", "#a", "main"},
                                               {"https://g.example/x", "-a", "main"},
                                               {"https://g.example/x", "", "waybill:revision"},
                                               {"oci://r.example/x", "folder", "v1"}}) {
    EXPECT_THROW(static_cast<void>(root_document(tree, place)), Error)
        << place.repo_url << " " << place.path << " " << place.revision;
  }
  EXPECT_NO_THROW(static_cast<void>(root_document(tree, {"git@g.example:team/x.git", "a.b/c-d", "refs/heads/main"})));
  EXPECT_NO_THROW(static_cast<void>(root_document(tree, {"ssh://git@g.example:22/team/x.git", "", "main"})));
}

TEST(Root, TreesThatAreNoBundleAreRefused) {
  EXPECT_THROW(static_cast<void>(root_document(FileTree(), kGit)), Error);
  for (const char* text :
       {"kind: Secret\n", "kind: Application\n", "kind: Application\nspec: {project: a}\nmetadata: {namespace: [1]}\n",
        "- 1\n", "a: b: c\n"}) {
    FileTree tree;
    tree.add(RelPath::parse("apps/files/a.yaml"), text);
    EXPECT_THROW(static_cast<void>(root_document(tree, kGit)), Error) << text;
  }
}

FileTree fleet(Ordering ordering = Ordering::Waves) {
  RenderOptions options;
  options.clusters = {{"east", ""}, {"west", "https://10.0.0.1:6443"}};
  options.ordering = ordering;
  return bundle(options);
}

std::vector<std::string> names(const std::vector<Value>& objects) {
  std::vector<std::string> result;
  for (const Value& object : objects)
    result.push_back(object.text_or("kind", "") + " " + at(object, {"metadata", "name"}).as_string());
  return result;
}

TEST(Root, EachClusterHasItsOwn) {
  const std::vector<Value> objects = documents(kGit, fleet());
  EXPECT_THAT(names(objects),
              ::testing::ElementsAre("AppProject east", "AppProject east-root", "Application east-root",
                                     "AppProject west", "AppProject west-root", "Application west-root"));
  EXPECT_EQ(at(objects[2], {"spec", "source", "path"}), Value("clusters/x/bundle/clusters/east/apps"));
  EXPECT_EQ(at(objects[2], {"spec", "source", "helm", "valuesObject", "path"}), Value("clusters/x/bundle/"));
  EXPECT_EQ(at(objects[0], {"spec", "destinations"}).items().back().text_or("name", ""), "east");
  EXPECT_EQ(at(objects[3], {"spec", "destinations"}).items().back().text_or("server", ""), "https://10.0.0.1:6443");
}

TEST(Root, OneClusterCanBeChosen) {
  Place place = kGit;
  place.cluster = "west";
  EXPECT_THAT(names(documents(place, fleet())),
              ::testing::ElementsAre("AppProject west", "AppProject west-root", "Application west-root"));
  place.cluster = "wset";
  try {
    static_cast<void>(root_document(fleet(), place));
    FAIL() << "found";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::NotFound);
    EXPECT_THAT(error.hint(), HasSubstr("west"));
  }
}

TEST(Root, AnApplicationSetMakesTheRootsOfClustersThatArgoCdKnows) {
  Place place = kGit;
  place.application_set = true;
  const std::vector<Value> objects = documents(place, fleet());
  EXPECT_THAT(names(objects), ::testing::ElementsAre("AppProject east", "AppProject east-root", "AppProject west",
                                                     "AppProject west-root", "ApplicationSet waybill-roots"));
  const Value& spec = at(objects.back(), {"spec"});
  const Value& generator = at(spec, {"generators"}).items().front();
  EXPECT_EQ(at(at(generator, {"selector", "matchExpressions"}).items().front(), {"values"}),
            Value::list({"east", "west"}));
  EXPECT_EQ(at(spec, {"template", "metadata", "name"}), Value("{{ .name }}-root"));
  EXPECT_EQ(at(spec, {"template", "spec", "source", "path"}), Value("clusters/x/bundle/clusters/{{ .name }}/apps"));
  EXPECT_THROW(static_cast<void>(root_document(bundle(), place)), Error);
}

TEST(Root, MayHoldAnApplicationSetWhereTheBundleHasOne) {
  const std::vector<Value> objects = documents(kGit, fleet(Ordering::RollingSync));
  EXPECT_EQ(at(objects[1], {"spec", "namespaceResourceWhitelist"}).items().front().text_or("kind", ""),
            "ApplicationSet");
  EXPECT_EQ(at(objects[0], {"spec", "sourceRepos"}), at(documents(kGit, fleet())[0], {"spec", "sourceRepos"}));
}

// An API server that deletes in the foreground takes all Applications of the set at once.
TEST(Root, LeavesTheOrderOfDeletionToAnApplicationSet) {
  const auto finalizers = [](Ordering ordering) {
    return documents(kGit, fleet(ordering)).back().find("metadata")->find("finalizers")->items();
  };
  EXPECT_THAT(finalizers(Ordering::RollingSync),
              ElementsAre(Value("resources-finalizer.argocd.argoproj.io/background")));
  EXPECT_THAT(finalizers(Ordering::Waves), ElementsAre(Value("resources-finalizer.argocd.argoproj.io")));
}

TEST(Root, ShowsTheDigestsOfRecipeAndBundle) {
  Place place = kGit;
  place.bundle_digest = "sha256:" + std::string(64, 'd');
  const Value root = documents(place).back();
  EXPECT_EQ(at(root, {"metadata", "labels", "waybill.dev/bundle"}), Value("dddddddddddd"));
  EXPECT_EQ(at(root, {"metadata", "annotations", "link.argocd.argoproj.io/source"}), Value(kGit.repo_url));
  EXPECT_EQ(at(root, {"spec", "info"}).items().back(),
            Value::map({{"name", "bundle"}, {"value", place.bundle_digest}}));
  EXPECT_EQ(at(root, {"spec", "info"}).items().front(),
            Value::map({{"name", "recipe"}, {"value", digest(sample().recipe).to_string()}}));
}

}  // namespace
}  // namespace waybill::argocd
