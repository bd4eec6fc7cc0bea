#pragma once
// Where something lies in a registry: REGISTRY[:PORT]/REPOSITORY[:TAG][@DIGEST]. The registry is always written out;
// there is no default one.
#include <optional>
#include <string>
#include <string_view>

#include "core/digest.h"

namespace waybill::oci {

struct Reference {
  std::string registry;    // host or host:port; IPv6 in brackets
  std::string repository;  // one or more lower-case components
  std::optional<std::string> tag;
  std::optional<Digest> digest;

  // Throws InvalidInput, saying what was expected. OCI distribution-spec 1.1, "Pulling manifests", for names and tags.
  [[nodiscard]] static Reference parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  // "registry/repository"
  [[nodiscard]] std::string name() const { return registry + "/" + repository; }
  bool operator==(const Reference&) const = default;
};

[[nodiscard]] bool is_tag(std::string_view text) noexcept;
[[nodiscard]] bool is_repository(std::string_view text) noexcept;
// Throws InvalidInput naming the tag.
void check_tag(std::string_view text);

// "sha256-<hex>" + suffix: the tags that signatures (".sig"), attestations (".att") and fallback lists of referrers
// ("") have. Of a longer digest the first 64 digits (distribution-spec 1.1, "Referrers Tag Schema").
[[nodiscard]] std::string digest_tag(const Digest& digest, std::string_view suffix = {});
inline constexpr std::size_t kDigestTagLength = 71;  // without the suffix
// Whether a tag is one of those, which lists for people leave out.
[[nodiscard]] bool is_digest_tag(std::string_view tag) noexcept;

// Whether a registry's host is this very machine: "localhost" and its subdomains, 127.0.0.0/8, [::1].
[[nodiscard]] bool is_loopback(std::string_view registry) noexcept;

}  // namespace waybill::oci
