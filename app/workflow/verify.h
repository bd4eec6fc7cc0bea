#pragma once
// Whether an artifact, a bundle folder or a file was signed by a key that is trusted, and is what was signed.
//
// Folders and layouts are verified without any network. Nothing passes by being present: a missing signature, a file
// that is not listed, a changed executable bit are failures.
#include <string>
#include <vector>

#include "app/workflow/stores.h"
#include "core/file_tree.h"
#include "signing/key.h"
#include "signing/report.h"

namespace waybill {

struct Signer {
  std::string key_id;
  std::string form;  // "bundle", "simplesigning", "checksums", "file"
  bool operator==(const Signer&) const = default;
};

struct Verification {
  std::string target;
  std::string digest;  // of the manifest; of the tree for a folder; of the file
  signing::VerificationReport report;
  std::vector<Signer> signers;
};

struct VerifyRequest {
  std::string target;
  std::vector<std::string> keys;  // one of them must have signed
  std::string password_file;      // for keys that are private ones
  bool offline = false;           // refuse targets that need the network
  ConnectionOptions connection;
};

// Throws for what cannot be looked at (NotFound, Unavailable, InvalidInput: no key); what is looked at and is not
// trusted is a report with failures.
[[nodiscard]] Verification verify(const VerifyRequest& request, const Services& services);

// The same for an artifact in an open store and for a bundle's files in hand.
[[nodiscard]] Verification verify_artifact(oci::StoreReader& store, const oci::Descriptor& artifact,
                                           const std::vector<signing::PublicKey>& keys);
[[nodiscard]] Verification verify_files(const FileTree& folder, const std::vector<signing::PublicKey>& keys);

[[nodiscard]] Value to_value(const Verification& verification);

}  // namespace waybill
