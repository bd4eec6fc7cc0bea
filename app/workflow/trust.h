#pragma once
// A site's trust: shown, begun, signed by its owners, and replaced by the next version (docs/trust.md).
#include <cstdint>
#include <string>
#include <vector>

#include "app/workflow/services.h"
#include "core/value.h"
#include "signing/report.h"

namespace waybill {

struct ShownTrust {
  std::string document;  // the text, as it was signed
  Value value;           // what `--format json` prints
};
// Of a trust folder, of a signed document, or of one that is not signed yet. Throws what reading it does.
[[nodiscard]] ShownTrust show_trust(const std::string& place);

struct SignTrustRequest {
  std::string document;  // a trust document, signed by others already or not at all
  std::vector<std::string> keys;
  std::string password_file;
};
struct SignedTrustText {
  std::string text;  // of the signed document
  std::uint64_t version = 0;
  std::vector<std::string> signers;  // ids of the keys in it that signed so far
};
// The document's bytes are signed as they are.
[[nodiscard]] SignedTrustText sign_trust_document(const SignTrustRequest& request, const Services& services);

struct TrustChange {
  std::string folder;
  std::uint64_t before = 0;  // version; 0: there was none
  std::uint64_t version = 0;
};
// Begins a trust folder with a signed document, whose keys people have compared. Both throw InvalidInput when the
// folder has no name.
[[nodiscard]] TrustChange init_trust(const std::string& folder, const std::string& file);
// Replaces the trust by the version in the file, or by all that a newer trust folder has. A version that is held
// already changes nothing; any other that does not follow is Untrusted, and then nothing is changed beyond the versions
// before.
[[nodiscard]] TrustChange update_trust(const std::string& folder, const std::string& source);

}  // namespace waybill
