#include "oci/copy.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <numeric>
#include <set>

#include "core/error.h"
#include "core/interrupt.h"
#include "oci/lanes.h"
#include "oci/manifest.h"
#include "oci/progress.h"
#include "oci/reference.h"

namespace waybill::oci {
namespace {

// The same content, hashed from its first byte wherever it is opened: what was sent before is read once more. The last
// byte is handed out only if all are as the descriptor says.
OpenBlob verified(const Descriptor& blob, OpenBlob open) {
  return [blob, open = std::move(open)](std::uint64_t offset) {
    auto source = std::make_unique<VerifyingSource>(open(0), blob.digest, blob.size);
    std::array<std::byte, std::size_t{64} * 1024> dropped;
    while (offset != 0) {
      throw_if_interrupted();
      const std::size_t count = source->read(std::span(dropped).first(std::min<std::uint64_t>(offset, dropped.size())));
      if (count == 0) break;
      offset -= count;
    }
    return source;
  };
}

// The tag that a copy ends with.
struct Tagging {
  std::string name;
  ForceTag force = ForceTag::No;
  std::optional<Digest> held;  // what it names until then
};

class Copier {
 public:
  Copier(StoreReader& from, Store& to, const CopyOptions& options, const std::optional<Tagging>& tagging)
      : from_(from), to_(to), options_(options), tagging_(tagging) {}

  // What `closure` holds, that is `root` and what belongs to it.
  CopyOutcome copy(const Closure& closure, const Descriptor& root) {
    tell_missing(closure, from_, options_.reporter);
    outcome_.missing = closure.missing;
    const std::vector<TaggedDigest> tags = tags_to_set(from_, to_, closure);
    to_.copies_from(from_);
    const std::vector<char> present = find_present(closure);
    copy_blobs(blobs_of_new(closure, present));
    to_.begin_batch();
    // What refers to the root comes after it; where nothing does, the root can go up with its tag.
    const bool ends_with_root =
        closure.tags.empty() && closure.manifests.back().manifest.descriptor.digest == root.digest;
    const bool tags_root = tagging_ && ends_with_root && present.back() == 0;
    for (const std::vector<std::size_t>& wave : waves_of(closure, closure.manifests.size() - (tags_root ? 1 : 0))) {
      ask_in_lanes(to_.is_remote(), wave.size(), [&](std::size_t i) {
        const FoundManifest& found = closure.manifests[wave[i]];
        push(closure, found, present[wave[i]] != 0, [&] { to_.push_manifest(found.manifest); });
      });
    }
    ask_in_lanes(to_.is_remote(), tags.size(), [&](std::size_t i) {
      throw_if_interrupted();
      note_tag(to_.tag(tags[i].manifest, tags[i].tag, ForceTag::Yes));
    });
    if (tags_root) {
      const FoundManifest& last = closure.manifests.back();
      push(closure, last, false, [&] { note_tag(to_.push_tagged(last.manifest, tagging_->name, tagging_->force)); });
    } else if (tagging_ && !is_named(root.digest)) {
      note_tag(to_.tag(root, tagging_->name, tagging_->force));
    }
    to_.end_batch();
    return outcome_;
  }

 private:
  // A registry that has just said what the tag names has that manifest. In a folder something may have been lost.
  [[nodiscard]] bool is_named(const Digest& digest) const {
    return to_.is_remote() && tagging_ && tagging_->held == digest;
  }
  // Which manifests are there. One is only ever written after what it names, so it is complete then.
  [[nodiscard]] std::vector<char> find_present(const Closure& closure) {
    std::vector<char> result(closure.manifests.size());
    ask_in_lanes(to_.is_remote(), result.size(), [&](std::size_t i) {
      throw_if_interrupted();
      const Digest& digest = closure.manifests[i].manifest.descriptor.digest;
      result[i] = is_named(digest) || to_.resolve(digest) ? 1 : 0;
    });
    return result;
  }

  // The first `count` manifests by their places in the closure: those of one wave need nothing but earlier waves.
  static std::vector<std::vector<std::size_t>> waves_of(const Closure& closure, std::size_t count);

