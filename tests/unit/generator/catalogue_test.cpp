#include "generator/catalogue.h"
#include "generator/catalogue_check.h"

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

// The findings as text, one a line.
std::string findings(const Files& files) {
  std::string text;
  const CatalogueReport report = check_catalogue({source_of(files)});
  for (const Diagnostic& diagnostic : report.findings) text += to_string(diagnostic) + "\n";
  return text;
}

Files with_overlay(const std::string& spec) {
  Files files = small_catalogue();
  files["overlays/new.yaml"] = "kind: RecipeMetadata\nmetadata:\n  name: new\nspec:\n" + spec;
  return files;
}

TEST(Catalogue, LoadsWithoutFindings) {
  EXPECT_EQ(findings(small_catalogue()), "");
  const Catalogue catalogue = load(small_catalogue());
  EXPECT_EQ(catalogue.base().components.size(), 2U);
  EXPECT_NE(catalogue.find_overlay("eks"), nullptr);
  EXPECT_EQ(catalogue.find_overlay("base"), nullptr);
  EXPECT_EQ(catalogue.find_component("alpha")->default_chart, "stable/alpha");
  EXPECT_THAT(catalogue.used_values(Dimension::Service), ::testing::ElementsAre("eks"));
}

TEST(Catalogue, NamesPlaceRuleAndNearestWordOfEveryProblem) {
  const std::string found = findings(
      with_overlay("  criteira: {}\n  componentRefs:\n    - name: alpha\n      valuesFiles: x\n      type: helm\n"));
  EXPECT_THAT(
      found,
      HasSubstr(
          "overlays/new.yaml:5:3: error: the spec has no field 'criteira' (did you mean 'criteria'?) [unknown-field]"));
  EXPECT_THAT(found, HasSubstr("overlays/new.yaml:8:7: error: the component has no field 'valuesFiles' (did you mean "
                               "'valuesFile'?) [unknown-field]"));
  EXPECT_THAT(found, HasSubstr("'helm' is no known type (did you mean 'Helm'?) [bad-value]"));
}

TEST(Catalogue, RefusesReferencesThatLeadNowhere) {
  const std::string found =
      findings(with_overlay("  base: ekss\n  componentRefs:\n    - name: alpha\n      valuesFile: "
                            "components/alpha/value.yaml\n      dependencyRefs: [bete]\n"));
  EXPECT_THAT(found, HasSubstr("based on 'ekss', which does not exist (did you mean 'eks'?) [unknown-base]"));
  EXPECT_THAT(found, HasSubstr("'components/alpha/value.yaml' of 'alpha' does not exist (did you mean "
                               "'components/alpha/values.yaml'?) [missing-file]"));
  EXPECT_THAT(found, HasSubstr("depends on 'bete', which no overlay names (did you mean 'beta'?) [unknown-component]"));
}

TEST(Catalogue, RefusesCriteriaThatCouldNeverMatch) {
  EXPECT_THAT(findings(with_overlay("  criteria: {service: EKS}\n")),
              HasSubstr("'EKS' never matches: queries say 'eks'"));
  EXPECT_THAT(findings(with_overlay("  criteria: {os: al2023}\n")), HasSubstr("queries say 'amazonlinux'"));
  EXPECT_THAT(findings(with_overlay("  criteria: {nodes: -1}\n")), HasSubstr("cannot be negative"));
}

TEST(Catalogue, RefusesCirclesOfOverlays) {
  Files files = with_overlay("  base: other\n");
  files["overlays/other.yaml"] = "kind: RecipeMetadata\nmetadata: {name: other}\nspec: {base: new}\n";
  EXPECT_THAT(findings(files), HasSubstr("new -> other -> new"));
}

TEST(Catalogue, RefusesTwoOverlaysOfOneNameInOneLayer) {
  Files files = small_catalogue();
  files["more/eks.yaml"] = files["overlays/eks.yaml"];
  EXPECT_THAT(findings(files), HasSubstr("the overlay 'eks' is defined in 'more/eks.yaml' too"));
}

TEST(Catalogue, ReadsOnlyWhatItKnows) {
  Files files = small_catalogue();
  files["README.md"] = "{{";
  files["checks/alpha/health-check.yaml"] = "not: [yaml";
  files["validators/catalog.yaml"] = "kind: ValidatorCatalog\nanything: 1\n";
  files["mixins/x.yaml"] = "kind: RecipeMixin\n";
  EXPECT_EQ(findings(files), "");
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
  EXPECT_TRUE(catalogue.find_overlay("eks")->components.empty());
  const Value values = catalogue.read_values("components/alpha/values.yaml");
  EXPECT_EQ(values.find("replicas")->as_int(), 9);
  EXPECT_EQ(catalogue.source_name(values.find("replicas")->mark().source), "site/components/alpha/values.yaml");
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
  EXPECT_THAT(findings({{"x.txt", ""}}),
              ::testing::AllOf(HasSubstr("no registry.yaml"), HasSubstr("no overlays/base.yaml")));
  EXPECT_THROW(static_cast<void>(load({{"x.txt", ""}})), Error);
}

}  // namespace
}  // namespace waybill
