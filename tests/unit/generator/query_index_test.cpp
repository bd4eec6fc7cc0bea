#include "generator/query_index.h"

#include <gmock/gmock.h>

namespace waybill {
namespace {

using ::testing::ElementsAre;

Overlay overlay(const std::string& name, const std::string& service, const std::string& os, std::int64_t nodes = 0) {
  Overlay result;
  result.name = name;
  result.criteria.emplace();
  (*result.criteria)[static_cast<std::size_t>(Dimension::Service)] = service;
  (*result.criteria)[static_cast<std::size_t>(Dimension::Os)] = os;
  result.nodes = nodes;
  return result;
}

TEST(QueryIndex, FindsWhatMatchesForEveryQuery) {
  std::vector<Overlay> overlays{overlay("a", "eks", "any"), overlay("b", "", "ubuntu"), overlay("c", "eks", "ubuntu"),
                                overlay("d", "gke", "", 8), overlay("e", "any", "any")};
  const OverlayTree tree(overlays);
  const QueryIndex index(tree);
  bool all = false;
  const std::vector<QueryIndex::Query> queries = index.queries(100, all);
  EXPECT_TRUE(all);
  EXPECT_EQ(queries.size(), 3U * 2U * 2U);
  for (const QueryIndex::Query& query : queries) {
    Criteria criteria;
    const std::vector<std::string> services{"any", "eks", "gke"};
    criteria.set(Dimension::Service, services.at(query.front()));
    criteria.set(Dimension::Os, query.at(static_cast<std::size_t>(Dimension::Os)) == 0 ? "any" : "ubuntu");
    criteria.set_nodes(query.back() == 0 ? 0 : 8);
    std::vector<std::size_t> expected;
    for (std::size_t i = 0; i < overlays.size(); ++i) {
      if (matches(overlays[i], criteria)) expected.push_back(i);
    }
    EXPECT_EQ(index.matches(query), expected) << index.describe(query);
  }
}

TEST(QueryIndex, TriesWhatTheOverlaysAskForWhenThereIsTooMuch) {
  const std::vector<Overlay> overlays{overlay("a", "eks", "any"), overlay("b", "", "ubuntu"),
                                      overlay("c", "eks", "ubuntu")};
  const OverlayTree tree(overlays);
  const QueryIndex index(tree);
  bool all = true;
  std::vector<std::string> described;
  for (const QueryIndex::Query& query : index.queries(3, all)) described.push_back(index.describe(query));
  EXPECT_FALSE(all);
  EXPECT_THAT(described, ElementsAre("no criteria", "os=ubuntu", "service=eks", "service=eks, os=ubuntu"));
}

}  // namespace
}  // namespace waybill
