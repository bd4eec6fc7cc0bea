// How many requests a registry has to bear at once, from its own side (docs/decisions/0025-lanes.md).
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/functional/support/workspace.h"
#include "tests/support/fake_registry.h"

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kServed = 12;  // blobs before the registry has enough
constexpr std::size_t kRefused = 2;
constexpr std::size_t kLayers = 60;

struct Refusal {
  int status;
  const char* retry_after;
};

class TransferLanes : public Workspace, public ::testing::WithParamInterface<Refusal> {};

// An image of many small layers, each of which takes its time.
void fill(FakeRegistry& registry) {
  const auto descriptor = [&](const std::string& bytes) {
    return fmt::format(R"({{"mediaType":"application/octet-stream","digest":"{}","size":{}}})",
                       registry.add_blob("team/image", bytes), bytes.size());
  };
  std::string layers;
  for (std::size_t i = 0; i < kLayers; ++i) layers += (i == 0 ? "" : ",") + descriptor(fmt::format("layer {:04}", i));
  const std::string type = "application/vnd.oci.image.manifest.v1+json";
  registry.add_manifest("team/image", type,
                        fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]}})", type,
                                    descriptor("{}"), layers),
                        "v1");
}

TEST_P(TransferLanes, FallAfterRefusalsAndGrowAgain) {
  FakeRegistry registry({.refusals = static_cast<int>(kRefused),
                         .refusal_status = GetParam().status,
                         .refusals_after = static_cast<int>(kServed),
                         .retry_after = GetParam().retry_after,
                         .refused_path = "/blobs/",
                         .blob_delay = std::chrono::milliseconds(25)});
  fill(registry);
  const ProcessResult done = waybill({"copy", "oci://" + registry.host() + "/team/image:v1", "oci-layout:out"});
  ASSERT_THAT(done, Exited(0));
  EXPECT_THAT(done.err, HasSubstr("trying again"));
  EXPECT_EQ(snapshot(path("out/blobs")).size(), kLayers + 2);  // with config and manifest

  std::vector<unsigned> at_once;  // on the way when each blob was asked for
  for (const FakeRequest& request : registry.server().requests()) {
    if (request.path().find("/blobs/") != std::string::npos) at_once.push_back(request.at_once);
  }
  ASSERT_EQ(at_once.size(), kLayers + 1 + kRefused) << "each blob once, and what was refused once more";
  const auto refusals = at_once.begin() + kServed;
  const unsigned before = *std::max_element(at_once.begin(), refusals + kRefused);
  EXPECT_GE(before, 4U);
  EXPECT_LE(before, 16U);
  // Three in a row that met few others, and later one that met more again.
  const auto few = [&](unsigned each) { return each <= before / 2; };
  auto low = refusals + kRefused;
  while (at_once.end() - low > 3 && !std::all_of(low, low + 3, few)) ++low;
  ASSERT_GT(at_once.end() - low, 3) << "never less after the refusals: " << ::testing::PrintToString(at_once);
  EXPECT_FALSE(std::all_of(low, at_once.end(), few)) << "never more again: " << ::testing::PrintToString(at_once);
}

INSTANTIATE_TEST_SUITE_P(Answer, TransferLanes, ::testing::Values(Refusal{429, "1"}, Refusal{503, ""}),
                         [](const auto& refusal) { return fmt::format("Status{}", refusal.param.status); });

}  // namespace
}  // namespace waybill::testing
