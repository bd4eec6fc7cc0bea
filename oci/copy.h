#pragma once
// From one store to another, whole: push, pull and mirror are this one function.
//
// Order: blobs before the manifest that names them, children before their index, the manifest before its referrers (a
// missing subject is allowed, but a referrer must never be listed before it exists), the signature tags before the tag.
// So whoever sees the tag finds its signatures, and a copy that was killed can be repeated: what is there is skipped.
#include <cstdint>
#include <optional>
#include <string>

#include "core/reporter.h"
#include "oci/store.h"

namespace waybill::oci {

enum class WithReferrers : bool { No, Yes };

struct CopyOptions {
  WithReferrers referrers = WithReferrers::Yes;  // and the tags sha256-….sig and sha256-….att
  unsigned parallel = 4;                         // blobs at a time
  Reporter* reporter = nullptr;
};

struct CopyCounts {
  std::uint64_t blobs_pushed = 0;
  std::uint64_t blobs_skipped = 0;
  std::uint64_t bytes_pushed = 0;
  std::uint64_t manifests_pushed = 0;
  std::uint64_t manifests_skipped = 0;
  std::uint64_t tags_set = 0;
};

// Copies a manifest with all it names. NotFound when `from` lacks a part (a sparse index is an error).
CopyCounts copy(Store& from, Store& to, const Descriptor& manifest, const CopyOptions& options = {});

// copy(), then the tag as the last step. Conflict if it holds another digest and is not forced: seen before anything is
// copied.
CopyCounts copy_tagged(Store& from, Store& to, const Descriptor& manifest, const std::string& tag, ForceTag force,
                       const CopyOptions& options = {});

}  // namespace waybill::oci
