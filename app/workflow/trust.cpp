#include "app/workflow/trust.h"

#include <fmt/core.h>

#include <filesystem>

#include "app/workflow/keys.h"
#include "app/workflow/trust_folder.h"
#include "core/error.h"
#include "core/file_system.h"
#include "signing/strict_document.h"

namespace fs = std::filesystem;

namespace waybill {
namespace {

constexpr std::uint64_t kLargestFile = 2 * signing::kLargestTrustInput;

Value names_of(const signing::KeyThreshold& keys, const signing::Policy& policy) {
  Value names = Value::list();
  for (const signing::TrustedKey& trusted : policy.keys) {
    for (const std::string& id : keys.key_ids)
      if (id == trusted.key.id()) names.push_back(trusted.name);
  }
  return Value::map({{"keys", std::move(names)}, {"threshold", std::uint64_t{keys.threshold}}});
}

Value rule_value(const signing::PolicyRule& rule, const signing::Policy& policy) {
  Value value = Value::map();
  if (!rule.repositories.empty()) {
    Value patterns = Value::list();
    for (const std::string& pattern : rule.repositories) patterns.push_back(pattern);
    value.set("repositories", std::move(patterns));
  }
  value.set("signatures", names_of(rule.signatures, policy));
  Value attestations = Value::list();
  for (const signing::RequiredAttestation& required : rule.attestations) {
    Value one = names_of(required.by, policy);
    one.set("type", required.predicate_type);
    attestations.push_back(std::move(one));
  }
  if (!attestations.items().empty()) value.set("attestations", std::move(attestations));
  Value annotations = Value::map();
  for (const auto& [name, text] : rule.annotations) annotations.set(name, text);
  if (!annotations.members().empty()) value.set("annotations", std::move(annotations));
  if (!rule.subject.empty()) value.set("subject", rule.subject);
  if (rule.epoch) {
    Value epoch = Value::map({{"oldest", rule.epoch->oldest}});
    if (rule.epoch->line) epoch.set("line", *rule.epoch->line);
    value.set("epoch", std::move(epoch));
  }
  return value;
}

Value document_value(const signing::TrustDocument& document) {
  const signing::Policy& policy = document.policy;
  Value keys = Value::list();
  for (const signing::TrustedKey& trusted : policy.keys)
    keys.push_back(Value::map({{"name", trusted.name}, {"keyId", trusted.key.id()}}));
  Value revoked_keys = Value::list();
  for (const auto& [id, reason] : policy.revoked_keys)
    revoked_keys.push_back(Value::map({{"keyId", id}, {"reason", reason}}));
  Value revoked_digests = Value::list();
  for (const auto& [digest, reason] : policy.revoked_digests)
    revoked_digests.push_back(Value::map({{"digest", digest.to_string()}, {"reason", reason}}));
  Value rules = Value::list();
  for (const signing::PolicyRule& rule : policy.rules) rules.push_back(rule_value(rule, policy));
  Value value =
      Value::map({{"version", document.version},
                  {"owners", names_of(document.owners, policy)},
                  {"keys", std::move(keys)},
                  {"revoked", Value::map({{"keys", std::move(revoked_keys)}, {"digests", std::move(revoked_digests)}})},
                  {"rules", std::move(rules)}});
  if (policy.expires) value.set("expires", signing::time_text(*policy.expires));
  return value;
}

Value list_of(const std::vector<std::string>& texts) {
  Value list = Value::list();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

void require_named(const std::string& folder) {
  if (folder.empty()) throw Error(ErrorCode::InvalidInput, "no trust folder named").hint("name it with --trust DIR");
}

}  // namespace

ShownTrust show_trust(const std::string& place) {
  if (fs::is_directory(place)) {
    const TrustFolder folder = TrustFolder::open(place);
    Value value = document_value(folder.current().document);
    value.set("signers", list_of(signing::trust_signers(folder.current(), folder.current().document.policy)));
    Value versions = Value::list();
    for (const signing::SignedTrust& trust : folder.chain()) versions.push_back(trust.document.version);
    value.set("versions", std::move(versions));
    Value epochs = Value::map();
    for (const auto& [line, number] : folder.epochs()) epochs.set(line, number);
    value.set("epochs", std::move(epochs));
    return {folder.current().envelope.payload, std::move(value)};
  }
  std::string text = read_file(place, kLargestFile);
  if (!signing::is_signed_trust(text)) {
    Value value = document_value(signing::parse_trust_document(text, place));
    return {std::move(text), std::move(value)};
  }
  const signing::SignedTrust trust = signing::read_signed_trust(text, place);
  Value value = document_value(trust.document);
  value.set("signers", list_of(signing::trust_signers(trust, trust.document.policy)));
  return {trust.envelope.payload, std::move(value)};
}

SignedTrustText sign_trust_document(const SignTrustRequest& request, const Services& services) {
  if (request.keys.empty()) throw Error(ErrorCode::InvalidInput, "no key to sign with").hint("name one with --key");
  std::string text = read_file(request.document, kLargestFile);
  signing::SignedTrust trust;
  if (signing::is_signed_trust(text)) {
    trust = signing::read_signed_trust(text, request.document);
  } else {
    trust.document = signing::parse_trust_document(text, request.document);
    trust.envelope = {std::string(signing::kTrustPayloadType), std::move(text), {}};
  }
  for (const signing::PrivateKey& key : open_private_keys(request.keys, request.password_file, services))
    signing::sign_trust(trust, key);
  return {signing::write_signed_trust(trust), trust.document.version,
          signing::trust_signers(trust, trust.document.policy)};
}

TrustChange init_trust(const std::string& folder, const std::string& file) {
  require_named(folder);
  signing::SignedTrust first = signing::read_signed_trust(read_file(file, kLargestFile), file);
  const std::uint64_t version = first.document.version;
  return {TrustFolder::create(folder, std::move(first)).path().string(), 0, version};
}

TrustChange update_trust(const std::string& folder, const std::string& source) {
  require_named(folder);
  TrustFolder trust = TrustFolder::open(folder);
  TrustChange change{folder, trust.current().document.version, 0};
  std::vector<signing::SignedTrust> offered;
  if (fs::is_directory(source)) {
    offered = TrustFolder::open(source).chain();
    // What both have must be the same, or the other folder is not of this chain.
    std::erase_if(offered, [&](const signing::SignedTrust& one) {
      for (const signing::SignedTrust& held : trust.chain())
        if (held.document.version == one.document.version) return held.envelope.payload == one.envelope.payload;
      return one.document.version < trust.chain().front().document.version;
    });
  } else {
    offered.push_back(signing::read_signed_trust(read_file(source, kLargestFile), source));
    // Done already: the same command again changes nothing.
    if (offered.front().envelope.payload == trust.current().envelope.payload) offered.clear();
  }
  with_context([&] { return fmt::format("the trust in '{}' was not changed by '{}'", folder, source); },
               [&] {
                 for (signing::SignedTrust& next : offered) trust.add(std::move(next));
               });
  change.version = trust.current().document.version;
  return change;
}

}  // namespace waybill
