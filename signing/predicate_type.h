#pragma once
// Predicate types: the URIs that say what a statement states, and cosign's short names for them.
#include <string>
#include <string_view>
#include <vector>

namespace waybill::signing {

inline constexpr std::string_view kSignaturePredicate = "https://sigstore.dev/cosign/sign/v1";
inline constexpr std::string_view kSpdxPredicate = "https://spdx.dev/Document";
inline constexpr std::string_view kCycloneDxPredicate = "https://cyclonedx.org/bom";
inline constexpr std::string_view kCustomPredicate = "https://cosign.sigstore.dev/attestation/v1";
inline constexpr std::string_view kProvenancePredicate = "https://slsa.dev/provenance/v1";

// The URI of a short name of cosign's `--type` ("spdxjson", "slsaprovenance1", …), or the text itself when it is an
// absolute URI. Throws InvalidInput with the nearest short name otherwise.
[[nodiscard]] std::string predicate_type(std::string_view name);
[[nodiscard]] std::vector<std::string> predicate_short_names();
// The name for a URI, of several the one that says the form of its predicate; empty when there is none.
[[nodiscard]] std::string short_name(std::string_view predicate_type);

}  // namespace waybill::signing
