#include "tests/support/keyless_authority.h"

#include <fmt/core.h>
#include <openssl/ct.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/json/writer.h"

namespace waybill::testing {
namespace {

constexpr std::int64_t kTenMinutes = 600;
constexpr std::int64_t kYear2020 = 1577836800;
constexpr std::int64_t kYear2040 = 2208988800;
constexpr const char* kStart = "2020-01-01T00:00:00Z";
constexpr const char* kLogOrigin = "log.example.com - 1234567890";
constexpr const char* kLogName = "log.example.com";
constexpr std::int64_t kLogIndex = 1;
constexpr int kTreeSize = 3;
constexpr std::string_view kPayloadType = "application/vnd.in-toto+json";

template <auto Function>
struct FreeBy {
  template <typename T>
  void operator()(T* pointer) const noexcept {
    Function(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, FreeBy<&EVP_PKEY_free>>;
using X509Owner = std::unique_ptr<X509, FreeBy<&X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeBy<&X509_EXTENSION_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeBy<&EVP_MD_CTX_free>>;
using Object = std::unique_ptr<ASN1_OBJECT, FreeBy<&ASN1_OBJECT_free>>;
using Text = std::unique_ptr<ASN1_STRING, FreeBy<&ASN1_STRING_free>>;
using Promises = std::unique_ptr<STACK_OF(SCT), FreeBy<&SCT_LIST_free>>;

void require(bool succeeded, const char* what) {
  if (!succeeded) throw std::runtime_error(fmt::format("OpenSSL could not make {}", what));
}

template <typename Encode>
std::string der_of(Encode encode) {
  std::string bytes(static_cast<std::size_t>(std::max(encode(nullptr), 0)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  require(!bytes.empty() && encode(&out) == static_cast<int>(bytes.size()), "a DER encoding");
  return bytes;
}

std::string spki_of(EVP_PKEY* key) {
  return der_of([&](unsigned char** out) { return i2d_PUBKEY(key, out); });
}
std::string der_of_certificate(X509* certificate) {
  return der_of([&](unsigned char** out) { return i2d_X509(certificate, out); });
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  require(key != nullptr, "a key");
  return key;
}

// ECDSA with SHA-256, DER.
std::string sign(EVP_PKEY* key, std::string_view message) {
  const DigestContext context(EVP_MD_CTX_new());
  const auto* data = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  require(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
              EVP_DigestSign(context.get(), nullptr, &size, data, message.size()) == 1,
          "a signature");
  std::string signature(size, '\0');
  require(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data,
                         message.size()) == 1,
          "a signature");
  signature.resize(size);
  return signature;
}

std::string base64(std::string_view bytes) { return to_base64(as_bytes(bytes)); }
std::string raw_sha256(std::string_view bytes) { return std::string(as_text(sha256(bytes).raw())); }

std::string number(std::uint64_t value, int bytes) {
  std::string text;
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) text += static_cast<char>((value >> shift) & 0xffU);
  return text;
}

std::string pem_of(std::string_view der) {
  constexpr std::size_t kLine = 64;
  const std::string text = base64(der);
  std::string pem = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t at = 0; at < text.size(); at += kLine) pem += text.substr(at, kLine) + "\n";
  return pem + "-----END CERTIFICATE-----\n";
}

// --- Certificates ----------------------------------------------------------------------------------------------------

struct Issuer {
  X509* certificate;  // null pointer: signs itself
  EVP_PKEY* key;
};
struct Lifetime {
  std::int64_t start;
  std::int64_t end;
};

X509Owner new_certificate(const std::string& name, EVP_PKEY* key, X509* issuer, Lifetime lifetime) {
  X509Owner certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  std::uint64_t serial = 0;
  require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "a serial number");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1U | 1U);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), lifetime.start);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), lifetime.end);
  X509_set_pubkey(certificate.get(), key);
  if (!name.empty()) {
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  }
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer == nullptr ? certificate.get() : issuer));
  return certificate;
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& text) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer == nullptr ? certificate : issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, text.c_str()));
  require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, "an extension");
}

