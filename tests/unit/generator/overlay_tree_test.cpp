#include "generator/overlay_tree.h"

#include <gmock/gmock.h>

namespace waybill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Overlay overlay(const std::string& name, const std::string& base = {}) {
  Overlay result;
  result.name = name;
  result.base = base;
  return result;
}

TEST(OverlayTree, KnowsChainsAndRelations) {
  const std::vector<Overlay> overlays{overlay("a", "base"), overlay("b", "a"), overlay("c", "b"), overlay("d", "a"),
                                      overlay("e")};
  const OverlayTree tree(overlays);
  EXPECT_THAT(tree.chain(2), ElementsAre(0U, 1U, 2U));
  EXPECT_EQ(tree.chain_length(2), 3U);
  EXPECT_TRUE(tree.are_related(0, 2));
  EXPECT_TRUE(tree.are_related(2, 0));
  EXPECT_TRUE(tree.are_related(1, 1));
  EXPECT_FALSE(tree.are_related(2, 3));
  EXPECT_FALSE(tree.are_related(0, 4));
  EXPECT_THAT(tree.circles(), IsEmpty());
}

TEST(OverlayTree, FindsEveryCircleAndWhatHangsOnIt) {
  const std::vector<Overlay> overlays{overlay("a", "b"),    overlay("b", "c"), overlay("c", "b"),
                                      overlay("d", "none"), overlay("e", "d"), overlay("s", "s")};
  const OverlayTree tree(overlays);
  EXPECT_THAT(tree.circles(), ElementsAre(ElementsAre(1U, 2U), ElementsAre(5U)));
  for (std::size_t i = 0; i < tree.size(); ++i) EXPECT_FALSE(tree.is_sound(i)) << overlays[i].name;
}

TEST(OverlayTree, CopesWithALongChain) {
  std::vector<Overlay> overlays;
  constexpr int kMany = 20000;
  const auto name = [](int i) { return std::to_string(100000 + i); };
  for (int i = 0; i < kMany; ++i) overlays.push_back(overlay(name(i), i == 0 ? "" : name(i - 1)));
  const OverlayTree tree(overlays);
  EXPECT_EQ(tree.chain_length(kMany - 1), std::size_t{kMany});
  EXPECT_TRUE(tree.are_related(0, kMany - 1));
}

}  // namespace
}  // namespace waybill
