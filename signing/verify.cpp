#include "signing/verify.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"
#include "core/json/reader.h"
#include "signing/sigstore_bundle.h"

namespace waybill::signing {
namespace {

SignatureResult failed(std::string reason) { return {.reason = std::move(reason)}; }

// Turns what a parser throws into a failed result; defects of ours and a lack of memory stay exceptions.
template <typename Body>
SignatureResult refusals_as_results(Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput) throw;
    return failed(error.message());
  }
}

// The first key that made one of the signatures; null pointer if none did. The hint only decides who is asked first.
const PublicKey* find_signer(std::span<const PublicKey> keys, std::string_view hint, std::string_view message,
                             std::span<const std::string> signatures) {
  const auto made_one = [&](const PublicKey& key) {
    return std::ranges::any_of(signatures,
                               [&](const std::string& signature) { return key.verify(as_bytes(message), signature); });
  };
  const auto hinted = std::ranges::find_if(keys, [&](const PublicKey& key) { return key.id() == hint; });
  if (hinted != keys.end() && made_one(*hinted)) return &*hinted;
  for (const PublicKey& key : keys) {
    if (key.id() != hint && made_one(key)) return &key;
  }
  return nullptr;
}

std::string why_none_signed(std::span<const PublicKey> keys, std::span<const std::string> signatures) {
  if (keys.empty()) return "no key was given";
  const bool only_ecdsa =
      std::ranges::all_of(keys, [](const PublicKey& key) { return key.kind() == KeyKind::EcdsaP256; });
  if (only_ecdsa && signatures.size() == 1) {
    if (const std::string why = malformed_ecdsa_signature(signatures.front()); !why.empty()) {
      return "the signature is malformed: " + why;
    }
  }
  return keys.size() == 1 ? fmt::format("the signature was not made by the key {}", keys.front().id())
                          : fmt::format("the signature was not made by any of the {} keys", keys.size());
}

SignatureResult verify_envelope(const Envelope& envelope, std::string_view hint, std::span<const PublicKey> keys,
                                const Digest& subject, std::string_view predicate_type) {
  const std::string encoding = pre_authentication_encoding(envelope.payload_type, envelope.payload);
  const PublicKey* signer = find_signer(keys, hint, encoding, envelope.signatures);
  if (signer == nullptr) return failed(why_none_signed(keys, envelope.signatures));
  SignatureResult result{.key_id = signer->id()};
  if (envelope.payload_type != kInTotoPayloadType) {
    result.reason =
        fmt::format("the signed payload is not an in-toto statement but '{}'", envelope.payload_type.substr(0, 100));
    return result;
  }
  Statement statement;
  try {
    statement = parse_statement(envelope.payload);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput) throw;
    result.reason = error.message();
    return result;
  }
  if (!statement.is_about(subject)) {
    result.reason = fmt::format("the signed statement is not about {}", subject.to_string());
    return result;
  }
  if (statement.predicate_type != predicate_type) {
    result.reason = fmt::format("the signed statement is of type '{}', expected '{}'",
                                statement.predicate_type.substr(0, 200), predicate_type);
    return result;
  }
  result.passed = true;
  result.reason = "signed by " + signer->id();
  result.statement = std::move(statement);
  return result;
}

SignatureResult failed_for_certificate() {
  return failed(
      "the bundle is signed with a certificate, which needs a trusted root and an identity to check against and cannot "
      "be checked with a key");
}

}  // namespace

SignatureResult verify_statement(const SigstoreBundle& bundle, std::span<const PublicKey> keys, const Digest& subject,
                                 std::string_view predicate_type) {
  const auto* envelope = std::get_if<Envelope>(&bundle.content);
  if (envelope == nullptr) return failed("the bundle signs a file, not a statement");
  return verify_envelope(*envelope, bundle.key_hint, keys, subject, predicate_type);
}

SignatureResult verify_message(const SigstoreBundle& bundle, std::span<const PublicKey> keys,
                               std::string_view message) {
  const auto* content = std::get_if<MessageSignature>(&bundle.content);
  if (content == nullptr) return failed("the bundle signs a statement, not a file");
  const std::span<const std::string> signatures(&content->signature, 1);
  const PublicKey* signer = find_signer(keys, bundle.key_hint, message, signatures);
  if (signer == nullptr) return failed(why_none_signed(keys, signatures));
  SignatureResult result{.key_id = signer->id()};
  result.passed = content->digest == sha256(message);
  result.reason = result.passed ? "signed by " + signer->id() : "the digest that the bundle states is not the file's";
  return result;
}

SignatureResult verify_dsse_bundle(std::string_view bundle, std::span<const PublicKey> keys, const Digest& subject,
                                   std::string_view predicate_type) {
  return refusals_as_results([&] {
    const SigstoreBundle parsed = parse_bundle(bundle);
    if (!parsed.certificate.empty()) return failed_for_certificate();
    return verify_statement(parsed, keys, subject, predicate_type);
  });
}

SignatureResult verify_dsse_envelope(std::string_view envelope, std::span<const PublicKey> keys, const Digest& subject,
                                     std::string_view predicate_type) {
  return refusals_as_results([&] {
    const Envelope parsed = parse_envelope(json::parse(envelope, "the DSSE envelope", {.bytes = kLargestBundle}));
    return verify_envelope(parsed, {}, keys, subject, predicate_type);
  });
}

SignatureResult verify_message_bundle(std::string_view bundle, std::span<const PublicKey> keys,
                                      std::string_view message) {
  return refusals_as_results([&] {
    const SigstoreBundle parsed = parse_bundle(bundle);
    if (!parsed.certificate.empty()) return failed_for_certificate();
    return verify_message(parsed, keys, message);
  });
}

SignatureResult verify_simple_signing(std::string_view payload, std::string_view base64_signature,
                                      std::span<const PublicKey> keys, const Digest& manifest) {
  if (payload.size() > kLargestSimpleSigningPayload) return failed("the signature's payload is too large");
  const std::optional<std::string> signature = from_base64(base64_signature);
  if (!signature) return failed("the signature is not base64");
  const std::span<const std::string> signatures(&*signature, 1);
  const PublicKey* signer = find_signer(keys, {}, payload, signatures);
  if (signer == nullptr) return failed(why_none_signed(keys, signatures));
  SignatureResult result = refusals_as_results([&] {
    SimpleSigning parsed = parse_simple_signing(payload);
    if (parsed.manifest != manifest) {
      return failed(fmt::format("the payload names {}, not {}", parsed.manifest.to_string(), manifest.to_string()));
    }
    return SignatureResult{.passed = true, .reason = "signed by " + signer->id(), .payload = std::move(parsed)};
  });
  result.key_id = signer->id();
  return result;
}

bool is_signed_already(std::string_view bundle, const PublicKey& key, std::string_view statement) {
  try {
    const SigstoreBundle parsed = parse_bundle(bundle);
    const auto* envelope = std::get_if<Envelope>(&parsed.content);
    if (envelope == nullptr || envelope->payload_type != kInTotoPayloadType || envelope->payload != statement)
      return false;
    const std::string encoding = pre_authentication_encoding(envelope->payload_type, envelope->payload);
    return key.verify(as_bytes(encoding), envelope->signatures.front());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput) throw;
    return false;
  }
}

}  // namespace waybill::signing
