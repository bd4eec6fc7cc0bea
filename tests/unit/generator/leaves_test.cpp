#include "generator/leaves.h"

#include <gmock/gmock.h>

namespace waybill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> paths(const Value& tree, Lists lists) {
  std::vector<std::string> found;
  for (const Leaf& leaf : leaves(tree, "v", lists)) found.push_back(leaf.path);
  return found;
}

Value sample() {
  return Value::map({{"b", Value::list({1, Value::map({{"x", true}})})},
                     {"a", Value::map({{"k.y", "t"}, {"empty", Value::map()}})},
                     {"none", Value()},
                     {"list", Value::list()}});
}

TEST(Leaves, AreEverythingWithoutMembersInByteOrder) {
  EXPECT_THAT(paths(sample(), Lists::ByElement),
              ElementsAre("v.a.empty", R"(v.a["k.y"])", "v.b[0]", "v.b[1].x", "v.list", "v.none"));
  EXPECT_THAT(paths(sample(), Lists::Whole), ElementsAre("v.a.empty", R"(v.a["k.y"])", "v.b", "v.list", "v.none"));
  EXPECT_THAT(paths(Value(), Lists::Whole), IsEmpty());
}

TEST(Leaves, OfDifferentTreesHaveDifferentPaths) {
  EXPECT_NE(paths(Value::map({{"a.b", 1}}), Lists::Whole),
            paths(Value::map({{"a", Value::map({{"b", 1}})}}), Lists::Whole));
  EXPECT_NE(paths(Value::map({{"a[0]", 1}}), Lists::ByElement),
            paths(Value::map({{"a", Value::list({1})}}), Lists::ByElement));
  EXPECT_NE(paths(Value::map({{"a\"", 1}}), Lists::Whole), paths(Value::map({{"a\\\"", 1}}), Lists::Whole));
}

TEST(Leaves, PathsAreWrittenWithDotsForSelectors) {
  EXPECT_EQ(dotted(R"(a.b["k.y/z"].c[3])"), "a.b.k.y/z.c.3");
  EXPECT_EQ(dotted("a.b.c"), "a.b.c");
  EXPECT_EQ(dotted(R"(["K8s.server.version"].value)"), "K8s.server.version.value");
  EXPECT_EQ(dotted(R"(["a\"]b"].c)"), "a\"]b.c");
  EXPECT_EQ(dotted("a["), "a.");
  EXPECT_EQ(dotted(""), "");
}

TEST(Leaves, CountWhatIsReallySet) {
  EXPECT_EQ(count_set(sample()), 3U);
  EXPECT_EQ(count_set(Value::list({"", 0, false, Value(), "x"})), 3U);
  EXPECT_EQ(count_set(Value()), 0U);
}

}  // namespace
}  // namespace waybill
