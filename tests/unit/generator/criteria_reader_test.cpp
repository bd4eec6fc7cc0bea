#include "generator/criteria_reader.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace waybill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Criteria parse(const std::string& text) { return parse_criteria(text, "c.yaml"); }

std::string complaint(const std::string& text) {
  try {
    static_cast<void>(parse(text));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    return (error.location() ? to_string(*error.location()) : "") + ": " + error.message() + " " + error.hint();
  }
  ADD_FAILURE() << "accepted: " << text;
  return {};
}

TEST(CriteriaReader, ReadsYamlAsPeopleWriteIt) {
  const Criteria criteria = parse(R"(kind: RecipeCriteria
apiVersion: aicr.nvidia.com/v1alpha1
metadata: {name: mine}
spec:
  service: EKS
  os: al2023
  intent:
  nodes: 8
)");
  EXPECT_EQ(criteria.get(Dimension::Service), "eks");
  EXPECT_EQ(criteria.get(Dimension::Os), "amazonlinux");
  EXPECT_EQ(criteria.get(Dimension::Intent), "any");
  EXPECT_EQ(criteria.nodes(), 8);
}

TEST(CriteriaReader, ReadsJsonWithoutRegardToCase) {
  const Criteria criteria = parse(R"({"Kind": "RecipeCriteria", "SPEC": {"Service": "gke", "OS": "cos", "nodes": 2}})");
  EXPECT_EQ(criteria.get(Dimension::Service), "gke");
  EXPECT_EQ(criteria.get(Dimension::Os), "cos");
  EXPECT_EQ(criteria.nodes(), 2);
  EXPECT_THAT(complaint(R"({"spec": {"service": "gke", "Service": "eks"}})"), HasSubstr("'service' appears twice"));
  EXPECT_THAT(complaint("spec: {Service: eks}"), HasSubstr("did you mean 'service'?"));
}

TEST(CriteriaReader, EverythingMayBeLeftOut) {
  EXPECT_TRUE(parse("spec: {}").all_any());
  EXPECT_TRUE(parse("kind: RecipeCriteria\n").all_any());
}

TEST(CriteriaReader, ValuesOfTheCatalogueAreKnown) {
  const UsedValues known = [](Dimension) { return std::vector<std::string>{"lke"}; };
  EXPECT_EQ(parse_criteria("spec: {service: lke}", "c", known).get(Dimension::Service), "lke");
}

TEST(CriteriaReader, NamesPlaceAndNearestWord) {
  EXPECT_THAT(complaint("spec:\n  servise: eks\n"),
              AllOf(HasSubstr("c.yaml:2:3"), HasSubstr("'servise'"), HasSubstr("did you mean 'service'?")));
  EXPECT_THAT(complaint("spec:\n  os: ubunto\n"),
              AllOf(HasSubstr("c.yaml:2:7"), HasSubstr("'ubunto' is not a known os"), HasSubstr("'ubuntu'")));
  EXPECT_THAT(complaint("kind: RecipeMetadata\n"), AllOf(HasSubstr("c.yaml:1:7"), HasSubstr("RecipeCriteria")));
  EXPECT_THAT(complaint("apiVersion: v1\n"), HasSubstr("aicr.nvidia.com/v1alpha1"));
  EXPECT_THAT(complaint("spec: {nodes: -1}"), HasSubstr("cannot be negative"));
  EXPECT_THAT(complaint("spec: {nodes: '8'}"), HasSubstr("whole number"));
  EXPECT_THAT(complaint("spec: [eks]"), HasSubstr("must be a mapping"));
  // All problems at once.
  EXPECT_THAT(complaint("spec: {service: ekz, intent: train}"), AllOf(HasSubstr("'ekz'"), HasSubstr("'train'")));
}

TEST(CriteriaReader, RefusesWhatIsNone) {
  for (const char* text :
       {"", "# nothing\n", "eks", "- eks", "spec: {service: [eks]}", "a: &x [*x]", "spec: {}\n---\nspec: {}\n"})
    EXPECT_NE(complaint(text), "");
}

}  // namespace
}  // namespace waybill
