#include "signing/trust_document.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "core/bytes.h"
#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "signing/policy_reader.h"
#include "signing/strict_document.h"

namespace waybill::signing {
namespace {

Check owners_check(std::string name, const SignedTrust& trust, const TrustDocument& owned_by, std::string subject) {
  const std::vector<std::string> by = trust_signers(trust, owned_by.policy);
  std::size_t count = 0;
  std::string names;
  for (const std::string& id : by) {
    if (std::ranges::find(owned_by.owners.key_ids, id) == owned_by.owners.key_ids.end()) continue;
    if (owned_by.policy.revoked_keys.contains(id)) continue;
    ++count;
    names += (names.empty() ? ": " : ", ") + owned_by.policy.describe(id);
  }
  return {std::move(name), count >= owned_by.owners.threshold,
          fmt::format("{} of {} owners of version {} signed, {} needed{}", count, owned_by.owners.key_ids.size(),
                      owned_by.version, owned_by.owners.threshold, names),
          std::move(subject)};
}

std::string version_text(const SignedTrust& trust) { return fmt::format("version {}", trust.document.version); }

}  // namespace

TrustDocument parse_trust_document(std::string_view text, const std::string& file) {
  const StrictDocument document(file);
  const yaml::Node root = document.parse(text);
  document.require_fields(root, "the trust document",
                          {"apiVersion", "kind", "version", "expires", "owners", "keys", "revoked", "rules"});
  const ReadKeyFile no_files;
  const PolicyReader reader(document, no_files);
  reader.require_header(root, "Trust");
  TrustDocument result;
  result.version = document.number(document.require(root, "version"), "'version'", 1);
  result.policy = reader.read(root);
  const yaml::Node& owners = document.require(root, "owners");
  document.require_fields(owners, "'owners'", {"keys", "threshold"});
  result.owners = reader.read_threshold(owners, result.policy, nullptr);
  // Otherwise this version could never be followed by another.
  const auto good = std::ranges::count_if(
      result.owners.key_ids, [&](const std::string& id) { return !result.policy.revoked_keys.contains(id); });
  if (static_cast<std::size_t>(good) < result.owners.threshold)
    document.fail(owners, "too many of the owners are revoked: nobody could sign the next version");
  return result;
}

bool is_signed_trust(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{' &&
         text.find("\"payloadType\"") != std::string_view::npos;
}

SignedTrust read_signed_trust(std::string_view text, const std::string& file) {
  constexpr std::uint64_t kLargestEnvelope = 2 * kLargestTrustInput;
  Envelope envelope = with_context([&] { return fmt::format("in the signed trust '{}'", file); },
                                   [&] {
                                     return parse_envelope(json::parse(text, file, {kLargestEnvelope, 8}));
                                   });
  if (envelope.payload_type != kTrustPayloadType)
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' holds no trust document but '{}'", file, envelope.payload_type.substr(0, 100)));
  TrustDocument document = parse_trust_document(envelope.payload, file + " (payload)");
  return {std::move(envelope), std::move(document)};
}

std::string write_signed_trust(const SignedTrust& trust) {
  return json::write(to_json(trust.envelope), json::HtmlEscape::No) + "\n";
}

void sign_trust(SignedTrust& trust, const PrivateKey& key) {
  const std::string encoding = pre_authentication_encoding(trust.envelope.payload_type, trust.envelope.payload);
  const bool there = std::ranges::any_of(trust.envelope.signatures, [&](const std::string& signature) {
    return key.public_key().verify(as_bytes(encoding), signature);
  });
  if (!there) trust.envelope.signatures.push_back(key.sign(as_bytes(encoding)));
}

std::vector<std::string> trust_signers(const SignedTrust& trust, const Policy& policy) {
  const std::string encoding = pre_authentication_encoding(trust.envelope.payload_type, trust.envelope.payload);
  std::set<std::string> ids;
  for (const TrustedKey& trusted : policy.keys) {
    if (std::ranges::any_of(trust.envelope.signatures, [&](const std::string& signature) {
          return trusted.key.verify(as_bytes(encoding), signature);
        }))
      ids.insert(trusted.key.id());
  }
  return {ids.begin(), ids.end()};
}

VerificationReport check_first(const SignedTrust& first) {
  VerificationReport report;
  report.add(owners_check("owners", first, first.document, version_text(first)));
  return report;
}

VerificationReport check_succession(const SignedTrust& current, const SignedTrust& next) {
  VerificationReport report;
  const std::string subject = version_text(next);
  const std::uint64_t held = current.document.version;
  const std::uint64_t offered = next.document.version;
  std::string why = fmt::format("follows version {}", held);
  if (offered <= held) why = fmt::format("version {} is held already: trust never goes back", held);
  if (offered > held + 1) why = fmt::format("version {} is held, and version {} has to come first", held, held + 1);
  report.add({"version", offered == held + 1, std::move(why), subject});
  report.add(owners_check("owners before", next, current.document, subject));
  report.add(owners_check("owners", next, next.document, subject));
  return report;
}

}  // namespace waybill::signing
