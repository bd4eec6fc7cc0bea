#pragma once
// From one store to another, whole: push, pull, copy and mirror are this one function. An archive is written by
// oci/archive_writer.h.
//
// Order: blobs before the manifest that names them, children before their index, a manifest before its referrers (a
// missing subject is allowed, but a referrer must never be listed before it exists), the signature tags before the tag.
// So whoever sees the tag finds its signatures, and a copy that was killed can be repeated: what is there is skipped.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/reporter.h"
#include "oci/closure.h"
#include "oci/store.h"

namespace waybill::oci {

struct CopyOptions {
  WithReferrers referrers = WithReferrers::Yes;  // and the tags sha256-….sig, .att and .sbom
  // Blobs at a time: the first number to begin with, up to the second while more lanes move more (oci/lanes.h).
  unsigned parallel = 4;
  unsigned most_parallel = 16;
  // What goes to a registry is hashed on its way, and an upload of other content is not closed (Untrusted). Without it
  // that is left to the registry, which must refuse such an upload (distribution-spec 1.1, "Pushing blobs"). What goes
  // into a layout or an archive is always hashed.
  bool verify = false;
  Reporter* reporter = nullptr;
};

// What a copy did, and what there was not to be copied.
struct CopyOutcome {
  std::uint64_t blobs_pushed = 0;
  std::uint64_t blobs_skipped = 0;
  std::uint64_t bytes_pushed = 0;
  std::uint64_t manifests_pushed = 0;
  std::uint64_t manifests_skipped = 0;
  std::uint64_t tags_set = 0;
  std::vector<Descriptor> missing;  // manifests that indexes name and the source does not have

  // Of several copies from one source.
  CopyOutcome& operator+=(const CopyOutcome& more);
};

// Whether anything was new at the target.
[[nodiscard]] bool changed(const CopyOutcome& outcome) noexcept;

// Copies a manifest with all it names. NotFound when `from` lacks a part, but for manifests that an index names: these
// are told to the reporter and in the outcome, and whether an index without them is taken is up to `to`.
CopyOutcome copy(StoreReader& from, Store& to, const Descriptor& manifest, const CopyOptions& options = {});

// copy(), then the tag as the last step. Conflict if it holds another digest and is not forced: seen before anything is
// copied.
CopyOutcome copy_tagged(StoreReader& from, Store& to, const Descriptor& manifest, const std::string& tag,
                        ForceTag force, const CopyOptions& options = {});

// Before anything is written: the tags of a closure that `to` does not have, or has of something else. Conflict when
// one of these holds signatures that `from` does not have: cosign keeps all signatures of one digest in one manifest
// under one tag, so moving the tag would lose them.
[[nodiscard]] std::vector<TaggedDigest> tags_to_set(StoreReader& from, StoreReader& to, const Closure& closure);
// Conflict when the tag names something else and is not forced.
void require_free_tag(StoreReader& to, const std::string& tag, const Digest& wanted, ForceTag force);

}  // namespace waybill::oci
