#include "signing/policy_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/bytes.h"
#include "core/error.h"
#include "core/suggest.h"
#include "signing/predicate_type.h"

namespace waybill::signing {
namespace {

constexpr std::size_t kMostRules = 256;
constexpr std::size_t kMostPatterns = 256;
constexpr std::size_t kMostAttestations = 32;
constexpr std::size_t kMostAnnotations = 64;
constexpr std::size_t kMostRevoked = 4096;
constexpr std::size_t kLongestPattern = 512;
constexpr std::size_t kLongestKey = std::size_t{16} * 1024;

bool is_key_id(std::string_view text) {
  const auto raw = from_base64(text);
  return raw && raw->size() == 32 && to_base64(as_bytes(*raw)) == text;
}

// YYYY-MM-DDTHH:MM:SSZ (RFC 3339 without fractions and offsets).
std::optional<std::int64_t> parse_time(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return std::nullopt;
  }
  const auto field = [&](std::size_t at, std::size_t size) {
    int value = 0;
    for (std::size_t i = at; i < at + size; ++i) value = value * 10 + (text[i] - '0');
    return value;
  };
  const std::chrono::year_month_day day{std::chrono::year(field(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(field(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(field(8, 2)))};
  const std::chrono::hours hour(field(11, 2));
  const std::chrono::minutes minute(field(14, 2));
  const std::chrono::seconds second(field(17, 2));
  if (!day.ok() || hour.count() > 23 || minute.count() > 59 || second.count() > 59) return std::nullopt;
  return (std::chrono::sys_days(day) + hour + minute + second).time_since_epoch().count();
}

}  // namespace

void PolicyReader::require_header(const yaml::Node& root, std::string_view kind) const {
  for (const auto& [field, expected] : {std::pair("apiVersion", kTrustApiVersion), std::pair("kind", kind)}) {
    const std::string written = document_.required_text(root, field);
    if (written != expected)
      document_.fail(*root.find(field), fmt::format("the {} is '{}'", field, written),
                     fmt::format("this file has the {} {}", field, expected));
  }
}

std::optional<std::int64_t> PolicyReader::read_expiry(const yaml::Node& root) const {
  const yaml::Node* node = document_.find(root, "expires");
  if (node == nullptr) return std::nullopt;
  const std::optional<std::int64_t> seconds = parse_time(document_.text(*node, "'expires'"));
  if (!seconds) document_.fail(*node, fmt::format("'{}' is no time", node->text), "write it as 2027-06-30T00:00:00Z");
  return seconds;
}

TrustedKey PolicyReader::read_key(const yaml::Node& name, const yaml::Node& node) const {
  document_.require_fields(node, fmt::format("the key '{}'", name.text), {"publicKey", "file"});
  const yaml::Node* pem = document_.find(node, "publicKey");
  const yaml::Node* file = document_.find(node, "file");
  if ((pem == nullptr) == (file == nullptr))
    document_.fail(node, fmt::format("the key '{}' needs either 'publicKey' or 'file'", name.text));
  if (file != nullptr && !read_key_)
    document_.fail(*file, "the keys of a trust document stand in it: what is signed cannot lie elsewhere",
                   "write the PEM text as 'publicKey'");
  const yaml::Node& at = pem != nullptr ? *pem : *file;
  const std::string text =
      document_.text(at, pem != nullptr ? "'publicKey'" : "'file'", StrictDocument::Text::Block, kLongestKey);
  try {
    return {document_.text(name, "the name of a key"),
            PublicKey::from_pem(pem != nullptr ? text : read_key_(text), fmt::format("the key '{}'", name.text))};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput) throw;
    document_.fail(at, error.message(), error.hint());
  }
}

KeyThreshold PolicyReader::read_threshold(const yaml::Node& node, const Policy& policy,
                                          const KeyThreshold* fallback) const {
  KeyThreshold result;
  if (fallback != nullptr) result = *fallback;
  if (document_.find(node, "keys") != nullptr) {
    result = {};
    std::vector<std::string> names;
    names.reserve(policy.keys.size());
    for (const TrustedKey& known : policy.keys) names.push_back(known.name);
    for (const yaml::Node& item : document_.list(node, "keys", kMostPolicyKeys)) {
      const std::string name = document_.text(item, "the name of a key");
      const auto known = std::ranges::find(policy.keys, name, &TrustedKey::name);
      if (known == policy.keys.end())
        document_.fail(item, fmt::format("no key is called '{}'", name), suggestion(name, names));
      if (std::ranges::find(result.key_ids, known->key.id()) != result.key_ids.end())
        document_.fail(item, fmt::format("the key '{}' is named twice", name));
      result.key_ids.push_back(known->key.id());
    }
  }
  if (result.key_ids.empty()) document_.fail(node, "no 'keys' are named here, so nobody could sign");
  if (const yaml::Node* threshold = document_.find(node, "threshold")) {
    result.threshold = document_.number(*threshold, "'threshold'", 1);
    if (result.threshold > result.key_ids.size())
      document_.fail(*threshold, fmt::format("a threshold of {} cannot be reached by {} key{}", result.threshold,
                                             result.key_ids.size(), result.key_ids.size() == 1 ? "" : "s"));
  }
  return result;
}

void PolicyReader::read_revoked(const yaml::Node& node, Policy& policy) const {
  document_.require_fields(node, "'revoked'", {"keys", "digests"});
  for (const yaml::Node& item : document_.list(node, "keys", kMostRevoked)) {
    document_.require_fields(item, "a revoked key", {"id", "reason"});
    const std::string id = document_.required_text(item, "id");
    if (!is_key_id(id))
      document_.fail(*item.find("id"), fmt::format("'{}' is no key id", id),
                     "'waybill trust show' and 'waybill keygen' print them");
    policy.revoked_keys.insert_or_assign(id, document_.required_text(item, "reason"));
  }
  for (const yaml::Node& item : document_.list(node, "digests", kMostRevoked)) {
    document_.require_fields(item, "a revoked digest", {"digest", "reason"});
    const std::string text = document_.required_text(item, "digest");
    const std::optional<Digest> digest = Digest::try_parse(text);
    if (!digest || digest->algorithm() != DigestAlgorithm::Sha256)
      document_.fail(*item.find("digest"), fmt::format("'{}' is no sha256 digest", text));
    policy.revoked_digests.insert_or_assign(*digest, document_.required_text(item, "reason"));
  }
}

std::string PolicyReader::read_pattern(const yaml::Node& node) const {
  std::string pattern = document_.text(node, "a pattern of repositories", StrictDocument::Text::Line, kLongestPattern);
  if (pattern.find("://") != std::string::npos)
    document_.fail(node, fmt::format("'{}' is no pattern of repositories", pattern),
                   "write it without a scheme, as registry.example.com/gpu/*");
  return pattern;
}

PolicyRule PolicyReader::read_rule(const yaml::Node& node, const Policy& policy) const {
  document_.require_fields(node, "a rule",
                           {"repositories", "signatures", "attestations", "annotations", "subject", "epoch"});
  PolicyRule rule;
  if (const yaml::Node* patterns = document_.find(node, "repositories")) {
    for (const yaml::Node& item : document_.list(node, "repositories", kMostPatterns))
      rule.repositories.push_back(read_pattern(item));
    // An empty list says "nothing", and a rule without the field "everything".
    if (rule.repositories.empty()) document_.fail(*patterns, "'repositories' is empty", "leave it out for everything");
  }
  const yaml::Node& signatures = document_.require(node, "signatures");
  document_.require_fields(signatures, "'signatures'", {"keys", "threshold"});
  rule.signatures = read_threshold(signatures, policy, nullptr);
  for (const yaml::Node& item : document_.list(node, "attestations", kMostAttestations)) {
    document_.require_fields(item, "an attestation", {"type", "keys", "threshold"});
    const std::string type = document_.required_text(item, "type");
    RequiredAttestation required;
    try {
      required.predicate_type = predicate_type(type);
    } catch (const Error& error) {
      document_.fail(*item.find("type"), error.message(), error.hint());
    }
    required.by = read_threshold(item, policy, &rule.signatures);
    rule.attestations.push_back(std::move(required));
  }
  for (const auto& [key, value] : document_.map(node, "annotations", kMostAnnotations))
    rule.annotations.emplace(document_.text(key, "the name of an annotation"), document_.text(value, "an annotation"));
  if (const yaml::Node* subject = document_.find(node, "subject")) rule.subject = read_pattern(*subject);
  if (const yaml::Node* epoch = document_.find(node, "epoch")) {
    document_.require_fields(*epoch, "'epoch'", {"oldest", "line"});
    rule.epoch.emplace();
    rule.epoch->oldest = document_.number(document_.require(*epoch, "oldest"), "'oldest'");
    if (const yaml::Node* line = document_.find(*epoch, "line")) rule.epoch->line = document_.text(*line, "'line'");
  }
  return rule;
}

void PolicyReader::add_key(const yaml::Node& name, const yaml::Node& node, Policy& policy) const {
  TrustedKey key = read_key(name, node);
  for (const TrustedKey& known : policy.keys) {
    // Two names for one key would let it count twice for the reader of the file.
    if (known.key == key.key)
      document_.fail(name, fmt::format("'{}' and '{}' are the same key", known.name, name.text));
  }
  policy.keys.push_back(std::move(key));
}

Policy PolicyReader::read(const yaml::Node& root) const {
  Policy policy;
  policy.expires = read_expiry(root);
  const auto& keys = document_.map(root, "keys", kMostPolicyKeys);
  if (keys.empty()) document_.fail(root, "no 'keys' are given, so nobody could sign");
  for (const auto& [name, node] : keys) add_key(name, node, policy);
  if (const yaml::Node* revoked = document_.find(root, "revoked")) read_revoked(*revoked, policy);
  for (const yaml::Node& item : document_.list(root, "rules", kMostRules))
    policy.rules.push_back(read_rule(item, policy));
  if (policy.rules.empty()) document_.fail(root, "no 'rules' are given, so nothing could be trusted");
  return policy;
}

}  // namespace waybill::signing
