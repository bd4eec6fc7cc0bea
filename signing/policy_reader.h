#pragma once
// The fields that policies and trust documents share.
#include <string_view>

#include "core/yaml/node.h"
#include "signing/policy.h"
#include "signing/strict_document.h"

namespace waybill::signing {

inline constexpr std::string_view kTrustApiVersion = "waybill.dev/v1";
inline constexpr std::size_t kMostPolicyKeys = 64;

class PolicyReader {
 public:
  // `read_key` is empty where keys must stand in the document itself.
  PolicyReader(const StrictDocument& document, const ReadKeyFile& read_key)
      : document_(document), read_key_(read_key) {}

  // apiVersion and kind.
  void require_header(const yaml::Node& root, std::string_view kind) const;
  // keys, revoked, rules, expires.
  [[nodiscard]] Policy read(const yaml::Node& root) const;
  // {keys: [NAME, …], threshold: N}; `fallback` (may be null) is taken for absent keys.
  [[nodiscard]] KeyThreshold read_threshold(const yaml::Node& node, const Policy& policy,
                                            const KeyThreshold* fallback) const;

 private:
  void add_key(const yaml::Node& name, const yaml::Node& node, Policy& policy) const;
  [[nodiscard]] TrustedKey read_key(const yaml::Node& name, const yaml::Node& node) const;
  void read_revoked(const yaml::Node& node, Policy& policy) const;
  [[nodiscard]] PolicyRule read_rule(const yaml::Node& node, const Policy& policy) const;
  [[nodiscard]] std::string read_pattern(const yaml::Node& node) const;
  [[nodiscard]] std::optional<std::int64_t> read_expiry(const yaml::Node& root) const;

  const StrictDocument& document_;
  const ReadKeyFile& read_key_;
};

}  // namespace waybill::signing
