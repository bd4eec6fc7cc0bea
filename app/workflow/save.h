#pragma once
// A set of artifacts, with everything that refers to them, as one archive or as numbered parts that are carried to the
// other side of an air gap (docs/carrying.md). load.h is the way back.
#include <cstdint>
#include <string>
#include <vector>

#include "app/workflow/stores.h"
#include "oci/closure.h"
#include "oci/part_writer.h"

namespace waybill {

struct SaveRequest {
  std::vector<std::string> targets;       // bundle folders, or anything that holds artifacts
  std::string folder;                     // where the parts are written
  std::string part_size;                  // empty: below FAT32's limit
  std::string parity;                     // "10%"; empty: none
  std::vector<std::string> receipts;      // files: what they list is left out
  std::vector<std::string> receipt_keys;  // one of them must have signed each receipt; empty: any receipt is taken
  std::string password_file;              // for receipt keys that are private ones
  bool referrers = true;
  bool force = false;  // overwrite files that are no parts of this set
  ConnectionOptions connection;
};

struct SavedArtifact {
  std::string source;
  std::string name;  // in the archive: a tag, or a whole reference; empty: it has none
  std::string digest;
};

struct SaveResult {
  std::string folder;
  oci::PartDivision set;
  std::vector<SavedArtifact> artifacts;
  std::vector<oci::WrittenPart> parts;
  std::uint64_t held_blobs = 0;  // left out because a receipt lists them
  std::uint64_t held_bytes = 0;
  std::vector<oci::Descriptor> missing;  // manifests that indexes name and their sources do not have
};

// Throws Untrusted for a receipt that none of the keys signed, NotFound for what neither a source nor a receipt has;
// then no part was written.
[[nodiscard]] SaveResult save(const SaveRequest& request, const Services& services);

[[nodiscard]] Value to_value(const SaveResult& result);

}  // namespace waybill
