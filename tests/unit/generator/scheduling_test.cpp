#include "generator/scheduling.h"

#include <gmock/gmock.h>

#include <set>

#include "core/error.h"
#include "core/json/writer.h"

namespace waybill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

template <typename Body>
std::string refusal(Body body) {
  try {
    body();
  } catch (const Error& error) {
    return error.code() == ErrorCode::InvalidInput ? error.message() : "of another kind";
  }
  return "accepted";
}

std::string tolerations(const std::vector<std::string>& texts) {
  Value list = Value::list();
  for (const Taint& taint : parse_tolerations(texts, "--t")) list.push_back(taint.toleration());
  return json::canonical(list);
}

TEST(Labels, AreSplitAtCommasAndTheFirstEqualsSign) {
  EXPECT_THAT(parse_labels({"a=b,nvidia.com/gpu.present=true", "c="}, "--s"),
              ElementsAre(Pair("a", "b"), Pair("c", ""), Pair("nvidia.com/gpu.present", "true")));
  EXPECT_THAT(parse_labels({"a=b", "a=b"}, "--s"), ElementsAre(Pair("a", "b")));
  EXPECT_THAT(parse_labels({}, "--s"), IsEmpty());
}

TEST(Labels, AreWhatKubernetesTakes) {
  for (const char* text : {"", "a", "=b", "a=b,", ",a=b", "a=b c", "-a=b", "a=b=c", "a/b/c=d", "A.example/b=c", "a=b:c",
                           "a b=c", "/a=b", "a/=b", "a=-"})
    EXPECT_THAT(refusal([&] { static_cast<void>(parse_labels({text}, "--s")); }), HasSubstr("is no value of --s"))
        << text;
  EXPECT_THAT(refusal([] { static_cast<void>(parse_labels({"a=" + std::string(64, 'x')}, "--s")); }),
              HasSubstr("takes no value"));
  EXPECT_EQ(refusal([] {
              static_cast<void>(parse_labels({"a=b", "a=c"}, "--s"));
            }),
            "'a=c' is no value of --s: 'a' is 'b' already");
}

TEST(Tolerations, HaveAicrsShape) {
  EXPECT_EQ(tolerations({"dedicated=gpu:NoSchedule"}),
            R"([{"effect":"NoSchedule","key":"dedicated","operator":"Equal","value":"gpu"}])");
  EXPECT_EQ(tolerations({"nvidia.com/gpu:NoExecute,a=:PreferNoSchedule"}),
            R"([{"effect":"NoExecute","key":"nvidia.com/gpu","operator":"Exists"},)"
            R"({"effect":"PreferNoSchedule","key":"a","operator":"Exists"}])");
  EXPECT_EQ(tolerations({":NoSchedule"}), R"([{"effect":"NoSchedule","operator":"Exists"}])");
  EXPECT_EQ(tolerations({}), "[]") << "none that nobody asked for";
}

TEST(Tolerations, AreWhatKubernetesTakes) {
  for (const char* text : {"", "a", "a=b", "a:", "a:Noschedule", "a:b:NoSchedule", "=b:NoSchedule", "=:NoSchedule",
                           "a b:NoSchedule", "a:NoSchedule,", "a=b=c:NoSchedule"})
    EXPECT_THAT(refusal([&] { static_cast<void>(parse_tolerations({text}, "--t")); }), HasSubstr("is no value of --t"))
        << text;
}

TEST(Taints, AreOneTextWithAKey) {
  EXPECT_EQ(parse_taint("skyhook.io/not-ready=true:NoSchedule", "--g").text(), "skyhook.io/not-ready=true:NoSchedule");
  EXPECT_EQ(parse_taint("a=:NoExecute", "--g").text(), "a:NoExecute");
  for (const char* text : {":NoSchedule", "a:NoSchedule,b:NoSchedule", "a"})
    EXPECT_NE(refusal([&] { static_cast<void>(parse_taint(text, "--g")); }), "accepted") << text;
}

TEST(Scheduling, SetsTheRegistrysPathsInAicrsOrder) {
  RegistryEntry entry;
  entry.name = "c";
  entry.system = {{"s.nodeSelector"}, {"s.tolerations", "both"}, {}};
  entry.accelerated = {{"a.nodeSelector"}, {"both"}, {"env.taint"}};
  entry.workload_selector_paths = {"w"};
  entry.node_count_paths = {"count"};
  const Scheduling scheduling{.system_selector = {{"k", "true"}},
                              .system_tolerations = {{"s", "", "NoSchedule"}},
                              .accelerated_selector = {{"k", "1"}},
                              .accelerated_tolerations = {{"a", "", "NoSchedule"}},
                              .workload_selector = {{"w", "x"}},
                              .workload_gate = Taint{"g", "v", "NoExecute"},
                              .nodes = 4};
  std::vector<std::string> set;
  for (const ValueOverride& change : scheduling_overrides(scheduling, entry))
    set.push_back(std::string(change.flag) + " " + change.path.text() + " " + json::canonical(change.value));
  EXPECT_THAT(
      set,
      ElementsAre(R"(--system-node-selector s.nodeSelector {"k":"true"})",
                  R"(--system-node-toleration s.tolerations [{"effect":"NoSchedule","key":"s","operator":"Exists"}])",
                  R"(--system-node-toleration both [{"effect":"NoSchedule","key":"s","operator":"Exists"},)"
                  R"({"effect":"NoSchedule","key":"a","operator":"Exists"}])",
                  R"(--accelerated-node-selector a.nodeSelector {"k":"1"})",
                  R"(--accelerated-node-toleration both [{"effect":"NoSchedule","key":"s","operator":"Exists"},)"
                  R"({"effect":"NoSchedule","key":"a","operator":"Exists"}])",
                  R"(--workload-selector w {"w":"x"})", R"(--workload-gate env.taint "g=v:NoExecute")",
                  R"(--nodes count 4)"));
  EXPECT_THAT(flags_of(scheduling).size(), 7U);
  EXPECT_THAT(scheduling_overrides({}, entry), IsEmpty()) << "nothing that nobody asked for";
}

TEST(Scheduling, AListOfBothClassesGetsEachTolerationOnce) {
  RegistryEntry entry;
  entry.name = "c";
  entry.system.tolerations = {"both"};
  entry.accelerated.tolerations = {"both"};
  const Taint common{"dedicated", "", "NoSchedule"};
  const auto set = [&](const Scheduling& scheduling) {
    std::set<std::string> all;
    for (const ValueOverride& change : scheduling_overrides(scheduling, entry))
      all.insert(json::canonical(change.value));
    return all;
  };
  const std::string one = R"([{"effect":"NoSchedule","key":"dedicated","operator":"Exists"}])";
  EXPECT_THAT(set({.system_tolerations = {common}, .accelerated_tolerations = {common}}), ElementsAre(one));
  EXPECT_THAT(set({.system_tolerations = {common}}), ElementsAre(one));
  EXPECT_THAT(set({.accelerated_tolerations = {common}}), ElementsAre(one));
}

TEST(Scheduling, RefusesAPathOfTheRegistryThatIsNone) {
  RegistryEntry entry;
  entry.name = "c";
  entry.node_count_paths = {"a..b"};
  EXPECT_THAT(refusal([&] { static_cast<void>(scheduling_overrides({.nodes = 1}, entry)); }),
              HasSubstr("'a..b' is no path"));
}

}  // namespace
}  // namespace waybill
