// push, pull and copy, killed at any time: whoever looks sees all of an artifact or nothing, and the same command goes
// on where the killed one stopped (docs/decisions/0020-resumable-transfers.md).
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>

#include "core/digest.h"
#include "tests/functional/support/image_layout.h"
#include "tests/functional/support/random_kills.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/fake_registry.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Clock = std::chrono::steady_clock;

constexpr const char* kManifest = "application/vnd.oci.image.manifest.v1+json";
constexpr std::uint64_t kChunk = 16ULL << 20;  // RegistryOptions::chunk_size
constexpr std::uint64_t kLayer = 18ULL << 20;  // two chunks
constexpr int kLayers = 2;
constexpr std::uint64_t kLists = 64 << 10;

std::string descriptor(const std::string& type, const std::string& digest, std::uint64_t size) {
  return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}}})", type, digest, size);
}

class TransferInterruption : public Workspace {
 protected:
  // An image of two large layers, and something that refers to it.
  void SetUp() override {
    std::string layers;
    for (int i = 0; i < kLayers; ++i) {
      const std::string layer = source_.add_blob("team/image", random_bytes(kLayer, static_cast<std::uint64_t>(i)));
      layers += (i == 0 ? "" : ",") + descriptor("application/vnd.oci.image.layer.v1.tar", layer, kLayer);
    }
    const std::string config = descriptor("application/vnd.oci.empty.v1+json", source_.add_blob("team/image", "{}"), 2);
    const std::string image =
        fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]}})", kManifest, config, layers);
    digest_ = source_.add_manifest("team/image", kManifest, image, "v1");
    source_.add_manifest(
        "team/image", kManifest,
        fmt::format(
            R"({{"schemaVersion":2,"mediaType":"{}","artifactType":"application/vnd.test","config":{},"layers":[{}],"subject":{}}})",
            kManifest, config, config, descriptor(kManifest, digest_, image.size())));
  }

  struct Place {
    std::function<Words()> command;
    std::function<void()> clear;              // makes it empty, or goes to another one
    std::function<bool()> look;               // judges what is there; whether the tag is
    std::function<std::uint64_t()> moved;     // bytes of blobs, ever
    std::function<std::string()> tag_digest;  // after a run to the end
  };

  void kill_again_and_again(int kills, const Place& place) {
    RandomKills random;
    Clock::duration whole{};
    int hit = 0;
    int went_on = 0;
    for (int round = 0; hit < kills; ++round) {
      ASSERT_LT(round, 10 * kills) << "the runs end before they are killed";
      if (round % 10 == 0) {  // other work on this machine makes runs longer and shorter
        place.clear();
        const auto begin = Clock::now();
        ASSERT_THAT(waybill(place.command()), Exited(0));
        whole = Clock::now() - begin;
      }
      place.clear();
      const std::uint64_t before = place.moved();
      const int runs = round % 4 == 0 ? 2 : 1;
      int hit_now = 0;
      for (int run = 0; run < runs; ++run) {
        if (random.hit(*start(place.command()), whole)) ++hit_now;
        place.look();
        ASSERT_FALSE(HasFailure()) << "after kill " << hit + hit_now;
      }
      const std::uint64_t killed = place.moved() - before;
      ASSERT_THAT(waybill(place.command()), Exited(0)) << "after kill " << hit + hit_now;
      EXPECT_TRUE(place.look());
      EXPECT_EQ(place.tag_digest(), digest_);
      const std::uint64_t all = place.moved() - before;
      // A chunk of each blob in flight, for each kill; manifests and small blobs besides.
      const std::uint64_t most = kLayers * kLayer + static_cast<std::uint64_t>(hit_now * kLayers) * kChunk + kLists;
      EXPECT_LE(all, most) << "moved again after kill " << hit + hit_now;
      if (hit_now != 0 && killed > kChunk && all < killed + kLayers * kLayer) ++went_on;
      hit += hit_now;
      ASSERT_FALSE(HasFailure()) << "in the run after kill " << hit;
    }
    EXPECT_GE(went_on, kills / 10) << "the kills came too early or too late";
  }

  // `transfer` and a target are the command. Each place is a new repository: the server may still be at work on the
  // last.
  void kill_transfers_into(FakeRegistry& registry, int kills, const Words& transfer) {
    registry.expect_referrers(1);
    int round = 0;
    const auto repository = [&] { return fmt::format("killed/r{}", round); };
    const auto name = [&] { return fmt::format("oci://{}/{}:v1", registry.host(), repository()); };
    kill_again_and_again(kills, {.command = [&] { return joined(transfer, {name()}); },
                                 .clear =
                                     [&] {
                                       registry.forget(repository());
                                       ++round;
                                     },
                                 .look =
                                     [&] {
                                       EXPECT_THAT(registry.tags_too_early(), IsEmpty());
                                       return registry.manifest("v1").has_value();
                                     },
                                 .moved = [&] { return registry.uploaded_bytes(); },
                                 .tag_digest = [&] { return inspected(name()); }});
  }

  // The layout has no tag, or a tag with everything; no file under a final name is other than its name says.
  bool layout_is_whole_or_untagged() {
    if (!fs::exists(path("out/index.json"))) return false;
    for (const auto& blob : fs::directory_iterator(path("out/blobs/sha256"))) {
      const std::string name = blob.path().filename().string();
      if (name.starts_with(".waybill-")) continue;
      EXPECT_EQ(sha256(read_file(blob.path())).hex(), name);
    }
    const std::string index = read_file(path("out/index.json"));
    if (index.find("\"v1\"") == std::string::npos) return false;
    EXPECT_THAT(index, HasSubstr("application/vnd.test"));
    return true;
  }
  // There is no archive, or all of one, and one partial file at most.
  bool archive_is_whole_or_absent() {
    const auto partial = std::count_if(fs::directory_iterator(folder()), {}, [](const fs::directory_entry& entry) {
      return entry.path().filename().string().starts_with(".waybill-");
    });
    if (!fs::exists(path("out.tar"))) {
      EXPECT_LE(partial, 1);
      return false;
    }
    EXPECT_EQ(partial, 0);
    EXPECT_EQ(sha256(read_file(path("out.tar"))), whole_archive_);
    return true;
  }
  [[nodiscard]] std::string inspected(const std::string& target) const {
    return at(waybill_json({"inspect", target}), "digest").as_string();
  }

  FakeRegistry source_{{.referrers_api = true}};
  std::string digest_;
  std::optional<Digest> whole_archive_;  // its bytes, of a run that nobody killed
};

