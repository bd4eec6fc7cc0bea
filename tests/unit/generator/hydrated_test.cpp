#include "generator/hydrated.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "core/json/writer.h"
#include "generator/resolve.h"
#include "tests/unit/generator/memory_catalogue.h"

namespace waybill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::Files;
using ::testing::HasSubstr;
using testing::load;
using testing::query;
using testing::small_catalogue;

Value hydrated(const Catalogue& catalogue, const std::string& selector, AbsentLists absent = AbsentLists::Empty) {
  return hydrate(catalogue, resolve(catalogue, query("eks"), "1.0.0"), Selector(selector), absent);
}

std::string answer(const std::string& selector) {
  const Catalogue catalogue = load(small_catalogue());
  const Selector path(selector);
  return json::canonical(select(hydrated(catalogue, selector), path));
}

std::string complaint(const std::string& selector) {
  try {
    return "an answer: " + answer(selector);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::NotFound);
    return error.message() + " / " + error.hint();
  }
}

TEST(Hydrated, HasEveryFieldOfAQuery) {
  const Catalogue catalogue = load(small_catalogue());
  const Value document = hydrated(catalogue, "");
  std::vector<std::string> keys;
  for (const auto& [key, value] : document.members()) keys.push_back(key);
  EXPECT_THAT(
      keys, ElementsAre("apiVersion", "components", "constraints", "criteria", "deploymentOrder", "kind", "metadata"));
  EXPECT_EQ(json::canonical(*document.find("criteria")),
            R"({"accelerator":"any","intent":"any","nodes":0,"os":"any","platform":"any","service":"eks"})");
  EXPECT_EQ(json::canonical(*document.find("components")->find("alpha")),
            R"({"chart":"alpha","name":"alpha","namespace":"alpha-system","source":"https://charts.example/stable",)"
            R"("type":"Helm","values":{"image":{"pull":"Never","tag":"1.10"},"replicas":3},"version":"1.0.0"})");
  EXPECT_EQ(json::canonical(*document.find("components")->find("extras")),
            R"({"dependencyRefs":["alpha"],"name":"extras","source":"","type":"Helm"})");
}

TEST(Hydrated, AbsentListsOfTheMetadataAreShown) {
  const Catalogue catalogue = load(small_catalogue());
  EXPECT_TRUE(hydrated(catalogue, "", AbsentLists::Null).find("metadata")->find("excludedOverlays")->is_null());
  EXPECT_TRUE(hydrated(catalogue, "", AbsentLists::Empty).find("metadata")->find("constraintWarnings")->is_list());
}

TEST(Hydrated, OnlyValuesThatAreAskedForAreRead) {
  Files files = small_catalogue();
  files["components/alpha/values.yaml"] = "- no mapping\n";
  const Catalogue catalogue = load(files);
  EXPECT_NO_THROW(static_cast<void>(hydrated(catalogue, "deploymentOrder")));
  EXPECT_NO_THROW(static_cast<void>(hydrated(catalogue, "components.beta.version")));
  EXPECT_THROW(static_cast<void>(hydrated(catalogue, "components.alpha.version")), Error);
  EXPECT_THROW(static_cast<void>(hydrated(catalogue, "components")), Error);
  EXPECT_THROW(static_cast<void>(hydrated(catalogue, "")), Error);
}

TEST(Hydrated, SelectorsFollowKeys) {
  EXPECT_EQ(answer("components.alpha.values.image.tag"), "\"1.10\"");
  EXPECT_EQ(answer(".components.alpha.version"), "\"1.0.0\"");
  EXPECT_EQ(answer("deploymentOrder"), R"(["alpha","beta","extras"])");
  EXPECT_THAT(Selector("").keys(), ElementsAre());
  EXPECT_THAT(Selector(".").keys(), ElementsAre());
  EXPECT_THAT(Selector("a..b").keys(), ElementsAre("a", "", "b"));
  EXPECT_THAT(Selector("a.").keys(), ElementsAre("a", ""));
  EXPECT_THAT(Selector("..a").keys(), ElementsAre("", "a"));
  EXPECT_THAT(Selector(" a").keys(), ElementsAre(" a"));
}

TEST(Hydrated, AWrongSelectorSaysWhereItStoppedAndWhatWasThere) {
  EXPECT_THAT(complaint("components.alpah"),
              AllOf(HasSubstr("'components' has no key 'alpah'"), HasSubstr("alpha, beta, extras"),
                    HasSubstr("did you mean 'alpha'?")));
  EXPECT_THAT(complaint("component"),
              AllOf(HasSubstr("the recipe has no key 'component'"), HasSubstr("did you mean 'components'?")));
  EXPECT_THAT(complaint("deploymentOrder.0"), AllOf(HasSubstr("stops at 'deploymentOrder'"), HasSubstr("a list")));
  EXPECT_THAT(complaint("components.alpha.version.major"), HasSubstr("a text"));
  EXPECT_THAT(complaint("components."), HasSubstr("has no key ''"));
}

TEST(Hydrated, AKeyWithADotIsNamedAsTheReason) {
  Files files = small_catalogue();
  files["components/alpha/values.yaml"] = "labels: {app.kubernetes.io/name: x}\n";
  const Catalogue catalogue = load(files);
  const std::string selector = "components.alpha.values.labels.app.kubernetes.io/name";
  try {
    static_cast<void>(select(hydrated(catalogue, selector), Selector(selector)));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.hint(), AllOf(HasSubstr("'app.kubernetes.io/name' holds a dot"),
                                    HasSubstr("'components.alpha.values.labels'")));
  }
}

}  // namespace
}  // namespace waybill
