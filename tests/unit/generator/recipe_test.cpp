#include "generator/recipe.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "core/json/writer.h"
#include "core/yaml/writer.h"

namespace waybill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kGood = R"(kind: RecipeResult
apiVersion: aicr.nvidia.com/v1alpha1
metadata:
  version: 1.0.0
criteria: {service: eks}
componentRefs:
  - name: b
    type: Helm
    source: https://charts.example
    chart: b
    version: 1.2.3
    overrides: {z: 1.0, a: "1.10", n: null}
    dependencyRefs: [a]
  - name: a
    type: Kustomize
    source: https://git.example/a
    path: deploy
    tag: v1
)";

std::string refusal(std::string_view text) {
  try {
    static_cast<void>(parse_recipe(text, "r.yaml"));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    return to_string(error.location().value_or(SourceLocation{})) + ": " + error.message() + " (" + error.hint() + ")";
  }
  return "accepted";
}

std::string changed(std::string_view from, std::string_view to) {
  std::string text(kGood);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Recipe, ReadsAndComputesTheOrder) {
  const Recipe recipe = parse_recipe(kGood, "r.yaml");
  EXPECT_THAT(recipe.deployment_order, ElementsAre("a", "b"));
  EXPECT_EQ(recipe.components.front().name, "b");  // as in the file
  EXPECT_EQ(recipe.criteria.get(Dimension::Service), "eks");
}

TEST(Recipe, HasOneDigestInYamlAndJson) {
  const Recipe recipe = parse_recipe(kGood, "r.yaml");
  EXPECT_EQ(digest(parse_recipe(yaml::write(to_value(recipe)), "r.yaml")), digest(recipe));
  EXPECT_EQ(digest(parse_recipe(json::write_pretty(to_value(recipe)), "r.json")), digest(recipe));
}

TEST(Recipe, DigestIsOfTheDocumentWhoseListsHaveAnOrder) {
  const Recipe recipe = parse_recipe(kGood, "r.yaml");
  EXPECT_EQ(digest(parse_recipe(changed("z: 1.0, a: \"1.10\"", "a: \"1.10\", z: 1.0"), "r.yaml")), digest(recipe));
  Recipe turned = recipe;
  std::swap(turned.components.front(), turned.components.back());
  EXPECT_NE(digest(parse_recipe(yaml::write(to_value(turned)), "r.yaml")), digest(recipe));
  EXPECT_EQ(parse_recipe(yaml::write(to_value(turned)), "r.yaml").deployment_order, recipe.deployment_order);
}

TEST(Recipe, RefusesOverridesThatItCouldNotRepeat) {
  EXPECT_THAT(refusal(changed("{z: 1.0,", "{z: {80: x},")),
              HasSubstr("12:20: 'z' of the overrides has a key that YAML takes for no text"));
}

TEST(Recipe, DigestLeavesTheProgramsVersionOut) {
  Recipe recipe = parse_recipe(kGood, "r.yaml");
  const Digest before = digest(recipe);
  recipe.version = "9.9.9";
  EXPECT_EQ(digest(recipe), before);
  recipe.components.front().tag = "v2";
  EXPECT_NE(digest(recipe), before);
}

TEST(Recipe, NamesPlaceAndNearestFieldOfUnknownFields) {
  EXPECT_THAT(refusal(changed("    chart: b", "    chrat: b")),
              HasSubstr("r.yaml:10:5: the component has no field 'chrat'"));
  EXPECT_THAT(refusal(changed("    chart: b", "    chrat: b")), HasSubstr("did you mean 'chart'?"));
}

TEST(Recipe, RefusesWhatCouldBreakOut) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"name: b", "name: ../b"},
           {"name: b", "name: B"},
           {"name: b", "name: \"b\\nx\""},
           {"version: 1.2.3", "version: \">=1.2.3\""},
           {"version: 1.2.3", "version: 1.2"},
           {"version: 1.2.3", "version: [1]"},
           {"https://charts.example", "https://me:secret@charts.example"},
           {"https://charts.example", "file:///etc"},
           {"type: Helm", "type: helm"},
           {"path: deploy", "path: ../../etc"},
           {"tag: v1", "tag: \"v1?x\""},
           {"tag: v1", "tag: yes"},
           {"chart: b", "chart: b\n    namespace: Kube_System"},
           {"chart: b", "chart: b\n    manifestFiles: [/etc/passwd]"},
           {"chart: b", "chart: b\n    valuesFile: a/../b.yaml"},
           {"criteria: {service: eks}", "criteria: {service: eks, nodes: -1}"},
           {"criteria: {service: eks}", "constraints: [{name: x, value: \"1\", severity: eror}]"},
           {"kind: RecipeResult", "kind: RecipeMetadata"}}) {
    const std::string answer = refusal(changed(from, to));
    EXPECT_NE(answer, "accepted") << to;
    EXPECT_THAT(answer, HasSubstr("r.yaml:")) << to;
    EXPECT_THAT(answer, ::testing::Not(HasSubstr("secret")));
  }
}

TEST(Recipe, ReportsAllProblemsAtOnce) {
  const std::string answer = refusal(changed("    chart: b\n    version: 1.2.3", "    chrat: b\n    versoin: 1.2.3"));
  EXPECT_THAT(answer, HasSubstr("'chrat'"));
  EXPECT_THAT(answer, HasSubstr("'versoin'"));
}

TEST(Recipe, NamesUnknownDependenciesAndCircles) {
  EXPECT_THAT(refusal(changed("dependencyRefs: [a]", "dependencyRefs: [aa]")),
              HasSubstr("r.yaml:13:22: the component 'b' depends on 'aa'"));
  EXPECT_THAT(refusal(changed("tag: v1", "tag: v1\n    dependencyRefs: [b]")), HasSubstr("a -> b -> a"));
  EXPECT_THAT(refusal(changed("dependencyRefs: [a]", "dependencyRefs: [b]")), HasSubstr("b -> b"));
}

TEST(Recipe, RefusesAnOrderThatContradicts) {
  EXPECT_THAT(refusal(std::string(kGood) + "deploymentOrder: [b, a]\n"),
              HasSubstr("has 'b' before 'a', on which it depends"));
  EXPECT_THAT(refusal(std::string(kGood) + "deploymentOrder: [a]\n"), HasSubstr("leaves out 'b'"));
  EXPECT_THAT(refusal(std::string(kGood) + "deploymentOrder: [a, a, b, c]\n"),
              HasSubstr("'c', which is not in the recipe"));
  EXPECT_EQ(refusal(std::string(kGood) + "deploymentOrder: [a, b]\n"), "accepted");
}

TEST(Recipe, JsonProblemsHaveTheirLine) {
  EXPECT_THAT(refusal("{\n \"componentRefs\": [\n  {\"name\": \"a\",\n   \"version\": 1.5}]}"), HasSubstr("r.yaml:4"));
  EXPECT_THAT(refusal("{\"componentRefs\": []}"), HasSubstr("no componentRefs"));
}

}  // namespace
}  // namespace waybill
