#include "oci/closure.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/interrupt.h"
#include "oci/lanes.h"
#include "oci/platform.h"
#include "oci/reference.h"

namespace waybill::oci {
namespace {

constexpr unsigned kDeepest = 8;  // index in index, referrer of referrer: real ones have two or three
constexpr std::size_t kMostManifests = 20'000;
constexpr std::uint64_t kMostBytes = 512ULL << 20;  // of manifests; they are kept in memory

class Collector {
 public:
  Collector(StoreReader& store, WithReferrers referrers, StoreReader* nearer) noexcept
      : store_(store), referrers_(referrers), nearer_(nearer) {}

  Closure collect(const Digest& root) {
    discover(root, 0);
    while (!to_fetch_.empty() || !to_ask_.empty()) run_round();
    result_.manifests.reserve(nodes_.size());
    require(root, 0);
    return std::move(result_);
  }

 private:
  // Small, for there may be thousands.
  struct Node {
    unsigned depth = 0;
    bool is_there = false;                 // in the store
    bool is_placed = false;                // in result_
    std::unique_ptr<FoundManifest> found;  // until it is placed
    std::vector<Descriptor> referrers;
    std::array<std::unique_ptr<Descriptor>, kCosignTags> tagged;  // what cosign_tags() name
  };

  void discover(const Digest& digest, unsigned depth) {
    check_depth(digest, depth);
    const auto [node, is_new] = nodes_.try_emplace(digest);
    if (!is_new) return;
    node->second.depth = depth;
    if (nodes_.size() > kMostManifests) throw too_many();
    to_fetch_.push_back(digest);
  }

  // One way to the store and back: the manifests that were discovered in the round before, and what belongs to those
  // that it brought.
  void run_round() {
    const std::vector<Digest> fetching = std::exchange(to_fetch_, {});
    const std::vector<Digest> asking = std::exchange(to_ask_, {});
    constexpr std::size_t kQuestions = 1 + kCosignTags;
    const std::size_t questions = asking.size() * kQuestions;
    ask_in_lanes(store_.is_remote(), questions + fetching.size(), [&](std::size_t i) {
      throw_if_interrupted();
      if (i < questions) {
        const Digest& digest = asking[i / kQuestions];
        ask(digest, nodes_.at(digest), i % kQuestions);
      } else {
        const Digest& digest = fetching[i - questions];
        fetch(digest, nodes_.at(digest));
      }
    });
    for (const Digest& digest : fetching) {
      const Node& node = nodes_.at(digest);
      if (!node.is_there) continue;
      for (const Descriptor& child : node.found->links.manifests) discover(child.digest, node.depth + 1);
      if (referrers_ == WithReferrers::Yes) to_ask_.push_back(digest);
    }
    for (const Digest& digest : asking) {
      const Node& node = nodes_.at(digest);
      for (const Descriptor& referrer : node.referrers) discover(referrer.digest, node.depth + 1);
      for (const std::unique_ptr<Descriptor>& tagged : node.tagged) {
        if (tagged != nullptr) discover(tagged->digest, node.depth + 1);
      }
    }
  }

  void fetch(const Digest& digest, Node& node) {
    std::optional<FetchedManifest> fetched;
    if (nearer_ != nullptr) fetched = nearer_->fetch_manifest(digest);
    if (!fetched) fetched = store_.fetch_manifest(digest);
    if (!fetched) return;
    if (bytes_ += fetched->bytes.size(); bytes_ > kMostBytes) throw too_many();
    ManifestLinks links = links_of(fetched->bytes, fetched->descriptor.media_type);
    node.found = std::make_unique<FoundManifest>(FoundManifest{std::move(*fetched), std::move(links)});
    node.is_there = true;
  }

  void ask(const Digest& digest, Node& node, std::size_t question) {
    if (question == 0) {
      node.referrers = store_.referrers(digest);
    } else if (auto tagged = store_.resolve(cosign_tags(digest)[question - 1])) {
      node.tagged[question - 1] = std::make_unique<Descriptor>(std::move(*tagged));
    }
  }

