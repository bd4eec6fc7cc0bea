#include "oci/closure.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

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

  void add(const Digest& digest, unsigned depth) {
    if (!find(digest, depth)) throw no_manifest(store_, digest);
  }

  Closure take() { return std::move(result_); }

 private:
  // Whether it is there.
  bool find(const Digest& digest, unsigned depth) {
    throw_if_interrupted();
    if (!seen_.insert(digest).second) return true;
    if (depth > kDeepest) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("manifests are nested more than {} deep at {}", kDeepest, digest.to_string()));
    }
    std::optional<FetchedManifest> fetched = fetch(digest);
    if (!fetched) return false;
    FetchedManifest& manifest = *fetched;
    bytes_ += manifest.bytes.size();
    if (seen_.size() > kMostManifests || bytes_ > kMostBytes) {
      throw Error(ErrorCode::InvalidInput, fmt::format("more than {} manifests, or {} MiB of them, belong together",
                                                       kMostManifests, kMostBytes >> 20U));
    }
    ManifestLinks links = links_of(manifest.bytes, manifest.descriptor.media_type);
    for (const Descriptor& child : links.manifests) {
      if (!find(child.digest, depth + 1)) result_.missing.push_back(child);
    }
    result_.manifests.push_back({std::move(manifest), std::move(links)});
    if (referrers_ == WithReferrers::No) return true;
    Related related = related_to(digest);
    for (const Descriptor& referrer : related.referrers) add(referrer.digest, depth + 1);
    for (TaggedDigest& tagged : related.tags) {
      add(tagged.manifest.digest, depth + 1);
      result_.tags.push_back(std::move(tagged));
    }
    return true;
  }

  struct Related {
    std::vector<Descriptor> referrers;
    std::vector<TaggedDigest> tags;
  };

  std::optional<FetchedManifest> fetch(const Digest& digest) {
    if (nearer_ != nullptr) {
      if (std::optional<FetchedManifest> found = nearer_->fetch_manifest(digest)) return found;
    }
    return store_.fetch_manifest(digest);
  }

  // All that can be asked about one manifest is asked at once.
  Related related_to(const Digest& digest) {
    Related result;
    const std::vector<std::string> tags = cosign_tags(digest);
    std::vector<std::optional<Descriptor>> found(tags.size());
    const unsigned lanes = store_.is_remote() ? static_cast<unsigned>(tags.size()) + 1 : 1;
    run_in_lanes(
        tags.size() + 1, [&] { return lanes; },
        [&](std::size_t i) {
          if (i == 0) {
            result.referrers = store_.referrers(digest);
          } else {
            found[i - 1] = store_.resolve(tags[i - 1]);
          }
        });
    for (std::size_t i = 0; i < tags.size(); ++i) {
      if (const std::optional<Descriptor>& tagged = found[i]) result.tags.push_back({tags[i], *tagged});
    }
    return result;
  }

  StoreReader& store_;
  WithReferrers referrers_;
  StoreReader* nearer_;  // may be null
  std::set<Digest> seen_;
  std::uint64_t bytes_ = 0;
  Closure result_;
};

bool may_be_missing(const Descriptor& layer) {
  return layer.media_type.find(".nondistributable.") != std::string::npos ||
         layer.media_type.find(".foreign.") != std::string::npos;
}

}  // namespace

Closure closure_of(StoreReader& store, const Digest& manifest, WithReferrers referrers, StoreReader* nearer) {
  Collector collector(store, referrers, nearer);
  collector.add(manifest, 0);
  return collector.take();
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
