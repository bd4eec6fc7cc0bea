#pragma once
// Keys: ECDSA P-256 to sign, P-256 or RSA (PKCS#1 v1.5, 2048 bits and more) to verify, always with SHA-256
// (oci-and-signing, "Algorithms"). Any other kind of key is refused by name.
//
//   const PrivateKey key = PrivateKey::generate();
//   const std::string signature = key.sign(as_bytes(text));
//   key.public_key().verify(as_bytes(text), signature);  // true
//
// Both classes are immutable, cheap to copy or move, and may be used by several threads at once.
#include <memory>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/secret.h"

namespace waybill::signing {

enum class KeyKind : std::uint8_t { EcdsaP256, Rsa };

class PublicKey {
 public:
  // One PEM block "PUBLIC KEY" (SubjectPublicKeyInfo) with nothing but white space around it. Throws InvalidInput,
  // naming `name`, for anything else: another kind of key, another curve, a point that is not on the curve, RSA below
  // 2048 or above 16384 bits.
  [[nodiscard]] static PublicKey from_pem(std::string_view pem, std::string_view name);
  [[nodiscard]] static PublicKey from_spki(Bytes der, std::string_view name);

  [[nodiscard]] KeyKind kind() const noexcept;
  // SubjectPublicKeyInfo, DER.
  [[nodiscard]] const std::string& spki() const noexcept;
  // base64 of SHA-256 of the SubjectPublicKeyInfo: the hint of a sigstore bundle, and the key's name in reports.
  [[nodiscard]] const std::string& id() const noexcept;
  // 64 columns, one line feed at the end: the file that cosign and openssl read.
  [[nodiscard]] std::string pem() const;

  // Whether `signature` (raw bytes) is a signature of `message` by this key. ECDSA signatures must be strict DER; false
  // for everything else. Throws only for defects of the library.
  [[nodiscard]] bool verify(Bytes message, std::string_view signature) const;

  // The same key, whatever file it came from.
  [[nodiscard]] bool operator==(const PublicKey& other) const noexcept { return spki() == other.spki(); }

 private:
  friend class PrivateKey;
  struct State;
  explicit PublicKey(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

// Why bytes cannot be an ECDSA P-256 signature at all (empty when they can): tells a raw r||s or a truncated one from a
// wrong one.
[[nodiscard]] std::string malformed_ecdsa_signature(std::string_view signature);

class PrivateKey {
 public:
  [[nodiscard]] static PrivateKey generate();
  // PKCS#8 PrivateKeyInfo, DER, not encrypted. Throws InvalidInput, naming `name` and never any byte of the key, for
  // another kind of key or a key whose halves do not belong together.
  [[nodiscard]] static PrivateKey from_pkcs8(const SecretBytes& der, std::string_view name);
  // RFC 5915 ECPrivateKey ("SEC1"), DER.
  [[nodiscard]] static PrivateKey from_sec1(const SecretBytes& der, std::string_view name);
  // RFC 8017 RSAPrivateKey ("PKCS#1"), DER.
  [[nodiscard]] static PrivateKey from_pkcs1(const SecretBytes& der, std::string_view name);

  // Takes over a key that OpenSSL holds (an EVP_PKEY), whose private half may lie elsewhere, as in a token: it signs,
  // but has no PKCS#8 form. Throws InvalidInput as the others do.
  [[nodiscard]] static PrivateKey from_handle(void* handle, std::string_view name);

  // Over SHA-256 of the message. ECDSA, DER: the nonce is random, so two signatures of one message differ. RSA:
  // PKCS#1 v1.5 (RFC 8017, section 8.2).
  [[nodiscard]] std::string sign(Bytes message) const;
  [[nodiscard]] const PublicKey& public_key() const noexcept;
  // PKCS#8 PrivateKeyInfo, DER. Throws Internal for a key whose private half lies elsewhere.
  [[nodiscard]] SecretBytes pkcs8() const;

 private:
  struct State;
  PrivateKey(void* handle, std::string_view name);
  std::shared_ptr<const State> state_;
};

}  // namespace waybill::signing