TEST_F(TransferInterruption, APushThatIsKilledGoesOn) {
  ASSERT_THAT(waybill({"copy", "oci://" + source_.host() + "/team/image:v1", "oci-layout:images"}), Exited(0));
  FakeRegistry target;
  kill_transfers_into(target, 70, {"push", "oci-layout:images:v1"});
}

TEST_F(TransferInterruption, APullThatIsKilledGoesOn) {
  const std::string from = "oci://" + source_.host() + "/team/image:v1";
  kill_again_and_again(70, {.command =
                                [&] {
                                  return Words{"pull", from, "--output", "oci-layout:out:v1"};
                                },
                            .clear = [&] { fs::remove_all(path("out")); },
                            .look = [&] { return layout_is_whole_or_untagged(); },
                            .moved = [&] { return source_.server().bytes_sent(); },
                            .tag_digest = [&] { return inspected("oci-layout:out:v1"); }});
}

TEST_F(TransferInterruption, APullIntoAnArchiveThatIsKilledGoesOn) {
  const std::string from = "oci://" + source_.host() + "/team/image:v1";
  ASSERT_THAT(waybill({"copy", from, "oci-archive:whole.tar"}), Exited(0));
  whole_archive_ = sha256(read_file(path("whole.tar")));
  kill_again_and_again(70, {.command =
                                [&] {
                                  return Words{"pull", from, "--output", "oci-archive:out.tar:v1"};
                                },
                            .clear =
                                [&] {
                                  for (const auto& entry : fs::directory_iterator(folder())) {
                                    const std::string name = entry.path().filename().string();
                                    if (name == "out.tar" || name.starts_with(".waybill-")) fs::remove(entry);
                                  }
                                },
                            .look = [&] { return archive_is_whole_or_absent(); },
                            .moved = [&] { return source_.server().bytes_sent(); },
                            .tag_digest = [&] { return inspected("oci-archive:out.tar:v1"); }});
}

TEST_F(TransferInterruption, ACopyBetweenRegistriesThatIsKilledGoesOn) {
  FakeRegistry target({.referrers_api = true});
  kill_transfers_into(target, 60, {"copy", "oci://" + source_.host() + "/team/image:v1"});
}

}  // namespace
}  // namespace waybill::testing
