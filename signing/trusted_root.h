#pragma once
// A trusted root of sigstore: the authorities and logs that a site believes, each with the time in which it was to be
// believed (sigstore's protobuf-specs, TrustedRoot). A file that the site chose; nothing is fetched.
//
//   const TrustedRoot root = parse_trusted_root(text, "trusted_root.json");
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signing/certificate.h"
#include "signing/log_key.h"

namespace waybill::signing {

// Both ends included; seconds since 1970.
struct Validity {
  std::int64_t start = 0;
  std::optional<std::int64_t> end = {};
  [[nodiscard]] bool holds_at(std::int64_t time) const noexcept { return time >= start && (!end || time <= *end); }
};

struct Log {
  std::string id;             // raw bytes: SHA-256 of the key
  std::optional<LogKey> key;  // nothing for kinds that are not known here
  Validity validity;
};

struct Authority {
  std::vector<Certificate> chain;  // at least one; the last is what is trusted
  Validity validity;
};

struct TrustedRoot {
  std::vector<Authority> certificate_authorities;
  std::vector<Log> certificate_logs;
  std::vector<Log> transparency_logs;
  std::vector<Authority> timestamp_authorities;
};

// The log with this id (raw bytes); null pointer without one.
[[nodiscard]] const Log* find_log(const std::vector<Log>& logs, std::string_view id) noexcept;

inline constexpr std::uint64_t kLargestTrustedRoot = 4ULL << 20;

// Strict: known members only, at most 64 of each kind, a start for everything. Throws InvalidInput, naming `name`.
[[nodiscard]] TrustedRoot parse_trusted_root(std::string_view text, std::string_view name);

}  // namespace waybill::signing
