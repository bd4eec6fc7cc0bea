#include "signing/sigstore_bundle.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "signing/strict_json.h"

namespace waybill::signing {
namespace {

constexpr std::string_view kWhere = "the bundle";
constexpr std::array<std::string_view, 4> kReadableMediaTypes = {
    kBundleMediaType,
    "application/vnd.dev.sigstore.bundle+json;version=0.3",
    "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.1",
};
constexpr std::string_view kSha256 = "SHA2_256";
constexpr std::size_t kMostLogEntries = 32;
constexpr std::size_t kMostTimestamps = 32;

[[noreturn]] void refuse(std::string_view why) {
  throw Error(ErrorCode::InvalidInput, fmt::format("{} {}", kWhere, why));
}

// The hint of the key, after making sure that it is a key and not a certificate.
std::string parse_verification_material(const Value& material) {
  constexpr std::string_view kMaterial = "the bundle's verification material";
  if (material.is_map() &&
      (material.find("certificate") != nullptr || material.find("x509CertificateChain") != nullptr)) {
    refuse("is signed with a certificate, which needs an identity to check against and cannot be checked with a key");
  }
  require_object(material, kMaterial, {"publicKey", "tlogEntries", "timestampVerificationData"});
  const Value& key = require_member(material, kMaterial, "publicKey");
  require_object(key, "the bundle's public key", {"hint"});
  if (material.find("tlogEntries") != nullptr) {
    (void)require_list(material, kMaterial, "tlogEntries", kMostLogEntries);
  }
  if (const Value* timestamps = material.find("timestampVerificationData")) {
    constexpr std::string_view kTimestamps = "the bundle's timestamp data";
    require_object(*timestamps, kTimestamps, {"rfc3161Timestamps"});
    if (timestamps->find("rfc3161Timestamps") != nullptr) {
      (void)require_list(*timestamps, kTimestamps, "rfc3161Timestamps", kMostTimestamps);
    }
  }
  return key.find("hint") != nullptr ? require_text(key, "the bundle's public key", "hint") : std::string();
}

MessageSignature parse_message_signature(const Value& value) {
  constexpr std::string_view kMessage = "the bundle's message signature";
  require_object(value, kMessage, {"messageDigest", "signature"});
  const Value& digest = require_member(value, kMessage, "messageDigest");
  require_object(digest, "the bundle's message digest", {"algorithm", "digest"});
  if (require_text(digest, "the bundle's message digest", "algorithm") != kSha256) {
    refuse("has a message digest that is not SHA-256");
  }
  const std::string raw = require_base64(digest, "the bundle's message digest", "digest");
  std::array<std::byte, 32> bytes{};
  if (raw.size() != bytes.size()) refuse("has a message digest that is not 32 bytes long");
  std::memcpy(bytes.data(), raw.data(), bytes.size());
  return {Digest::from_raw(bytes), require_base64(value, kMessage, "signature")};
}

Envelope parse_single_envelope(const Value& value) {
  Envelope envelope = parse_envelope(value);
  if (envelope.signatures.size() != 1) refuse("has more than one DSSE signature");
  return envelope;
}

}  // namespace

std::string write_bundle(const SigstoreBundle& bundle) {
  Value root =
      Value::map({{"mediaType", kBundleMediaType},
                  {"verificationMaterial", Value::map({{"publicKey", Value::map({{"hint", bundle.key_hint}})}})}});
  if (const auto* message = std::get_if<MessageSignature>(&bundle.content)) {
    const Value digest = Value::map({{"algorithm", kSha256}, {"digest", to_base64(message->digest.raw())}});
    root.set("messageSignature",
             Value::map({{"messageDigest", digest}, {"signature", to_base64(as_bytes(message->signature))}}));
  } else {
    root.set("dsseEnvelope", to_json(std::get<Envelope>(bundle.content)));
  }
  return json::write(root, json::HtmlEscape::No);
}

SigstoreBundle parse_bundle(std::string_view text) {
  const Value root = json::parse(text, kWhere, {.bytes = kLargestBundle});
  require_object(root, kWhere, {"mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"});
  if (std::ranges::find(kReadableMediaTypes, require_text(root, kWhere, "mediaType")) == kReadableMediaTypes.end()) {
    refuse("has an unknown media type, expected a sigstore bundle of version 0.1, 0.2 or 0.3");
  }
  std::string hint = parse_verification_material(require_member(root, kWhere, "verificationMaterial"));
  const Value* message = root.find("messageSignature");
  const Value* envelope = root.find("dsseEnvelope");
  if (message != nullptr && envelope != nullptr) refuse("has two contents");
  if (message != nullptr) return {std::move(hint), parse_message_signature(*message)};
  if (envelope != nullptr) return {std::move(hint), parse_single_envelope(*envelope)};
  refuse("has no content: neither a message signature nor a DSSE envelope");
}

std::string sign_message(const PrivateKey& key, std::string_view message) {
  return write_bundle({key.public_key().id(), MessageSignature{sha256(message), key.sign(as_bytes(message))}});
}

Envelope sign_envelope(const PrivateKey& key, std::string_view statement) {
  const std::string encoding = pre_authentication_encoding(kInTotoPayloadType, statement);
  return {std::string(kInTotoPayloadType), std::string(statement), {key.sign(as_bytes(encoding))}};
}

std::string sign_statement(const PrivateKey& key, std::string_view statement) {
  return write_bundle({key.public_key().id(), sign_envelope(key, statement)});
}

}  // namespace waybill::signing
