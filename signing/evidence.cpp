#include "signing/evidence.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "signing/repository_pattern.h"

namespace waybill::signing {
namespace {

// What a signature says beside the digest.
struct Claims {
  std::map<std::string, std::string> annotations;
  std::string name;  // empty: none
};

Claims claims_of(const SignatureResult& result, const Digest& digest) {
  Claims claims;
  if (result.payload) claims = {result.payload->annotations, result.payload->docker_reference};
  if (!result.statement) return claims;
  for (const Subject& subject : result.statement->subjects) {
    if (!subject.has(digest)) continue;
    claims.name = subject.name;
    if (subject.annotations.is_map()) {
      for (const auto& [name, value] : subject.annotations.members())
        if (value.is_string()) claims.annotations.emplace(name, value.as_string());
    }
    break;
  }
  return claims;
}

// "registry/repository" of "registry/repository:tag@digest".
std::string_view repository_of(std::string_view reference) {
  reference = reference.substr(0, reference.find('@'));
  const std::size_t colon = reference.rfind(':');
  if (colon == std::string_view::npos || reference.find('/', colon) != std::string_view::npos) return reference;
  return reference.substr(0, colon);
}

std::string why_claims_fail(const PolicyRule& rule, const SignatureResult& result, const Digest& digest) {
  const Claims claims = claims_of(result, digest);
  for (const auto& [name, value] : rule.annotations) {
    const auto found = claims.annotations.find(name);
    if (found == claims.annotations.end()) return fmt::format("the signature has no annotation '{}'", name);
    if (found->second != value)
      return fmt::format("the annotation '{}' is '{}', expected '{}'", name, found->second.substr(0, 100), value);
  }
  if (rule.subject.empty()) return {};
  if (claims.name.empty()) return "the signature names no repository, and one was demanded";
  if (!matches_repository(rule.subject, repository_of(claims.name)))
    return fmt::format("the signature was made for '{}', expected '{}'", claims.name.substr(0, 200), rule.subject);
  return {};
}

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
  std::string result;
  for (const std::string& text : texts) result += (result.empty() ? "" : std::string(separator)) + text;
  return result;
}

// "2 of 2 keys signed: 'a' (…), 'b' (…)"
std::string count_text(const Policy& policy, const KeyThreshold& by, const std::set<std::string>& signed_by) {
  std::vector<std::string> names;
  names.reserve(signed_by.size());
  for (const std::string& id : signed_by) names.push_back(policy.describe(id));
  return fmt::format("{} of {} keys signed, {} needed{}{}", signed_by.size(), by.key_ids.size(), by.threshold,
                     names.empty() ? "" : ": ", joined(names, ", "));
}

}  // namespace

std::string why_not_counted(const Policy& policy, const KeyThreshold& by, const SignatureResult& result) {
  if (!result.passed) return result.reason;
  if (const auto revoked = policy.revoked_keys.find(result.key_id); revoked != policy.revoked_keys.end())
    return fmt::format("signed by {}, which is revoked: {}", policy.describe(result.key_id), revoked->second);
  if (std::ranges::find(by.key_ids, result.key_id) == by.key_ids.end())
    return fmt::format("signed by {}, which may not sign this", policy.describe(result.key_id));
  return {};
}

std::vector<Signer> judge_signatures(const Policy& policy, const PolicyRule& rule, std::span<const SignatureForm> forms,
                                     std::span<const Evidence> found, const Digest& digest, const std::string& subject,
                                     VerificationReport& report) {
  std::vector<Signer> signers;
  std::set<std::string> distinct;
  std::map<std::string, std::vector<std::string>> failures;
  for (const Evidence& evidence : found) {
    std::string why = why_not_counted(policy, rule.signatures, evidence.result);
    if (why.empty()) why = why_claims_fail(rule, evidence.result, digest);
    if (!why.empty()) {
      failures[evidence.form].push_back(std::move(why));
      continue;
    }
    distinct.insert(evidence.result.key_id);
    const Signer signer{evidence.result.key_id, evidence.form};
    if (std::ranges::find(signers, signer) == signers.end()) signers.push_back(signer);
  }
  const bool enough = distinct.size() >= rule.signatures.threshold;
  for (const SignatureForm& form : forms) {
    std::vector<std::string> names;
    for (const Signer& signer : signers)
      if (signer.form == form.form) names.push_back(policy.describe(signer.key_id));
    if (!names.empty()) {
      report.add({form.check_name, true, "signed by " + joined(names, ", "), subject});
    } else if (!enough) {
      const std::vector<std::string>& why = failures[form.form];
      report.add(
          {form.check_name, false, why.empty() ? "there is no signature of this form" : joined(why, "; "), subject});
    }
  }
  // Of a single key the forms have said it all.
  if (rule.signatures.threshold > 1 || (!enough && forms.empty()))
    report.add({"threshold", enough, count_text(policy, rule.signatures, distinct), subject});
  return signers;
}

void judge_attestations(const Policy& policy, std::span<const RequiredAttestation> required,
                        std::span<const AttestationEvidence> found, std::span<const Evidence> unreadable,
                        VerificationReport& report) {
  for (const RequiredAttestation& wanted : required) {
    std::set<std::string> distinct;
    std::vector<std::string> why_not;
    for (const AttestationEvidence& attestation : found) {
      if (attestation.predicate_type != wanted.predicate_type) continue;
      std::string why = why_not_counted(policy, wanted.by, attestation.evidence.result);
      if (why.empty()) {
        distinct.insert(attestation.evidence.result.key_id);
      } else {
        why_not.push_back(std::move(why));
      }
    }
    const bool enough = distinct.size() >= wanted.by.threshold;
    std::string reason;
    if (enough || !distinct.empty()) {
      reason = count_text(policy, wanted.by, distinct);
    } else {
      if (why_not.empty()) why_not.emplace_back("there is no attestation of this type");
      for (const Evidence& one : unreadable) why_not.push_back("one could not be read: " + one.result.reason);
      reason = joined(why_not, "; ");
    }
    report.add({"attestation", enough, std::move(reason), wanted.predicate_type});
  }
}

void judge_revocation(const Policy& policy, std::span<const Digest> digests, VerificationReport& report) {
  if (policy.revoked_digests.empty() || digests.empty()) return;
  for (const Digest& digest : digests) {
    const auto revoked = policy.revoked_digests.find(digest);
    if (revoked == policy.revoked_digests.end()) continue;
    report.add({"revocation", false, "revoked: " + revoked->second, digest.to_string()});
    return;
  }
  report.add({"revocation", true, fmt::format("not among the {} that are revoked", policy.revoked_digests.size()),
              digests.front().to_string()});
}

void judge_expiry(const Policy& policy, std::int64_t now, VerificationReport& report) {
  if (!policy.expires) return;
  const bool passed = now < *policy.expires;
  report.add({"expiry", passed, fmt::format("{} {}", passed ? "valid until" : "expired at", time_text(*policy.expires)),
              "the policy"});
}

}  // namespace waybill::signing