  // Puts it into the result, with all that belongs to it, in an order that no network has a say in.
  void require(const Digest& digest, unsigned depth) {
    check_depth(digest, depth);
    Node& node = nodes_.at(digest);
    if (!node.is_there) throw no_manifest(store_, digest);
    if (std::exchange(node.is_placed, true)) return;
    for (const Descriptor& child : node.found->links.manifests) {
      Node& named = nodes_.at(child.digest);
      if (named.is_there) {
        require(child.digest, depth + 1);
      } else if (!std::exchange(named.is_placed, true)) {
        result_.missing.push_back(child);
      }
    }
    result_.manifests.push_back(std::move(*node.found));
    node.found.reset();
    for (const Descriptor& referrer : node.referrers) require(referrer.digest, depth + 1);
    for (std::size_t i = 0; i < node.tagged.size(); ++i) {
      const std::unique_ptr<Descriptor>& tagged = node.tagged[i];
      if (tagged == nullptr) continue;
      require(tagged->digest, depth + 1);
      result_.tags.push_back({cosign_tags(digest)[i], *tagged});
    }
  }

  static void check_depth(const Digest& digest, unsigned depth) {
    if (depth <= kDeepest) return;
    throw Error(ErrorCode::InvalidInput,
                fmt::format("manifests are nested more than {} deep at {}", kDeepest, digest.to_string()));
  }
  static Error too_many() {
    return {ErrorCode::InvalidInput, fmt::format("more than {} manifests, or {} MiB of them, belong together",
                                                 kMostManifests, kMostBytes >> 20U)};
  }

  StoreReader& store_;
  WithReferrers referrers_;
  StoreReader* nearer_;           // may be null
  std::map<Digest, Node> nodes_;  // in a round each is touched by the lanes that fetch it or ask about it alone
  std::vector<Digest> to_fetch_;
  std::vector<Digest> to_ask_;
  std::atomic<std::uint64_t> bytes_ = 0;
  Closure result_;
};

bool may_be_missing(const Descriptor& layer) {
  return layer.media_type.find(".nondistributable.") != std::string::npos ||
         layer.media_type.find(".foreign.") != std::string::npos;
}

}  // namespace

Closure closure_of(StoreReader& store, const Digest& manifest, WithReferrers referrers, StoreReader* nearer) {
  return Collector(store, referrers, nearer).collect(manifest);
}

void tell_missing(const Closure& closure, const StoreReader& store, Reporter* reporter) {
  if (closure.missing.empty() || reporter == nullptr) return;
  reporter->warning(fmt::format("'{}' does not have {}; the index is taken along without", store.name(),
                                missing_text(closure.missing)));
}

std::string missing_text(const std::vector<Descriptor>& missing) {
  constexpr std::size_t kMostNamed = 8;
  std::vector<std::string> names;
  for (const Descriptor& manifest : missing) {
    if (names.size() == kMostNamed) {
      names.emplace_back("…");
      break;
    }
    const std::string platform = platform_of(manifest);
    names.push_back(manifest.digest.to_string() + (platform.empty() ? "" : fmt::format(" ({})", platform)));
  }
  return fmt::format("{} manifest{} that an index names: {}", missing.size(), missing.size() == 1 ? "" : "s",
                     fmt::join(names, ", "));
}

void add_missing(std::vector<Descriptor>& all, const std::vector<Descriptor>& more) {
  for (const Descriptor& manifest : more) {
    if (std::ranges::find(all, manifest.digest, &Descriptor::digest) == all.end()) all.push_back(manifest);
  }
}

std::array<std::string, kCosignTags> cosign_tags(const Digest& digest) {
  return {digest_tag(digest, ".sig"), digest_tag(digest, ".att"), digest_tag(digest, ".sbom")};
}

std::vector<Descriptor> blobs_to_copy(BlobReader& store, const ManifestLinks& links) {
  std::vector<Descriptor> result;
  for (const Descriptor& blob : links.blobs) {
    if (!may_be_missing(blob) || store.exists_blob(blob)) result.push_back(blob);
  }
  return result;
}

}  // namespace waybill::oci