void add_extension(X509* certificate, const char* dotted, std::string_view bytes) {
  const Object name(OBJ_txt2obj(dotted, 1));
  const Text value(ASN1_STRING_type_new(V_ASN1_OCTET_STRING));
  ASN1_STRING_set(value.get(), bytes.data(), static_cast<int>(bytes.size()));
  const Extension extension(X509_EXTENSION_create_by_OBJ(nullptr, name.get(), 0, value.get()));
  require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, "an extension");
}

X509Owner make_authority(const std::string& name, EVP_PKEY* key, const Issuer& issuer, const std::string& constraints) {
  X509Owner certificate = new_certificate(name, key, issuer.certificate, {kYear2020, kYear2040});
  add_extension(certificate.get(), issuer.certificate, NID_basic_constraints, constraints);
  add_extension(certificate.get(), issuer.certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  if (issuer.certificate != nullptr)
    add_extension(certificate.get(), issuer.certificate, NID_ext_key_usage, "codeSigning");
  add_extension(certificate.get(), issuer.certificate, NID_subject_key_identifier, "hash");
  require(X509_sign(certificate.get(), issuer.key, EVP_sha256()) > 0, "a certificate");
  return certificate;
}

// The log's promise about the certificate as it is now (RFC 6962, section 3.2), embedded in it (section 3.3).
void add_promise(X509* certificate, const Issuer& issuer, EVP_PKEY* log, std::int64_t time) {
  const std::string spki = spki_of(log);
  const std::uint64_t milliseconds = static_cast<std::uint64_t>(time) * 1000;
  const std::string seen = der_of([&](unsigned char** out) { return i2d_re_X509_tbs(certificate, out); });
  const std::string message = number(0, 1) + number(0, 1) + number(milliseconds, 8) + number(1, 2) +
                              raw_sha256(spki_of(issuer.key)) + number(seen.size(), 3) + seen + number(0, 2);
  const std::string id = raw_sha256(spki);
  const std::string signature = sign(log, message);
  const Promises promises(sk_SCT_new_null());
  SCT* promise = SCT_new();
  sk_SCT_push(promises.get(), promise);
  const auto bytes = [](const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  require(SCT_set_version(promise, SCT_VERSION_V1) == 1 && SCT_set1_log_id(promise, bytes(id), id.size()) == 1 &&
              SCT_set_signature_nid(promise, NID_ecdsa_with_SHA256) == 1 &&
              SCT_set1_signature(promise, bytes(signature), signature.size()) == 1,
          "a promise of a certificate log");
  SCT_set_timestamp(promise, milliseconds);
  require(X509_add1_ext_i2d(certificate, NID_ct_precert_scts, promises.get(), 0, X509V3_ADD_DEFAULT) == 1,
          "an extension");
}

// --- The transparency log --------------------------------------------------------------------------------------------

std::string node(const std::string& left, const std::string& right) { return raw_sha256("\x01" + left + right); }
std::string leaf(std::string_view entry) { return raw_sha256(std::string(1, '\0') + std::string(entry)); }

// The entry as the second of three: its path has a left and a right neighbour.
Value log_entry(EVP_PKEY* log, std::string_view kind, const Value& spec, std::int64_t time) {
  const std::string body = json::canonical(Value::map({{"apiVersion", "0.0.1"}, {"kind", kind}, {"spec", spec}}));
  const std::string log_id = raw_sha256(spki_of(log));
  const std::string promised = json::canonical(Value::map({{"body", base64(body)},
                                                           {"integratedTime", time},
                                                           {"logID", to_hex(as_bytes(log_id))},
                                                           {"logIndex", kLogIndex}}));
  const std::string first = leaf("the entry before");
  const std::string third = leaf("the entry after");
  const std::string root = node(node(first, leaf(body)), third);
  const std::string note = fmt::format("{}\n{}\n{}\n", kLogOrigin, kTreeSize, base64(root));
  const std::string checkpoint =
      fmt::format("{}\n\u2014 {} {}\n", note, kLogName, base64(log_id.substr(0, 4) + sign(log, note)));
  const std::string index = std::to_string(kLogIndex);
  return Value::map({{"logIndex", index},
                     {"logId", Value::map({{"keyId", base64(log_id)}})},
                     {"kindVersion", Value::map({{"kind", kind}, {"version", "0.0.1"}})},
                     {"integratedTime", std::to_string(time)},
                     {"inclusionPromise", Value::map({{"signedEntryTimestamp", base64(sign(log, promised))}})},
                     {"inclusionProof", Value::map({{"logIndex", index},
                                                    {"rootHash", base64(root)},
                                                    {"treeSize", std::to_string(kTreeSize)},
                                                    {"hashes", Value::list({base64(first), base64(third)})},
                                                    {"checkpoint", Value::map({{"envelope", checkpoint}})}})},
                     {"canonicalizedBody", base64(body)}});
}

Value hash_of(std::string_view bytes) { return Value::map({{"algorithm", "sha256"}, {"value", sha256(bytes).hex()}}); }

Value log_of(EVP_PKEY* key) {
  const std::string spki = spki_of(key);
  return Value::map({{"baseUrl", "https://log.example.com"},
                     {"hashAlgorithm", "SHA2_256"},
                     {"publicKey", Value::map({{"rawBytes", base64(spki)},
                                               {"keyDetails", "PKIX_ECDSA_P256_SHA_256"},
                                               {"validFor", Value::map({{"start", kStart}})}})},
                     {"logId", Value::map({{"keyId", base64(raw_sha256(spki))}})}});
}

Value raw_certificate(std::string_view der) { return Value::map({{"rawBytes", base64(der)}}); }

Value statement_about(const Digest& manifest, std::string_view predicate_type, const Value& predicate) {
  return Value::map({{"_type", "https://in-toto.io/Statement/v1"},
                     {"subject", Value::list({Value::map({{"digest", Value::map({{"sha256", manifest.hex()}})}})})},
                     {"predicateType", predicate_type},
                     {"predicate", predicate}});
}

}  // namespace

struct KeylessAuthority::State {
  Key root_key = make_key();
  Key key = make_key();
  Key certificate_log = make_key();
  Key foreign_log = make_key();
  Key transparency_log = make_key();
  X509Owner root = make_authority("root.example.com", root_key.get(), {nullptr, root_key.get()}, "critical,CA:TRUE");
  X509Owner authority =
      make_authority("issuer.example.com", key.get(), {root.get(), root_key.get()}, "critical,CA:TRUE,pathlen:0");

  // What Fulcio issues (its certificate specification): no subject, who it is as the alternative name.
  [[nodiscard]] X509Owner certify(EVP_PKEY* holder, const KeylessSigner& signer) const {
    const Issuer issuer{authority.get(), key.get()};
    X509Owner leaf = new_certificate({}, holder, authority.get(), {signer.certified, signer.certified + kTenMinutes});
    add_extension(leaf.get(), authority.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(leaf.get(), authority.get(), NID_ext_key_usage, "codeSigning");
    add_extension(leaf.get(), authority.get(), NID_subject_key_identifier, "hash");
    add_extension(leaf.get(), authority.get(), NID_authority_key_identifier, "keyid");
    const bool uri = signer.identity.find("://") != std::string::npos;
    add_extension(leaf.get(), authority.get(), NID_subject_alt_name,
                  fmt::format("critical,{}:{}", uri ? "URI" : "email", signer.identity));
    add_extension(leaf.get(), "1.3.6.1.4.1.57264.1.1", signer.oidc_issuer);
    const Text text(ASN1_STRING_type_new(V_ASN1_UTF8STRING));
    ASN1_STRING_set(text.get(), signer.oidc_issuer.data(), static_cast<int>(signer.oidc_issuer.size()));
    add_extension(leaf.get(), "1.3.6.1.4.1.57264.1.8",
                  der_of([&](unsigned char** out) { return i2d_ASN1_UTF8STRING(text.get(), out); }));
    // The bytes that a log sees name the algorithm of the signature, so there must be one.
    require(X509_sign(leaf.get(), key.get(), EVP_sha256()) > 0, "a certificate");
    if (signer.promise != KeylessSigner::Promise::None) {
      const bool ours = signer.promise == KeylessSigner::Promise::Ours;
      add_promise(leaf.get(), issuer, (ours ? certificate_log : foreign_log).get(), signer.certified);
      require(X509_sign(leaf.get(), key.get(), EVP_sha256()) > 0, "a certificate");
    }
    return leaf;
  }

  [[nodiscard]] static std::string bundle(std::string_view certificate, Value entry, std::string_view content_name,
                                          Value content) {
    return json::write(
        Value::map({{"mediaType", "application/vnd.dev.sigstore.bundle.v0.3+json"},
                    {"verificationMaterial", Value::map({{"certificate", raw_certificate(certificate)},
                                                         {"tlogEntries", Value::list({std::move(entry)})}})},
                    {std::string(content_name), std::move(content)}}),
        json::HtmlEscape::No);
  }
};

KeylessAuthority::KeylessAuthority() : state_(std::make_unique<const State>()) {}
KeylessAuthority::~KeylessAuthority() = default;

std::string KeylessAuthority::trusted_root() const {
  const Value chain = Value::list({raw_certificate(der_of_certificate(state_->authority.get())),
                                   raw_certificate(der_of_certificate(state_->root.get()))});
  return json::write(
      Value::map({{"mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1"},
                  {"tlogs", Value::list({log_of(state_->transparency_log.get())})},
                  {"certificateAuthorities",
                   Value::list({Value::map({{"subject", Value::map({{"organization", "example.com"},
                                                                    {"commonName", "issuer.example.com"}})},
                                            {"uri", "https://issuer.example.com"},
                                            {"certChain", Value::map({{"certificates", chain}})},
                                            {"validFor", Value::map({{"start", kStart}})}})})},
                  {"ctlogs", Value::list({log_of(state_->certificate_log.get())})}}),
      json::HtmlEscape::No);
}

std::string KeylessAuthority::sign_file(std::string_view bytes, const KeylessSigner& signer) const {
  const Key key = make_key();
  const std::string certificate = der_of_certificate(state_->certify(key.get(), signer).get());
  const std::string signature = base64(sign(key.get(), bytes));
  const Value spec = Value::map(
      {{"data", Value::map({{"hash", hash_of(bytes)}})},
       {"signature",
        Value::map({{"content", signature}, {"publicKey", Value::map({{"content", base64(pem_of(certificate))}})}})}});
  const Value content =
      Value::map({{"messageDigest", Value::map({{"algorithm", "SHA2_256"}, {"digest", base64(raw_sha256(bytes))}})},
                  {"signature", signature}});
  return State::bundle(certificate, log_entry(state_->transparency_log.get(), "hashedrekord", spec, signer.logged),
                       "messageSignature", content);
}

std::string KeylessAuthority::sign_statement(const Value& statement, const KeylessSigner& signer) const {
  const Key key = make_key();
  const std::string certificate = der_of_certificate(state_->certify(key.get(), signer).get());
  const std::string payload = json::canonical(statement);
  // DSSE's pre-authentication encoding.
  const std::string signature = base64(
      sign(key.get(), fmt::format("DSSEv1 {} {} {} {}", kPayloadType.size(), kPayloadType, payload.size(), payload)));
  const Value envelope = Value::map({{"payload", base64(payload)},
                                     {"payloadType", kPayloadType},
                                     {"signatures", Value::list({Value::map({{"sig", signature}})})}});
  const Value spec =
      Value::map({{"envelopeHash", hash_of(json::canonical(envelope))},
                  {"payloadHash", hash_of(payload)},
                  {"signatures",
                   Value::list({Value::map({{"signature", signature}, {"verifier", base64(pem_of(certificate))}})})}});
  return State::bundle(certificate, log_entry(state_->transparency_log.get(), "dsse", spec, signer.logged),
                       "dsseEnvelope", envelope);
}

std::string KeylessAuthority::sign_artifact(const Digest& manifest, const KeylessSigner& signer) const {
  return attest_artifact(manifest, "https://sigstore.dev/cosign/sign/v1", Value::map(), signer);
}

std::string KeylessAuthority::attest_artifact(const Digest& manifest, std::string_view predicate_type,
                                              const Value& predicate, const KeylessSigner& signer) const {
  return sign_statement(statement_about(manifest, predicate_type, predicate), signer);
}

}  // namespace waybill::testing
