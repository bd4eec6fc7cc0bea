// How many requests a registry has to bear at once, from its own side (docs/decisions/0025-lanes.md).
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/functional/support/workspace.h"
#include "tests/support/fake_registry.h"

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;

constexpr unsigned kFirst = 4;               // lanes to begin with
constexpr std::size_t kServed = kFirst - 1;  // blobs before the registry has enough
constexpr std::size_t kLayers = 40;

class TransferLanes : public Workspace {
 protected:
  // Copies the image of a registry that refuses some blobs for a while. How many requests were on their way when each
  // blob was asked for.
  std::vector<unsigned> copy_in_spite_of(int refusals, int status, const std::string& retry_after);
};

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

std::vector<unsigned> TransferLanes::copy_in_spite_of(int refusals, int status, const std::string& retry_after) {
  FakeRegistry registry({.refusals = refusals,
                         .refusal_status = status,
                         .refusals_after = static_cast<int>(kServed),
                         .retry_after = retry_after,
                         .refused_path = "/blobs/",
                         .blob_delay = std::chrono::milliseconds(40)});
  fill(registry);
  const ProcessResult done = waybill({"copy", "oci://" + registry.host() + "/team/image:v1", "oci-layout:out"});
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(done.err, HasSubstr("trying again"));
  EXPECT_EQ(snapshot(path("out/blobs")).size(), kLayers + 2);  // with config and manifest
  std::vector<unsigned> at_once;
  for (const FakeRequest& request : registry.server().requests()) {
    if (request.path().find("/blobs/") != std::string::npos) at_once.push_back(request.at_once);
  }
  EXPECT_EQ(at_once.size(), kLayers + 1 + static_cast<std::size_t>(refusals))
      << "each blob once, and what was refused once more";
  return at_once;
}

// Half as many for three blobs in a row, and later more again. A lane that waits does not ask, so one refusal alone
// would leave three of four.
void expect_half_and_more_again(const std::vector<unsigned>& at_once) {
  const auto refused = at_once.begin() + kFirst;
  EXPECT_EQ(*std::max_element(at_once.begin(), refused), kFirst);
  const auto half = [](unsigned each) { return each <= kFirst / 2; };
  auto low = refused;
  while (at_once.end() - low > 3 && !std::all_of(low, low + 3, half)) ++low;
  ASSERT_GT(at_once.end() - low, 3) << "never less after the refusal: " << ::testing::PrintToString(at_once);
  EXPECT_FALSE(std::all_of(low, at_once.end(), half)) << "never more again: " << ::testing::PrintToString(at_once);
  EXPECT_LE(*std::max_element(low, at_once.end()), 16U);
}

TEST_F(TransferLanes, AreHalvedByTooManyRequestsAndGrowAgain) {
  expect_half_and_more_again(copy_in_spite_of(1, 429, "1"));
}

TEST_F(TransferLanes, AreHalvedByAServerThatIsUnavailableAndGrowAgain) {
  expect_half_and_more_again(copy_in_spite_of(1, 503, {}));
}

TEST_F(TransferLanes, OutlastRefusalsThatGoOn) { copy_in_spite_of(4, 503, "1"); }

}  // namespace
}  // namespace waybill::testing
