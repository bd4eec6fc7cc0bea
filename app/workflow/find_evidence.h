#pragma once
// The signatures and attestations that a store holds of an artifact, in every form, each verified against those whom a
// policy trusts. Whoever may push can attach anything: what cannot be read is evidence that failed, never an end.
#include <vector>

#include "oci/store.h"
#include "signing/evidence.h"
#include "signing/trusted_signers.h"

namespace waybill {

struct FoundEvidence {
  std::vector<signing::Evidence> signatures;               // forms "bundle" and "simplesigning"
  std::vector<signing::AttestationEvidence> attestations;  // forms "bundle" and "dsse"
  std::vector<signing::Evidence> unreadable;               // which of the two it is cannot be told
};

// Looks at the first 256 bundles and the first 1000 layers of each of cosign's tags.
[[nodiscard]] FoundEvidence find_evidence(oci::StoreReader& store, const Digest& subject,
                                          const signing::TrustedSigners& signers);

}  // namespace waybill
