#include "oci/closure.h"

#include <fmt/core.h>

#include <set>

#include "core/error.h"
#include "core/interrupt.h"
#include "oci/reference.h"

namespace waybill::oci {
namespace {

constexpr unsigned kDeepest = 8;  // index in index, referrer of referrer: real ones have two or three
constexpr std::size_t kMostManifests = 20'000;
constexpr std::uint64_t kMostBytes = 512ULL << 20;  // of manifests; they are kept in memory

class Collector {
 public:
  Collector(StoreReader& store, WithReferrers referrers) noexcept : store_(store), referrers_(referrers) {}

  void add(const Digest& digest, unsigned depth) {
    throw_if_interrupted();
    if (!seen_.insert(digest).second) return;
    if (depth > kDeepest) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("manifests are nested more than {} deep at {}", kDeepest, digest.to_string()));
    }
    FetchedManifest manifest = require_manifest(store_, digest);
    bytes_ += manifest.bytes.size();
    if (seen_.size() > kMostManifests || bytes_ > kMostBytes) {
      throw Error(ErrorCode::InvalidInput, fmt::format("more than {} manifests, or {} MiB of them, belong together",
                                                       kMostManifests, kMostBytes >> 20U));
    }
    ManifestLinks links = links_of(manifest.bytes, manifest.descriptor.media_type);
    for (const Descriptor& child : links.manifests) add(child.digest, depth + 1);
    result_.manifests.push_back({std::move(manifest), std::move(links)});
    if (referrers_ == WithReferrers::No) return;
    for (const Descriptor& referrer : store_.referrers(digest)) add(referrer.digest, depth + 1);
    for (const std::string& tag : cosign_tags(digest)) {
      if (const std::optional<Descriptor> found = store_.resolve(tag)) {
        add(found->digest, depth + 1);
        result_.tags.push_back({tag, *found});
      }
    }
  }

  Closure take() { return std::move(result_); }

 private:
  StoreReader& store_;
  WithReferrers referrers_;
  std::set<Digest> seen_;
  std::uint64_t bytes_ = 0;
  Closure result_;
};

bool may_be_missing(const Descriptor& layer) {
  return layer.media_type.find(".nondistributable.") != std::string::npos ||
         layer.media_type.find(".foreign.") != std::string::npos;
}

}  // namespace

Closure closure_of(StoreReader& store, const Digest& manifest, WithReferrers referrers) {
  Collector collector(store, referrers);
  collector.add(manifest, 0);
  return collector.take();
}

std::vector<std::string> cosign_tags(const Digest& digest) {
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
