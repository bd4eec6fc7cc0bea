#include "generator/dependency_graph.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "core/error.h"

namespace waybill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DependencyGraph, TakesTheSmallestReadyName) {
  EXPECT_THAT(deployment_order({{"a", {"z"}}, {"m", {}}, {"z", {}}}), ElementsAre("m", "z", "a"));
}

TEST(DependencyGraph, CountsRepeatedDependenciesOnce) {
  EXPECT_THAT(deployment_order({{"a", {"b", "b"}}, {"b", {}}}), ElementsAre("b", "a"));
}

TEST(DependencyGraph, FindsCirclesOfEveryLength) {
  EXPECT_THAT(find_cycle({{"a", {"a"}}}), ElementsAre("a", "a"));
  EXPECT_THAT(find_cycle({{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}}), ElementsAre("b", "c", "b"));
  EXPECT_THAT(find_cycle({{"a", {"b", "c"}}, {"b", {"c"}}, {"c", {}}}), IsEmpty());
}

TEST(DependencyGraph, DepthIsTheLongestWayDown) {
  const auto found = depths({{"a", {"b", "c"}}, {"b", {"c"}}, {"c", {}}});
  EXPECT_EQ(found.at("c"), 0U);
  EXPECT_EQ(found.at("b"), 1U);
  EXPECT_EQ(found.at("a"), 2U);
}

TEST(DependencyGraph, LongChainsDoNotExhaustTheStack) {
  DependencyGraph graph;
  for (int i = 0; i < 100'000; ++i) graph["n" + std::to_string(i)] = {"n" + std::to_string(i + 1)};
  graph["n100000"] = {};
  EXPECT_THAT(find_cycle(graph), IsEmpty());
  graph["n100000"] = {"n0"};
  EXPECT_EQ(find_cycle(graph).size(), 100'002U);
}

// Whatever the graph: every component once, after all it depends on, and one order only.
TEST(DependencyGraph, OrderIsTotalAndSoundForRandomGraphs) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> names;
    for (int i = 0; i < 12; ++i) names.push_back("c" + std::to_string(i));
    std::shuffle(names.begin(), names.end(), random);
    DependencyGraph graph;
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::vector<std::string>& dependencies = graph[names[i]];
      for (std::size_t j = 0; j < i; ++j) {
        if (random() % 4 == 0) dependencies.push_back(names[j]);
      }
    }
    const std::vector<std::string> order = deployment_order(graph);
    ASSERT_EQ(order.size(), graph.size());
    for (auto at = order.begin(); at != order.end(); ++at) {
      for (const std::string& dependency : graph[*at]) EXPECT_NE(std::find(order.begin(), at, dependency), at);
    }
    for (auto& [name, dependencies] : graph) std::reverse(dependencies.begin(), dependencies.end());
    EXPECT_EQ(deployment_order(graph), order);
  }
}

}  // namespace
}  // namespace waybill