  // Whether it is an index that names what is not there.
  static bool lacks_any(const Closure& closure, const FoundManifest& found);

  // What the manifests name that are not there, each once.
  [[nodiscard]] std::vector<Descriptor> blobs_of_new(const Closure& closure, const std::vector<char>& present) {
    std::vector<Descriptor> result;
    std::set<Digest> seen;
    for (std::size_t i = 0; i < present.size(); ++i) {
      const ManifestLinks& links = closure.manifests[i].links;
      if (present[i] != 0) {
        outcome_.blobs_skipped += links.blobs.size();
        continue;
      }
      for (Descriptor& blob : blobs_to_copy(from_, links)) {
        if (seen.insert(blob.digest).second) result.push_back(std::move(blob));
      }
    }
    return result;
  }

  template <typename Push>
  void push(const Closure& closure, const FoundManifest& found, bool present, const Push& do_push) {
    throw_if_interrupted();
    {
      const std::lock_guard lock(mutex_);
      ++(present ? outcome_.manifests_skipped : outcome_.manifests_pushed);
    }
    // Of one that is there only its listing among the referrers may be missing: pushing again brings that about.
    if (present && !found.links.subject) return;
    try {
      do_push();
    } catch (Error& refused) {
      if (refused.hint().empty() && lacks_any(closure, found))
        refused.hint("'--platform' copies one image of an index that is not whole");
      throw;
    }
  }

  void note_tag(bool set) {
    const std::lock_guard lock(mutex_);
    outcome_.tags_set += set ? 1 : 0;
  }

  void copy_blobs(const std::vector<Descriptor>& blobs) {
    const std::uint64_t total =
        std::accumulate(blobs.begin(), blobs.end(), std::uint64_t{0},
                        [](std::uint64_t sum, const Descriptor& blob) { return sum + blob.size; });
    CopyProgress progress(options_.reporter, total);
    LaneBound lanes(options_.parallel, options_.most_parallel, LaneBound::Clock::now());
    const auto bound = [&] {
      const std::lock_guard lock(mutex_);
      return lanes.bound();
    };
    run_in_lanes(blobs.size(), bound, [&](std::size_t i) {
      copy_blob(blobs[i], progress);
      const std::lock_guard lock(mutex_);
      lanes.ended(blobs[i].size, from_.waits() + to_.waits(), LaneBound::Clock::now());
    });
  }

  void copy_blob(const Descriptor& blob, CopyProgress& progress) {
    throw_if_interrupted();
    OpenBlob open = progress.counted(blob, [&](std::uint64_t offset) { return from_.open_blob(blob, offset); });
    if (options_.verify && to_.is_remote()) open = verified(blob, std::move(open));
    const Pushed pushed = to_.push_blob(blob, open);
    if (pushed == Pushed::AlreadyThere) progress.skipped(blob);
    const std::lock_guard lock(mutex_);
    if (pushed == Pushed::AlreadyThere) {
      ++outcome_.blobs_skipped;
    } else {
      ++outcome_.blobs_pushed;
      outcome_.bytes_pushed += blob.size;
    }
  }

