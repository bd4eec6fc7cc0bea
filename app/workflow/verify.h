#pragma once
// Whether an artifact, a bundle folder or a file was signed by whom a policy demands, and is what was signed.
//
// Folders, layouts and archives are verified without any network. Nothing passes by being present: a missing signature,
// a file that is not listed, a changed executable bit are failures.
#include <optional>
#include <string>
#include <vector>

#include "app/workflow/epoch.h"
#include "app/workflow/resolve_recipe.h"
#include "app/workflow/stores.h"
#include "app/workflow/trust_choice.h"
#include "core/file_tree.h"
#include "signing/evidence.h"
#include "signing/report.h"

namespace waybill {

using signing::Signer;

// What aicr would say of a folder that it made, and what that means (app/workflow/aicr_folder.h).
struct AicrLevel {
  std::string level;        // ours: "damaged", "unsigned", "not verified", "signed"
  std::string corresponds;  // aicr's: "unknown", "unverified", "attested"
  std::string meaning;      // a sentence
};

// A statement that a trusted key signed about the target.
struct TrustedAttestation {
  std::string predicate_type;
  Signer signer;
  Value predicate;
};

struct Verification {
  std::string target;
  std::string digest;  // of the manifest; of the tree for a folder; of the file
  signing::VerificationReport report;
  std::vector<Signer> signers;
  std::vector<TrustedAttestation> attestations;  // of the types that were asked for
  std::optional<Epoch> epoch;                    // that a bundle states
  std::optional<AicrLevel> aicr;
};

struct VerifyRequest {
  std::string target;
  TrustChoice trust;
  bool offline = false;                           // refuse targets that need the network
  bool remember = false;                          // the epoch, in the trust folder, once the target is trusted
  std::optional<CatalogueChoice> reproduce = {};  // render a trusted bundle again from this catalogue, and compare
  ConnectionOptions connection;
};

struct VerifyAttestationRequest {
  std::string target;
  std::vector<std::string> types;  // cosign's short names or URIs; empty: those that the policy demands
  TrustChoice trust;
  bool offline = false;
  ConnectionOptions connection;
};

// Throws for what cannot be looked at (NotFound, Unavailable, InvalidInput: nobody is trusted); what is looked at and
// is not trusted is a report with failures.
[[nodiscard]] Verification verify(const VerifyRequest& request, const Services& services);

// The same, but attestations are demanded and no signature.
[[nodiscard]] Verification verify_attestation(const VerifyAttestationRequest& request, const Services& services);

// The same as verify() for an artifact in an open store and for a bundle's files in hand. `repository`: whose rules
// apply.
[[nodiscard]] Verification verify_artifact(oci::StoreReader& store, const oci::Descriptor& artifact,
                                           const std::optional<std::string>& repository, const Trust& trust);
[[nodiscard]] Verification verify_files(const FileTree& folder, const Trust& trust);

// Keeps the epoch of what was verified in the trust folder, if both are there. Called once the bundle is in effect.
void remember_epoch(Trust& trust, const std::optional<Epoch>& epoch);

[[nodiscard]] Value to_value(const Verification& verification);
// With `attestations`, and who signed those.
[[nodiscard]] Value attestations_value(const Verification& verification);
// The predicate that all of the attestations have; Conflict when they differ, Untrusted when the report is.
[[nodiscard]] Value sole_predicate(const Verification& verification);

}  // namespace waybill
