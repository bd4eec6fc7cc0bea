#include "signing/sigstore_bundle.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "signing/certificate.h"
#include "signing/strict_json.h"

namespace waybill::signing {
namespace {

constexpr std::string_view kWhere = "the bundle";
struct ReadableMediaType {
  std::string_view text;
  BundleVersion version;
};
constexpr std::array<ReadableMediaType, 4> kReadableMediaTypes{{
    {kBundleMediaType, BundleVersion::V03},
    {"application/vnd.dev.sigstore.bundle+json;version=0.3", BundleVersion::V03},
    {"application/vnd.dev.sigstore.bundle+json;version=0.2", BundleVersion::V02},
    {"application/vnd.dev.sigstore.bundle+json;version=0.1", BundleVersion::V01},
}};
constexpr std::string_view kSha256 = "SHA2_256";
constexpr std::size_t kMostLogEntries = 32;
constexpr std::size_t kMostTimestamps = 32;
constexpr std::size_t kLongestChain = 8;
constexpr std::string_view kMaterial = "the bundle's verification material";

[[noreturn]] void refuse(std::string_view why) {
  throw Error(ErrorCode::InvalidInput, fmt::format("{} {}", kWhere, why));
}

// The signer's certificate. Older bundles carry a chain, of which only the first link is used: whom to believe is said
// by the trusted root, and a root that comes along would be a temptation.
std::string parse_certificate(const Value& material, BundleVersion version) {
  constexpr std::string_view kCertificate = "the bundle's certificate";
  if (const Value* certificate = material.find("certificate")) {
    require_object(*certificate, kCertificate, {"rawBytes"});
    return require_base64(*certificate, kCertificate, "rawBytes");
  }
  if (version == BundleVersion::V03) refuse("has a chain of certificates, which version 0.3 does not allow");
  const Value& chain = require_member(material, kMaterial, "x509CertificateChain");
  require_object(chain, "the bundle's chain of certificates", {"certificates"});
  std::string first;
  for (const Value& link : require_list(chain, "the bundle's chain of certificates", "certificates", kLongestChain)) {
    require_object(link, kCertificate, {"rawBytes"});
    std::string der = require_base64(link, kCertificate, "rawBytes");
    if (first.empty()) {
      first = std::move(der);
    } else if (Certificate::from_der(der, kCertificate).is_self_issued()) {
      refuse("carries the certificate of a root");
    }
  }
  if (first.empty()) refuse("has an empty chain of certificates");
  return first;
}

void parse_verification_material(const Value& material, SigstoreBundle& bundle) {
  require_object(material, kMaterial,
                 {"publicKey", "certificate", "x509CertificateChain", "tlogEntries", "timestampVerificationData"});
  const auto has = [&](std::string_view name) { return material.find(name) != nullptr ? 1 : 0; };
  if (has("publicKey") + has("certificate") + has("x509CertificateChain") > 1) refuse("names its signer twice");
  if (has("publicKey") == 0 && has("certificate") == 0 && has("x509CertificateChain") == 0)
    refuse("names no signer: neither a key nor a certificate");
  if (const Value* key = material.find("publicKey")) {
    require_object(*key, "the bundle's public key", {"hint"});
    if (key->find("hint") != nullptr) bundle.key_hint = require_text(*key, "the bundle's public key", "hint");
  } else {
    bundle.certificate = parse_certificate(material, bundle.version);
  }
  if (material.find("tlogEntries") != nullptr) {
    bundle.log_entries = require_list(material, kMaterial, "tlogEntries", kMostLogEntries);
  }
  if (const Value* timestamps = material.find("timestampVerificationData")) {
    constexpr std::string_view kTimestamps = "the bundle's timestamp data";
    require_object(*timestamps, kTimestamps, {"rfc3161Timestamps"});
    if (timestamps->find("rfc3161Timestamps") != nullptr) {
      bundle.timestamps = require_list(*timestamps, kTimestamps, "rfc3161Timestamps", kMostTimestamps);
    }
  }
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
  const auto* media_type =
      std::ranges::find(kReadableMediaTypes, require_text(root, kWhere, "mediaType"), &ReadableMediaType::text);
  if (media_type == kReadableMediaTypes.end()) {
    refuse("has an unknown media type, expected a sigstore bundle of version 0.1, 0.2 or 0.3");
  }
  SigstoreBundle bundle{.key_hint = {}, .content = MessageSignature{sha256(""), {}}, .version = media_type->version};
  parse_verification_material(require_member(root, kWhere, "verificationMaterial"), bundle);
  const Value* message = root.find("messageSignature");
  const Value* envelope = root.find("dsseEnvelope");
  if (message != nullptr && envelope != nullptr) refuse("has two contents");
  if (message != nullptr) {
    bundle.content = parse_message_signature(*message);
  } else if (envelope != nullptr) {
    bundle.content = parse_single_envelope(*envelope);
  } else {
    refuse("has no content: neither a message signature nor a DSSE envelope");
  }
  return bundle;
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
