#include "oci/copy.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "core/error.h"
#include "core/interrupt.h"
#include "oci/manifest.h"
#include "oci/reference.h"

namespace waybill::oci {
namespace {

constexpr unsigned kDeepest = 8;  // index in index, referrer of referrer: real ones have two or three

class Copier {
 public:
  Copier(Store& from, Store& to, const CopyOptions& options) noexcept : from_(from), to_(to), options_(options) {}

  void copy_manifest(const Digest& digest, unsigned depth = 0) {
    throw_if_interrupted();
    if (!seen_.insert(digest).second) return;
    if (depth > kDeepest) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("manifests are nested more than {} deep at {}", kDeepest, digest.to_string()));
    }
    const FetchedManifest manifest = require_manifest(from_, digest);
    const ManifestLinks links = links_of(manifest.bytes, manifest.descriptor.media_type);
    // A manifest is only ever written after what it names, so one that is there is complete.
    const bool present = to_.resolve(digest).has_value();
    for (const Descriptor& child : links.manifests) copy_manifest(child.digest, depth + 1);
    if (present) {
      ++counts_.manifests_skipped;
      counts_.blobs_skipped += links.blobs.size();
      // Only its listing among the referrers may be missing: pushing again brings that about.
      if (links.subject) to_.push_manifest(manifest.bytes, manifest.descriptor.media_type);
    } else {
      copy_blobs(links.blobs);
      to_.push_manifest(manifest.bytes, manifest.descriptor.media_type);
      ++counts_.manifests_pushed;
    }
    if (options_.referrers == WithReferrers::No) return;
    for (const Descriptor& referrer : from_.referrers(digest)) copy_manifest(referrer.digest, depth + 1);
    for (const std::string_view suffix : {".sig", ".att"}) copy_signatures(digest_tag(digest, suffix), depth);
  }

  void tag(const Descriptor& manifest, const std::string& name, ForceTag force) {
    const auto held = to_.resolve(name);
    if (held && held->digest == manifest.digest) return;
    to_.tag(manifest, name, force);
    ++counts_.tags_set;
  }

  [[nodiscard]] const CopyCounts& counts() const noexcept { return counts_; }

 private:
  // Cosign keeps all signatures of one digest in one manifest under one tag, so moving the tag could lose some.
  void copy_signatures(const std::string& name, unsigned depth) {
    const std::optional<Descriptor> source = from_.resolve(name);
    if (!source) return;
    const std::optional<FetchedManifest> held = to_.fetch_tagged(name);
    if (held && held->descriptor.digest == source->digest) return;
    if (held) {
      const FetchedManifest fresh = require_manifest(from_, source->digest);
      const auto layers = links_of(fresh.bytes, fresh.descriptor.media_type).blobs;
      const auto kept = parse_image_manifest(held->bytes, held->descriptor.media_type).layers;
      for (const Descriptor& layer : kept) {
        if (std::find(layers.begin(), layers.end(), layer) == layers.end()) {
          throw Error(ErrorCode::Conflict, fmt::format("tag '{}' of '{}' holds signatures that '{}' does not have",
                                                       name, to_.name(), from_.name()))
              .hint("copy without referrers, or remove that tag first");
        }
      }
    }
    copy_manifest(source->digest, depth + 1);
    tag(*source, name, ForceTag::Yes);
  }

  void copy_blobs(const std::vector<Descriptor>& all) {
    std::vector<Descriptor> blobs;
    for (const Descriptor& blob : all) {
      if (seen_blobs_.insert(blob.digest).second) blobs.push_back(blob);
    }
    std::atomic<std::size_t> next{0};
    std::exception_ptr failure;
    const auto work = [&] {
      for (std::size_t i = next++; i < blobs.size(); i = next++) {
        try {
          copy_blob(blobs[i]);
        } catch (...) {
          const std::lock_guard lock(mutex_);
          if (!failure) failure = std::current_exception();
          next = blobs.size();
        }
      }
    };
    {
      std::vector<std::jthread> threads;
      const std::size_t others = std::min<std::size_t>(std::max(options_.parallel, 1U), blobs.size());
      for (std::size_t i = 1; i < others; ++i) threads.emplace_back(work);
      work();
    }
    if (failure) std::rethrow_exception(failure);
  }

  void copy_blob(const Descriptor& blob) {
    const Pushed pushed = to_.push_blob(blob, [&] { return from_.fetch_blob(blob); });
    const std::lock_guard lock(mutex_);
    if (pushed == Pushed::AlreadyThere) {
      ++counts_.blobs_skipped;
      return;
    }
    ++counts_.blobs_pushed;
    counts_.bytes_pushed += blob.size;
    if (options_.reporter != nullptr)
      options_.reporter->progress(fmt::format("copying {}", blob.digest.to_string()), blob.size, blob.size);
  }

  Store& from_;
  Store& to_;
  const CopyOptions& options_;
  std::set<Digest> seen_;
  std::set<Digest> seen_blobs_;
  std::mutex mutex_;  // guards counts_ while blobs are copied
  CopyCounts counts_;
};

}  // namespace

CopyCounts copy(Store& from, Store& to, const Descriptor& manifest, const CopyOptions& options) {
  return with_context(
      [&] {
        return fmt::format("while copying {} from '{}' to '{}'", manifest.digest.to_string(), from.name(), to.name());
      },
      [&] {
        Copier copier(from, to, options);
        to.begin_batch();
        copier.copy_manifest(manifest.digest);
        to.end_batch();
        return copier.counts();
      });
}

CopyCounts copy_tagged(Store& from, Store& to, const Descriptor& manifest, const std::string& tag, ForceTag force,
                       const CopyOptions& options) {
  check_tag(tag);
  if (force == ForceTag::No) {
    const auto held = to.resolve(tag);
    if (held && held->digest != manifest.digest) throw tag_conflict(to.name(), tag, held->digest, manifest.digest);
  }
  return with_context(
      [&] {
        return fmt::format("while copying {} from '{}' to '{}'", manifest.digest.to_string(), from.name(), to.name());
      },
      [&] {
        Copier copier(from, to, options);
        to.begin_batch();
        copier.copy_manifest(manifest.digest);
        copier.tag(manifest, tag, force);
        to.end_batch();
        return copier.counts();
      });
}

}  // namespace waybill::oci
