#include "generator/resolution_warnings.h"

#include <gmock/gmock.h>

#include "generator/resolve.h"
#include "tests/unit/generator/memory_catalogue.h"

namespace waybill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::Files;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::load;
using testing::query;
using testing::small_catalogue;

std::string overlay(const std::string& name, const std::string& spec) {
  return "metadata: {name: " + name + "}\nspec: {" + spec + "}\n";
}

std::vector<std::string> warnings(const Files& files, const Criteria& criteria, const Snapshot* snapshot = nullptr) {
  const Catalogue catalogue = load(files);
  return resolution_warnings(catalogue, resolve(catalogue, criteria, "", snapshot));
}

Criteria gke_training() {
  Criteria criteria = query("gke");
  criteria.set(Dimension::Intent, "training");
  return criteria;
}

Snapshot kubernetes(const std::string& version) { return Snapshot({{"K8s", {{"server", {{"version", version}}}}}}); }

TEST(ResolutionWarnings, NothingToSayIsNothing) { EXPECT_THAT(warnings(small_catalogue(), query("eks")), IsEmpty()); }

TEST(ResolutionWarnings, NamesCriteriaThatNobodyAsksFor) {
  EXPECT_THAT(warnings(small_catalogue(), query("gke")), ElementsAre(HasSubstr("nothing for service 'gke'")));
  Files files = small_catalogue();
  files["n.yaml"] = overlay("n", "criteria: {service: eks, nodes: 8}");
  Criteria criteria = query("eks");
  criteria.set_nodes(8);
  EXPECT_THAT(warnings(files, criteria), IsEmpty());
  criteria.set_nodes(9);
  EXPECT_THAT(warnings(files, criteria), ElementsAre(HasSubstr("nothing for nodes '9'")));
}

TEST(ResolutionWarnings, NamesBothOverlaysTheFieldAndTheWinner) {
  Files files = small_catalogue();
  files["a.yaml"] = overlay("on-gke", "criteria: {service: gke}, componentRefs: [{name: beta, version: 3.0.0}]");
  files["b.yaml"] =
      overlay("in-training", "criteria: {intent: training}, componentRefs: [{name: beta, version: 4.0.0}]");
  EXPECT_THAT(warnings(files, gke_training()),
              ElementsAre(AllOf(HasSubstr("'in-training' and 'on-gke'"), HasSubstr("'version' of 'beta'"),
                                HasSubstr("that of 'on-gke' counts"))));
  EXPECT_EQ(resolve(load(files), gke_training(), "").find("beta")->version, "3.0.0");
}

TEST(ResolutionWarnings, NoConflictWhereOneIsMoreSpecificRelatedEqualOrOverruled) {
  Files files = small_catalogue();
  files["a.yaml"] = overlay("a", "criteria: {service: gke}, componentRefs: [{name: beta, version: 3.0.0}]");
  files["b.yaml"] =
      overlay("b", "criteria: {service: gke, intent: training}, componentRefs: [{name: beta, version: 4.0.0}]");
  EXPECT_THAT(warnings(files, gke_training()), IsEmpty());
  files["b.yaml"] =
      overlay("b", "base: a, criteria: {intent: training}, componentRefs: [{name: beta, version: 4.0.0}]");
  EXPECT_THAT(warnings(files, gke_training()), IsEmpty());
  files["b.yaml"] = overlay("b", "criteria: {intent: training}, componentRefs: [{name: beta, version: 3.0.0}]");
  EXPECT_THAT(warnings(files, gke_training()), IsEmpty());
  files["b.yaml"] = overlay("b", "criteria: {intent: training}, componentRefs: [{name: beta, version: 4.0.0}]");
  files["c.yaml"] =
      overlay("c", "criteria: {service: gke, intent: training}, componentRefs: [{name: beta, version: 5.0.0}]");
  EXPECT_THAT(warnings(files, gke_training()), IsEmpty());
}

TEST(ResolutionWarnings, SeesConflictsOfParentsConstraintsOverridesAndPhases) {
  Files files = small_catalogue();
  files["p.yaml"] = overlay("parent", "constraints: [{name: K8s.server.version, value: '>= 1.30'}]");
  files["a.yaml"] = overlay(
      "a",
      "base: parent, criteria: {service: gke}, componentRefs: [{name: beta, overrides: {x: 1, y: 1}}], validation: "
      "{deployment: {timeout: 1m}}");
  files["b.yaml"] = overlay(
      "b",
      "criteria: {intent: training}, constraints: [{name: K8s.server.version, value: '>= 1.31'}], componentRefs: "
      "[{name: beta, overrides: {x: 2, z: 1}}], validation: {deployment: {timeout: 2m}}");
  const std::vector<std::string> found = warnings(files, gke_training());
  EXPECT_EQ(found.size(), 3U);
  EXPECT_THAT(found, ::testing::Contains(HasSubstr("the value 'x' of 'beta'")));
  EXPECT_THAT(found, ::testing::Contains(AllOf(HasSubstr("K8s.server.version"), HasSubstr("parent"))));
  EXPECT_THAT(found, ::testing::Contains(HasSubstr("validation phase 'deployment'")));
}

TEST(ResolutionWarnings, NamesExclusionsAndWhoIsAppliedAllTheSame) {
  Files files = small_catalogue();
  files["a.yaml"] =
      overlay("a", "criteria: {service: gke}, constraints: [{name: K8s.server.version, value: '>= 1.34'}]");
  files["b.yaml"] = overlay("b",
                            "base: a, criteria: {service: gke, intent: training}, constraints: [{name: "
                            "K8s.server.version, value: '>= 1.30'}]");
  const Snapshot snapshot = kubernetes("v1.31.0");
  EXPECT_THAT(warnings(files, gke_training(), &snapshot),
              ElementsAre(AllOf(HasSubstr("excludes the overlay 'a'"),
                                HasSubstr("K8s.server.version (expected >= 1.34, got v1.31.0)")),
                          HasSubstr("'a' is applied all the same")));
  const Snapshot old = kubernetes("v1.20.0");
  EXPECT_EQ(warnings(files, gke_training(), &old).size(), 4U);  // two exclusions, two criteria that do nothing
}

}  // namespace
}  // namespace waybill
