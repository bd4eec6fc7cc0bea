#include "generator/merge.h"

#include <gmock/gmock.h>

namespace waybill {
namespace {

using ::testing::ElementsAre;

TEST(Merge, TextsAreKeptUnlessTheOverlayWritesThem) {
  ComponentRef component;
  component.version = "1.0.0";
  component.source = "https://a.example";
  ComponentRef over;
  over.version = "2.0.0";
  over.origins["version"] = {3, 9};
  merge(component, over);
  EXPECT_EQ(component.version, "2.0.0");
  EXPECT_EQ(component.source, "https://a.example");
  EXPECT_EQ(component.origins.at("version"), (Mark{3, 9}));
}

TEST(Merge, ListsReplaceButManifestsAreAdded) {
  ComponentRef component;
  component.dependency_refs = {"a"};
  component.manifest_files = {"one.yaml"};
  ComponentRef over;
  over.dependency_refs = {"b"};
  over.manifest_files = {"one.yaml", "two.yaml"};
  merge(component, over);
  EXPECT_THAT(component.dependency_refs, ElementsAre("b"));
  EXPECT_THAT(component.manifest_files, ElementsAre("one.yaml", "two.yaml"));
  merge(component, ComponentRef());
  EXPECT_THAT(component.dependency_refs, ElementsAre("b"));
}

TEST(Merge, RepeatsWithinAnOverlaysOwnManifestsStay) {
  ComponentRef component;
  component.manifest_files = {"one.yaml"};
  ComponentRef over;
  over.manifest_files = {"two.yaml", "one.yaml", "two.yaml"};
  merge(component, over);
  EXPECT_THAT(component.manifest_files, ElementsAre("one.yaml", "two.yaml", "two.yaml"));
}

TEST(Merge, OfRepeatedNamesInTheBaseTheLastCounts) {
  Recipe recipe;
  recipe.constraints = {{"k", "1", "error", "", ""}, {"a", "0", "", "", ""}, {"k", "2", "", "", ""}};
  merge(recipe, Overlay());
  EXPECT_THAT(recipe.constraints, ElementsAre(Constraint{"a", "0", "", "", ""}, Constraint{"k", "2", "", "", ""}));
}

TEST(Merge, ConstraintsAndPhasesAreReplacedWhole) {
  Recipe recipe;
  recipe.constraints = {{"k", "1", "error", "do", ""}};
  recipe.validation.emplace().deployment = ValidationPhase{"5m", {}, {"x"}, {}, ""};
  recipe.validation->performance = ValidationPhase{"1m", {}, {"p"}, {}, ""};
  Overlay overlay;
  overlay.constraints = {{"k", "2", "", "", ""}, {"a", "0", "", "", ""}};
  overlay.validation.emplace().deployment = ValidationPhase{"", {}, {"y"}, {}, ""};
  merge(recipe, overlay);
  EXPECT_THAT(recipe.constraints, ElementsAre(Constraint{"a", "0", "", "", ""}, Constraint{"k", "2", "", "", ""}));
  EXPECT_EQ(recipe.validation->deployment->timeout, "");
  EXPECT_THAT(recipe.validation->deployment->checks, ElementsAre("y"));
  EXPECT_THAT(recipe.validation->performance->checks, ElementsAre("p"));
}

}  // namespace
}  // namespace waybill
