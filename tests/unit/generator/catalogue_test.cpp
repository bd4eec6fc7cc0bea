#include "generator/catalogue.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "tests/unit/generator/memory_catalogue.h"

namespace waybill {
namespace {

using testing::Files;
using ::testing::HasSubstr;
using testing::load;
using testing::small_catalogue;
using testing::source_of;

Files with_overlay(const std::string& spec) {
  Files files = small_catalogue();
  files["overlays/new.yaml"] = "kind: RecipeMetadata\nmetadata:\n  name: new\nspec:\n" + spec;
  return files;
}

// Why the catalogue is refused; empty when it is not.
std::string refusal(const Files& files) {
  try {
    static_cast<void>(load(files));
    return {};
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    return (error.location() ? to_string(*error.location()) : "") + ": " + error.message() + " (" + error.hint() + ")";
  }
}

std::string warnings(const Files& files) {
  std::string text;
  const Catalogue catalogue = load(files);
  for (const Diagnostic& warning : catalogue.warnings()) text += to_string(warning) + "\n";
  return text;
}

TEST(Catalogue, LoadsWithoutFindings) {
  EXPECT_EQ(warnings(small_catalogue()), "");
  const Catalogue catalogue = load(small_catalogue());
  EXPECT_EQ(catalogue.base().components.size(), 2U);
  EXPECT_NE(catalogue.find_overlay("eks"), nullptr);
  EXPECT_EQ(catalogue.find_overlay("base"), nullptr);
  EXPECT_EQ(catalogue.find_component("alpha")->default_chart, "stable/alpha");
  EXPECT_THAT(catalogue.used_values(Dimension::Service), ::testing::ElementsAre("eks"));
}

TEST(Catalogue, AcceptsWithAWarningWhatAicrAccepts) {
  EXPECT_THAT(warnings(with_overlay("  criteira: {}\n")),
              HasSubstr("overlays/new.yaml:5:3: warning: the spec has no field 'criteira' (did you mean 'criteria'?)"));
  EXPECT_THAT(warnings(with_overlay("  components: []\n")),
              HasSubstr("overlays/new.yaml:5:3: warning: the spec has no field 'components'"));
  EXPECT_THAT(warnings(with_overlay("  componentRefs:\n    - {name: alpha, version: 82.10, cleanup: yes}\n")),
              ::testing::AllOf(HasSubstr("'82.10' is no valid version"), HasSubstr("is written as 'yes'")));
  const Catalogue catalogue = load(
      with_overlay("  criteria: {nodes: 8.9}\n  componentRefs:\n    - {name: alpha, version: 82.10, cleanup: yes}\n"));
  const Overlay& overlay = *catalogue.find_overlay("new");
  EXPECT_EQ(overlay.nodes, 8);
  EXPECT_EQ(overlay.components.front().version, "82.10");
  EXPECT_TRUE(overlay.components.front().cleanup);
}

TEST(Catalogue, RefusesWrongTypes) {
  EXPECT_THAT(refusal(with_overlay("  criteria: {nodes: \"8\"}\n")), HasSubstr("must be a whole number"));
  EXPECT_THAT(refusal(with_overlay("  componentRefs: {name: alpha}\n")), HasSubstr("must be a list"));
  EXPECT_THAT(refusal(with_overlay("  componentRefs: [{name: [alpha]}]\n")), HasSubstr("must be text"));
  EXPECT_THAT(refusal(with_overlay("  componentRefs: [{name: alpha, cleanup: 1}]\n")), HasSubstr("true or false"));
}

TEST(Catalogue, FollowsNoReferenceThatNoQueryNeeds) {
  EXPECT_EQ(refusal(with_overlay("  base: ekss\n  componentRefs:\n    - name: alpha\n      valuesFile: "
                                 "components/alpha/value.yaml\n      dependencyRefs: [bete]\n")),
            "");
}

TEST(Catalogue, RefusesCriteriaThatCouldNeverMatch) {
  EXPECT_THAT(refusal(with_overlay("  criteria: {service: EKS}\n")),
              HasSubstr("'EKS' never matches: queries say 'eks'"));
  EXPECT_THAT(refusal(with_overlay("  criteria: {os: al2023}\n")), HasSubstr("queries say 'amazonlinux'"));
  EXPECT_THAT(warnings(with_overlay("  criteria: {intent: trainning}\n")), HasSubstr("did you mean 'training'?"));
  EXPECT_THAT(refusal(with_overlay("  criteria: {nodes: -1}\n")), HasSubstr("cannot be negative"));
  EXPECT_EQ(refusal(with_overlay("  criteria: {accelerator: h200, service: rke2}\n")), "") << "new values are no slips";
}

TEST(Catalogue, RefusesOverlaysThatWouldVanish) {
  Files files = small_catalogue();
  files["more/x.yaml"] = "kind: RecipeMetadata\nspec: {criteria: {}}\n";
  EXPECT_THAT(refusal(files), HasSubstr("no metadata.name"));
  files["more/x.yaml"] = "metadata: {name: base}\n";
  EXPECT_THAT(refusal(files), HasSubstr("only overlays/base.yaml may be named 'base'"));
}

TEST(Catalogue, OfTwoOverlaysOfOneNameInOneLayerTheLastOfAWalkCounts) {
  Files files = small_catalogue();
  const std::string other = "metadata: {name: eks}\nspec: {criteria: {service: gke}}\n";
  files["zz/eks.yaml"] = other;
  EXPECT_THAT(warnings(files), HasSubstr("zz/eks.yaml:1:1: warning: the overlay 'eks' is defined in "
                                         "'overlays/eks.yaml' too"));
  EXPECT_EQ(load(files).find_overlay("eks")->criteria->front(), "gke");
  files.erase("zz/eks.yaml");
  // A walk enters the folder "a" before it comes to "a-b.yaml", though '-' sorts before '/'.
  files["a-b.yaml"] = "metadata: {name: x}\nspec: {criteria: {service: gke}}\n";
  files["a/x.yaml"] = "metadata: {name: x}\nspec: {criteria: {service: aks}}\n";
  EXPECT_EQ(load(files).find_overlay("x")->criteria->front(), "gke");
}

TEST(Catalogue, ReadsOnlyWhatItKnows) {
  Files files = small_catalogue();
  files["README.md"] = "{{";
  files["checks/alpha/health-check.yaml"] = "not: [yaml";
  files["validators/catalog.yaml"] = "kind: ValidatorCatalog\nanything: 1\n";
  files["mixins/x.yaml"] = "kind: RecipeMixin\n";
  files[".github/workflows/ci.yaml"] = "on: push\njobs: {}\n";
  files["overlays/more.yml"] = "not: [yaml";
  EXPECT_EQ(warnings(files), "");
  files["stray.yaml"] = "services: {}\n";
  files["empty.yaml"] = "# nothing\n";
  EXPECT_THAT(warnings(files),
              ::testing::AllOf(HasSubstr("stray.yaml:1:1: warning"), HasSubstr("empty.yaml:1:1: warning")));
  files[".hidden/site.yaml"] = "kind: RecipeMetadata\nmetadata: {name: site}\n";
  EXPECT_NE(load(files).find_overlay("site"), nullptr) << "it says what it is";
}

TEST(Catalogue, TheBaseNeedsNoNameAndItsCriteriaMeanNothing) {
  Files files = small_catalogue();
  files["overlays/base.yaml"] = "spec:\n  base: nowhere\n  criteria: {service: EKS}\n  componentRefs: []\n";
  EXPECT_THAT(warnings(files), ::testing::AllOf(HasSubstr("2:9: warning: 'base' of the base recipe has no effect"),
                                                HasSubstr("'criteria' of the base recipe has no effect")));
}

TEST(Catalogue, HigherLayersReplaceFilesOverlaysAndRegistryEntries) {
  const Files site{{"registry.yaml",
                    "components:\n  - name: alpha\n    helm: {defaultRepository: 'https://mirror.example/charts'}\n  - "
                    "name: gamma\n"},
                   {"mine/eks.yaml", "kind: RecipeMetadata\nmetadata: {name: eks}\nspec: {criteria: {service: eks}}\n"},
                   {"components/alpha/values.yaml", "replicas: 9\n"}};
  const Catalogue catalogue = Catalogue::load({source_of(small_catalogue()), source_of(site, "site")});
  EXPECT_EQ(catalogue.find_component("alpha")->default_repository, "https://mirror.example/charts");
  EXPECT_EQ(catalogue.find_component("alpha")->default_chart, "");
  EXPECT_NE(catalogue.find_component("gamma"), nullptr);
  EXPECT_TRUE(catalogue.find_overlay("eks")->components.empty()) << "also in a file of another name (B10)";
  const Value values = catalogue.read_values("components/alpha/values.yaml");
  EXPECT_EQ(values.find("replicas")->as_int(), 9);
  EXPECT_EQ(catalogue.source_name(values.find("replicas")->mark().source), "site/components/alpha/values.yaml");
}

TEST(Catalogue, AHigherLayerReplacesTheBaseFromAnyFolderOverlays) {
  const Files site{{"registry.yaml", ""}, {"mine/overlays/base.yaml", "spec: {componentRefs: [{name: only}]}\n"}};
  const Catalogue catalogue = Catalogue::load({source_of(small_catalogue()), source_of(site, "site")});
  ASSERT_EQ(catalogue.base().components.size(), 1U);
  EXPECT_EQ(catalogue.base().components.front().name, "only");
  EXPECT_NE(catalogue.find_overlay("eks"), nullptr);
}

TEST(Catalogue, RegistriesOfThreeLayersAreMergedByName) {
  const auto registry = [](const std::string& entries) { return Files{{"registry.yaml", "components: " + entries}}; };
  const Catalogue catalogue = Catalogue::load(
      {source_of(small_catalogue()),
       source_of(registry("[{name: n1, helm: {defaultVersion: 1.0.0}}, {name: n2}, {name: n1, helm: {defaultVersion: "
                          "1.0.1}}]\n"),
                 "one"),
       source_of(registry("[{name: n2, helm: {defaultVersion: 2.0.0}}]\n"), "two")});
  std::string names;
  for (const RegistryEntry& entry : catalogue.registry()) names += entry.name + " ";
  EXPECT_EQ(names, "alpha extras n1 n2 ");
  EXPECT_EQ(catalogue.find_component("n1")->default_version, "1.0.1") << "the last of one file counts";
  EXPECT_EQ(catalogue.find_component("n2")->default_version, "2.0.0");
}

TEST(Catalogue, ABrokenRegistryIsRefused) {
  Files files = small_catalogue();
  files["registry.yaml"] = "components: [";
  EXPECT_THAT(refusal(files), HasSubstr("registry.yaml:"));
  files["registry.yaml"] = "[]\n";
  EXPECT_THAT(refusal(files), HasSubstr("must be a mapping"));
}

TEST(Catalogue, ValueFilesOfNullAreEmpty) {
  Files files = small_catalogue();
  for (const char* nothing : {"", "---\n", "null\n", "~\n", "# words\n"}) {
    files["components/alpha/values.yaml"] = nothing;
    EXPECT_TRUE(load(files).read_values("components/alpha/values.yaml").members().empty()) << nothing;
  }
  files["components/alpha/values.yaml"] = "[1]\n";
  EXPECT_THROW(static_cast<void>(load(files).read_values("components/alpha/values.yaml")), Error);
}

TEST(Catalogue, PathsAreCleanedAndNeverLeaveTheCatalogue) {
  const Catalogue catalogue = load(small_catalogue());
  EXPECT_TRUE(catalogue.contains("./components//alpha/values.yaml"));
  EXPECT_TRUE(catalogue.contains("components/x/../alpha/values.yaml"));
  for (const char* path : {"/components/alpha/values.yaml", "../overlays/base.yaml", "a/../../overlays/base.yaml",
                           "/etc/passwd", "", ".", "components"})
    EXPECT_FALSE(catalogue.contains(path)) << path;
}

TEST(Catalogue, IdentityDependsOnWhatMattersOnly) {
  Files files = small_catalogue();
  const CatalogueId plain = load(files).id();
  EXPECT_EQ(plain.version, "unversioned");
  files["README.md"] = "words";
  EXPECT_EQ(load(files).id(), plain);
  files["components/alpha/values.yaml"] += "more: 1\n";
  EXPECT_NE(load(files).id().digest, plain.digest);
  files["catalogue.yaml"] =
      "apiVersion: waybill.dev/v1alpha1\nkind: CatalogueInfo\nmetadata:\n  version: \"2026.1.0\"\n";
  EXPECT_EQ(load(files).id().version, "2026.1.0");
}

TEST(Catalogue, LowerRegistriesCountInTheIdentity) {
  const Files site{{"registry.yaml", "components: []\n"}};
  Files base = small_catalogue();
  const std::string before = Catalogue::load({source_of(base), source_of(site)}).id().digest;
  base["registry.yaml"] += "  - name: gamma\n";
  EXPECT_NE(Catalogue::load({source_of(base), source_of(site)}).id().digest, before);
}

TEST(Catalogue, NeedsARegistryAndABase) {
  EXPECT_THAT(refusal({{"x.txt", ""}}),
              ::testing::AllOf(HasSubstr("no registry.yaml"), HasSubstr("no overlays/base.yaml")));
}

}  // namespace
}  // namespace waybill
