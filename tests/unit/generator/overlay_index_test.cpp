#include "generator/overlay_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>

namespace waybill {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

Overlay head(std::string name, const std::string& service) {
  Overlay overlay;
  overlay.name = std::move(name);
  overlay.criteria = {service, "", "", "", ""};
  return overlay;
}

Overlay with_component(const Overlay& head) {
  Overlay whole = head;
  whole.components.push_back({.name = head.name});
  return whole;
}

Criteria eks() {
  Criteria query;
  query.set(Dimension::Service, "eks");
  return query;
}

TEST(OverlayIndex, FindsWhatMatchesAndNothingElse) {
  std::mt19937 random(11);
  const auto pick = [&](std::vector<std::string> words) { return words[random() % words.size()]; };
  std::vector<Overlay> overlays;
  for (int i = 0; i < 2000; ++i) {
    Overlay overlay;
    overlay.name = std::to_string(100'000 + i);
    if (i % 50 != 0)  // the others never match
      overlay.criteria = {pick({"", "any", "eks", "gke"}), pick({"", "any", "h100", "gb200"}),
                          pick({"", "any", "training"}), pick({"", "ubuntu"}), pick({"", "any", "kubeflow"})};
    if (random() % 4 == 0) overlay.nodes = static_cast<std::int64_t>(random() % 3);
    overlays.push_back(std::move(overlay));
  }
  const OverlayIndex index(overlays);
  for (int round = 0; round < 100; ++round) {
    Criteria query;
    query.set(Dimension::Service, pick({"any", "eks", "gke", "aks"}));
    query.set(Dimension::Accelerator, pick({"any", "h100", "gb200"}));
    query.set(Dimension::Intent, pick({"any", "training", "inference"}));
    query.set(Dimension::Os, pick({"any", "ubuntu"}));
    query.set(Dimension::Platform, pick({"any", "kubeflow"}));
    query.set_nodes(static_cast<std::int64_t>(random() % 3));
    std::vector<std::string> expected;
    for (const Overlay& overlay : overlays) {
      if (matches(overlay, query)) expected.push_back(overlay.name);
    }
    std::vector<std::string> found;
    for (const Overlay* overlay : index.matching(query)) found.push_back(overlay->name);
    EXPECT_EQ(found, expected);
  }
}

TEST(OverlayIndex, ReadsTheRestWhenAnOverlayIsAskedForAndOnce) {
  std::vector<std::string> read;
  const OverlayIndex index({head("a", "eks"), head("b", "gke"), head("c", "aks")}, [&](const Overlay& overlay) {
    read.push_back(overlay.name);
    return with_component(overlay);
  });
  EXPECT_THAT(index.heads(), SizeIs(3));
  EXPECT_EQ(index.find("none"), nullptr);
  EXPECT_THAT(read, IsEmpty());
  ASSERT_THAT(index.matching(eks()), SizeIs(1));
  EXPECT_THAT(index.find("a")->components, SizeIs(1));
  EXPECT_THAT(read, ::testing::ElementsAre("a"));
  for (const Overlay& overlay : index.all()) EXPECT_THAT(overlay.components, SizeIs(1));
  EXPECT_THAT(read, ::testing::ElementsAre("a", "b", "c"));
}

TEST(OverlayIndex, MayBeAskedFromSeveralThreads) {
  std::vector<Overlay> heads;
  for (int i = 0; i < 100; ++i) heads.push_back(head(std::to_string(1000 + i), "eks"));
  const OverlayIndex index(std::move(heads), with_component);
  std::vector<std::thread> threads;
  std::vector<std::size_t> counts(4);
  for (std::size_t& count : counts) {
    threads.emplace_back([&] {
      for (const Overlay* overlay : index.matching(eks())) count += overlay->components.size();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(counts, ::testing::Each(100U));
}

}  // namespace
}  // namespace waybill
