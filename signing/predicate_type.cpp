#include "signing/predicate_type.h"

#include <fmt/core.h>

#include <array>
#include <cctype>
#include <utility>

#include "core/error.h"
#include "core/suggest.h"

namespace waybill::signing {
namespace {

// cosign's table (oci-and-signing, section 2.5).
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kShortNames{{
    {"custom", kCustomPredicate},
    {"cyclonedx", kCycloneDxPredicate},
    {"link", "https://in-toto.io/Link/v1"},
    {"openvex", "https://openvex.dev/ns"},
    {"slsaprovenance", "https://slsa.dev/provenance/v0.2"},
    {"slsaprovenance02", "https://slsa.dev/provenance/v0.2"},
    {"slsaprovenance1", kProvenancePredicate},
    {"spdx", kSpdxPredicate},
    {"spdxjson", kSpdxPredicate},
    {"vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"},
}};

// RFC 3986: a scheme, a colon, something behind it; no white space or control character.
bool is_absolute_uri(std::string_view text) noexcept {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c <= 0x20 || c >= 0x7f) return false;
    if (i < colon && std::isalnum(c) == 0 && c != '+' && c != '-' && c != '.') return false;
  }
  return std::isalpha(static_cast<unsigned char>(text.front())) != 0;
}

}  // namespace

std::string predicate_type(std::string_view name) {
  for (const auto& [short_name, uri] : kShortNames) {
    if (short_name == name) return std::string(uri);
  }
  if (is_absolute_uri(name)) return std::string(name);
  throw Error(ErrorCode::InvalidInput,
              fmt::format("'{}' is no predicate type: expected a short name or a URI", name.substr(0, 100)))
      .hint(suggestion(name, predicate_short_names()));
}

std::string short_name(std::string_view predicate_type) {
  std::string_view found;
  // The later of two names is the more exact one: spdxjson after spdx, slsaprovenance02 after slsaprovenance.
  for (const auto& [short_name, uri] : kShortNames) {
    if (uri == predicate_type) found = short_name;
  }
  return std::string(found);
}

std::vector<std::string> predicate_short_names() {
  std::vector<std::string> names;
  names.reserve(kShortNames.size());
  for (const auto& entry : kShortNames) names.emplace_back(entry.first);
  return names;
}

}  // namespace waybill::signing
