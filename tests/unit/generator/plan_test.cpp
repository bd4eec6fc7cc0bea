#include "generator/plan.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "core/json/writer.h"
#include "generator/resolve.h"
#include "tests/unit/generator/memory_catalogue.h"

namespace waybill {
namespace {

using ::testing::ElementsAre;
using testing::Files;
using ::testing::HasSubstr;
using testing::load;
using testing::query;
using testing::small_catalogue;

std::string refusal(const Catalogue& catalogue, const Recipe& recipe, const PlanOptions& options = {}) {
  try {
    static_cast<void>(make_plan(catalogue, recipe, options));
  } catch (const Error& error) {
    return error.message();
  }
  return "accepted";
}

ValueOverride set(const char* text) { return parse_overrides(text, Setter::Set).front(); }

ComponentRef& component(Recipe& recipe, std::string_view name) { return const_cast<ComponentRef&>(*recipe.find(name)); }

struct PlanTest : ::testing::Test {
  Catalogue catalogue = load(small_catalogue());
  Recipe recipe = resolve(catalogue, query("eks"), "");
};

TEST_F(PlanTest, HasOrderWavesValuesAndManifests) {
  const Plan plan = make_plan(catalogue, recipe);
  ASSERT_EQ(plan.releases.size(), 3U);
  EXPECT_EQ(plan.waves(), 2U);
  EXPECT_EQ(plan.releases[0].component.name, "alpha");
  EXPECT_EQ(plan.find("beta")->wave, 1U);
  EXPECT_EQ(json::canonical(plan.find("alpha")->values), R"({"image":{"pull":"Never","tag":"1.10"},"replicas":3})");
  EXPECT_TRUE(plan.find("extras")->manifests.contains(RelPath::parse("one.yaml")));
  // The registry knows a namespace for components of manifests only; the recipe does not carry it.
  EXPECT_EQ(plan.find("extras")->component.name_space, "kube-system");
}

TEST_F(PlanTest, DropsDisabledComponents) {
  component(recipe, "extras").overrides = Value::map({{"enabled", false}});
  const Plan plan = make_plan(catalogue, recipe);
  EXPECT_EQ(plan.find("extras"), nullptr);
  EXPECT_THAT(plan.left_out, ElementsAre(LeftOut{"extras", LeftOut::Reason::Disabled}));
}

TEST_F(PlanTest, RefusesADisabledDependency) {
  component(recipe, "alpha").overrides = Value::map({{"enabled", false}});
  EXPECT_EQ(refusal(catalogue, recipe), "the component 'beta' depends on 'alpha', which is disabled");
}

TEST_F(PlanTest, RefusesASwitchThatIsText) {
  component(recipe, "extras").overrides = Value::map({{"enabled", "false"}});
  EXPECT_THAT(refusal(catalogue, recipe), HasSubstr("is the text \"false\""));
}

TEST_F(PlanTest, BridgesComponentsWhoseManifestsRenderToNothing) {
  Files files = small_catalogue();
  files["components/extras/manifests/one.yaml"] = "---\n# nothing\n";
  const Catalogue empty = load(files);
  component(recipe, "beta").dependency_refs = {"extras"};
  const Plan plan = make_plan(empty, recipe);
  EXPECT_THAT(plan.left_out, ElementsAre(LeftOut{"extras", LeftOut::Reason::Empty}));
  EXPECT_THAT(plan.find("beta")->depends_on, ElementsAre("alpha"));
}

TEST_F(PlanTest, RefusesAComponentWithNothingToDeploy) {
  component(recipe, "extras").manifest_files.clear();
  EXPECT_THAT(refusal(catalogue, recipe), HasSubstr("nothing to deploy"));
}

TEST_F(PlanTest, RefusesTwoManifestsOfOneFileName) {
  Files files = small_catalogue();
  files["components/extras/manifests/more/one.yaml"] = "kind: Secret\n";
  component(recipe, "extras").manifest_files.emplace_back("components/extras/manifests/more/one.yaml");
  EXPECT_THAT(refusal(load(files), recipe), HasSubstr("have the file name 'one.yaml'"));
}

TEST_F(PlanTest, RefusesUnsafeNamesOfRecipesMadeInMemory) {
  component(recipe, "beta").name_space = "../x";
  EXPECT_THAT(refusal(catalogue, recipe), HasSubstr("'../x' is no valid namespace"));
}

TEST_F(PlanTest, TakesOverridesUnderNameAndKeyTogether) {
  PlanOptions options;
  options.overrides = {set("alpha:image.tag=1.20"), set("al:replicas=7")};
  const Plan plan = make_plan(catalogue, recipe, options);
  EXPECT_EQ(json::canonical(plan.find("alpha")->values), R"({"image":{"pull":"Never","tag":"1.20"},"replicas":7})");
}

TEST_F(PlanTest, EnablingAgainReachesTheValues) {
  component(recipe, "extras").overrides = Value::map({{"enabled", false}});
  PlanOptions options;
  options.overrides = {set("extras:enabled=true")};
  const Plan plan = make_plan(catalogue, recipe, options);
  EXPECT_TRUE(plan.find("extras")->values.find("enabled")->as_bool());
}

TEST_F(PlanTest, NamesTheNearestComponentForAnUnknownOverride) {
  PlanOptions options;
  options.overrides = {set("alpah:x=1")};
  EXPECT_EQ(refusal(catalogue, recipe, options), "--set sets 'x' of 'alpah', which is not in the recipe");
}

}  // namespace
}  // namespace waybill