  StoreReader& from_;
  Store& to_;
  const CopyOptions& options_;
  const std::optional<Tagging>& tagging_;
  std::mutex mutex_;  // guards outcome_, and the bound of lanes, while several lanes are open
  CopyOutcome outcome_;
};

std::vector<std::vector<std::size_t>> Copier::waves_of(const Closure& closure, std::size_t count) {
  std::map<Digest, std::size_t> wave_after;  // the first that may need it
  std::vector<std::vector<std::size_t>> waves;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& [manifest, links] = closure.manifests[i];
    std::size_t wave = 0;
    const auto need = [&](const Descriptor& needed) {
      if (const auto found = wave_after.find(needed.digest); found != wave_after.end())
        wave = std::max(wave, found->second);
    };
    for (const Descriptor& child : links.manifests) need(child);
    if (links.subject) need(*links.subject);
    wave_after[manifest.descriptor.digest] = wave + 1;
    if (waves.size() == wave) waves.emplace_back();
    waves[wave].push_back(i);
  }
  return waves;
}

bool Copier::lacks_any(const Closure& closure, const FoundManifest& found) {
  return std::any_of(closure.missing.begin(), closure.missing.end(), [&](const Descriptor& missing) {
    return std::find(found.links.manifests.begin(), found.links.manifests.end(), missing) !=
           found.links.manifests.end();
  });
}

CopyOutcome copy_closure(StoreReader& from, Store& to, const Descriptor& manifest, const CopyOptions& options,
                         const std::optional<Tagging>& tagging) {
  return with_context(
      [&] {
        return fmt::format("while copying {} from '{}' to '{}'", manifest.digest.to_string(), from.name(), to.name());
      },
      [&] {
        StoreReader* nearer = from.is_remote() && !to.is_remote() ? &to : nullptr;
        const Closure closure = closure_of(from, manifest.digest, options.referrers, nearer);
        return Copier(from, to, options, tagging).copy(closure, manifest);
      });
}

// What the tag names; Conflict if that is something else and is not forced.
std::optional<Digest> free_tag(StoreReader& to, const std::string& tag, const Digest& wanted, ForceTag force) {
  check_tag(tag);
  const auto held = resolve_by(to, tag, wanted.algorithm());
  if (!held) return std::nullopt;
  if (held->digest != wanted && force == ForceTag::No) throw tag_conflict(to.name(), tag, held->digest, wanted);
  return held->digest;
}

}  // namespace

bool changed(const CopyOutcome& outcome) noexcept {
  return outcome.blobs_pushed + outcome.manifests_pushed + outcome.tags_set != 0;
}

CopyOutcome& CopyOutcome::operator+=(const CopyOutcome& more) {
  blobs_pushed += more.blobs_pushed;
  blobs_skipped += more.blobs_skipped;
  bytes_pushed += more.bytes_pushed;
  manifests_pushed += more.manifests_pushed;
  manifests_skipped += more.manifests_skipped;
  tags_set += more.tags_set;
  add_missing(missing, more.missing);
  return *this;
}

CopyOutcome copy(StoreReader& from, Store& to, const Descriptor& manifest, const CopyOptions& options) {
  return copy_closure(from, to, manifest, options, std::nullopt);
}

CopyOutcome copy_tagged(StoreReader& from, Store& to, const Descriptor& manifest, const std::string& tag,
                        ForceTag force, const CopyOptions& options) {
  return copy_closure(from, to, manifest, options, Tagging{tag, force, free_tag(to, tag, manifest.digest, force)});
}

void require_free_tag(StoreReader& to, const std::string& tag, const Digest& wanted, ForceTag force) {
  static_cast<void>(free_tag(to, tag, wanted, force));
}

std::vector<TaggedDigest> tags_to_set(StoreReader& from, StoreReader& to, const Closure& closure) {
  std::vector<char> differs(closure.tags.size());
  ask_in_lanes(to.is_remote(), closure.tags.size(), [&](std::size_t i) {
    throw_if_interrupted();
    const auto& [tag, wanted] = closure.tags[i];
    const std::optional<Descriptor> named = resolve_by(to, tag, wanted.digest.algorithm());
    differs[i] = named && named->digest == wanted.digest ? 0 : 1;
    if (!named || differs[i] == 0) return;
    const std::optional<FetchedManifest> held = to.fetch_manifest(named->digest);
    if (!held) return;
    const FetchedManifest fresh = require_manifest(from, wanted.digest);
    const auto layers = links_of(fresh.bytes, fresh.descriptor.media_type).blobs;
    const auto kept = parse_image_manifest(held->bytes, held->descriptor.media_type).layers;
    for (const Descriptor& layer : kept) {
      if (std::find(layers.begin(), layers.end(), layer) == layers.end()) {
        throw Error(ErrorCode::Conflict, fmt::format("tag '{}' of '{}' holds signatures that '{}' does not have", tag,
                                                     to.name(), from.name()))
            .hint("copy without referrers, or remove that tag first");
      }
    }
  });
  std::vector<TaggedDigest> result;
  for (std::size_t i = 0; i < differs.size(); ++i) {
    if (differs[i] != 0) result.push_back(closure.tags[i]);
  }
  return result;
}

}  // namespace waybill::oci
