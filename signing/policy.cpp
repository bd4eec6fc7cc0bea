#include "signing/policy.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "core/error.h"
#include "signing/policy_reader.h"
#include "signing/repository_pattern.h"

namespace waybill::signing {

std::vector<PublicKey> Policy::public_keys() const {
  std::vector<PublicKey> result;
  result.reserve(keys.size());
  for (const TrustedKey& trusted : keys) result.push_back(trusted.key);
  return result;
}

std::string Policy::describe(std::string_view key_id) const {
  if (certificates && certificates->rule.id() == key_id) return std::string(key_id);
  const auto found = std::ranges::find_if(keys, [&](const TrustedKey& trusted) { return trusted.key.id() == key_id; });
  if (found == keys.end() || found->name.empty()) return fmt::format("key {}", key_id);
  return fmt::format("'{}' ({})", found->name, key_id);
}

const PolicyRule* Policy::rule_for(const std::optional<std::string>& repository) const {
  const auto found = std::ranges::find_if(rules, [&](const PolicyRule& rule) {
    return rule.repositories.empty() ||
           (repository && std::ranges::any_of(rule.repositories, [&](const std::string& pattern) {
              return matches_repository(pattern, *repository);
            }));
  });
  return found == rules.end() ? nullptr : &*found;
}

Policy policy_of_keys(std::vector<PublicKey> keys, std::size_t threshold,
                      std::map<std::string, std::string> annotations) {
  Policy policy;
  PolicyRule rule;
  for (PublicKey& key : keys) {
    if (std::ranges::find(rule.signatures.key_ids, key.id()) != rule.signatures.key_ids.end()) continue;
    rule.signatures.key_ids.push_back(key.id());
    policy.keys.push_back({{}, std::move(key)});
  }
  if (threshold == 0 || threshold > policy.keys.size())
    throw Error(ErrorCode::InvalidInput,
                fmt::format("a threshold of {} cannot be reached by {} different key{}", threshold, policy.keys.size(),
                            policy.keys.size() == 1 ? "" : "s"));
  rule.signatures.threshold = threshold;
  rule.annotations = std::move(annotations);
  policy.rules.push_back(std::move(rule));
  return policy;
}

Policy policy_of_certificates(CertificatePolicy certificates, std::map<std::string, std::string> annotations) {
  Policy policy;
  PolicyRule rule;
  rule.signatures.key_ids = {certificates.rule.id()};
  rule.annotations = std::move(annotations);
  policy.certificates = std::move(certificates);
  policy.rules.push_back(std::move(rule));
  return policy;
}

Policy parse_policy(std::string_view text, const std::string& file, const ReadKeyFile& read_key) {
  const StrictDocument document(file);
  const yaml::Node root = document.parse(text);
  document.require_fields(root, "the policy", {"apiVersion", "kind", "expires", "keys", "revoked", "rules"});
  const PolicyReader reader(document, read_key);
  reader.require_header(root, "Policy");
  return reader.read(root);
}

std::string time_text(std::int64_t seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

}  // namespace waybill::signing
