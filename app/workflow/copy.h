#pragma once
// Artifacts, images, indexes and bundles from anywhere to anywhere, with everything that refers to them; the tag comes
// last. push, pull and copy are this one use case.
#include <cstdint>
#include <string>
#include <vector>

#include "app/workflow/pack_bundle.h"
#include "app/workflow/stores.h"
#include "app/workflow/trust_choice.h"
#include "oci/copy.h"

namespace waybill {

struct CopyRequest {
  std::string source;    // a bundle folder, or any target that holds artifacts
  std::string target;    // without a tag, the source's tag or the bundle's default; a path: a bundle is unpacked there
  std::string platform;  // OS/ARCHITECTURE[/VARIANT]: that image of an index alone; empty: everything
  bool referrers = true;
  PackChoice pack;            // of a folder
  TrustChoice trust;          // verify before anything is written; nobody named: not verified
  bool verify_blobs = false;  // hash what goes to a registry, too (oci::CopyOptions::verify)
  bool force = false;         // replace a folder that is there
  bool force_tag = false;
  ConnectionOptions connection;
};

struct CopyResult {
  std::string source;
  std::string target;
  std::string digest;         // of the manifest
  std::string tag;            // empty for a folder, and for what was copied by its digest alone
  std::string bundle_digest;  // diffID, for a bundle that is or becomes a folder
  std::size_t files = 0;      // of that bundle
  bool changed = false;       // whether anything was new at the target
  bool verified = false;      // whether somebody who is trusted vouched for it
  bool unpacked = false;      // whether it became a folder
  oci::CopyOutcome outcome;   // unless unpacked
};

// Untrusted when somebody is trusted who did not sign it as demanded; then nothing is written.
[[nodiscard]] CopyResult copy(const CopyRequest& request, const Services& services);

[[nodiscard]] Value to_value(const CopyResult& result);

}  // namespace waybill
