#include "signing/key.h"

#include <fmt/core.h>

#include <optional>

#include "core/digest.h"
#include "core/error.h"
#include "signing/libcrypto.h"
#include "signing/pem.h"

namespace waybill::signing {
namespace {

constexpr int kSmallestRsa = 2048;
constexpr int kLargestRsa = 16384;  // verification time grows with the cube
constexpr std::string_view kP256 = "prime256v1";
constexpr std::size_t kP256SpkiSize = 91;  // with the curve's name and the uncompressed point

[[noreturn]] void fail(std::string_view what) {
  const unsigned long code = libcrypto().ERR_peek_last_error();
  const char* reason = libcrypto().ERR_reason_error_string(code);
  std::string message = fmt::format("{} failed: {}", what, reason != nullptr ? reason : "unknown reason");
  libcrypto().ERR_clear_error();
  throw Error(ErrorCode::Internal, std::move(message));
}

void check(int result, std::string_view what) {
  if (result != 1) fail(what);
}

template <typename Owner>
Owner checked(Owner owner, std::string_view what) {
  if (!owner) fail(what);
  return owner;
}

[[noreturn]] void refuse(std::string_view name, std::string_view why) {
  libcrypto().ERR_clear_error();
  throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a usable key: {}", name, why));
}

const unsigned char* raw(Bytes bytes) noexcept { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::span<std::byte> bytes) noexcept { return reinterpret_cast<unsigned char*>(bytes.data()); }

// Runs one of OpenSSL's i2d functions twice: for the length, then for the bytes.
template <typename Encode>
std::string encoded(Encode encode, std::string_view what) {
  const int size = encode(nullptr);
  if (size <= 0) fail(what);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  if (encode(&out) != size) fail(what);
  return bytes;
}

std::string spki_of(const EVP_PKEY* key) {
  return encoded([&](unsigned char** out) { return libcrypto().i2d_PUBKEY(key, out); }, "encoding a public key");
}

bool is_p256(const EVP_PKEY* key, std::string& curve) {
  char name[64] = {};
  std::size_t length = 0;
  if (libcrypto().EVP_PKEY_get_group_name(key, name, sizeof name, &length) == 1) curve = name;
  return curve == kP256;
}

// The kind of the key, or a refusal that names it.
KeyKind kind_of(const EVP_PKEY* key, std::string_view name) {
  std::string curve = "an unnamed curve";
  switch (libcrypto().EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_EC:
      if (!is_p256(key, curve)) refuse(name, fmt::format("it lies on {}, expected P-256", curve));
      return KeyKind::EcdsaP256;
    case EVP_PKEY_RSA:
      if (const int bits = libcrypto().EVP_PKEY_get_bits(key); bits < kSmallestRsa || bits > kLargestRsa) {
        refuse(name, fmt::format("it is an RSA key of {} bits, expected {} to {}", bits, kSmallestRsa, kLargestRsa));
      }
      return KeyKind::Rsa;
    default:
      break;
  }
  const char* type = libcrypto().EVP_PKEY_get0_type_name(key);
  refuse(name, fmt::format("its kind is {}, expected ECDSA P-256 or RSA", type != nullptr ? type : "unknown"));
}

PkeyContext context_for(EVP_PKEY* key) {
  return checked(PkeyContext(libcrypto().EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)), "preparing a key");
}

// What is signed: a SHA-256 digest, with RSA as PKCS#1 v1.5 has it.
void choose_scheme(EVP_PKEY_CTX* context, KeyKind kind) {
  if (kind == KeyKind::Rsa)
    check(libcrypto().EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), "choosing PKCS#1 v1.5");
  check(libcrypto().EVP_PKEY_CTX_set_signature_md(context, libcrypto().EVP_sha256()), "choosing SHA-256");
}

// A context that is ready to verify: made once for a key and copied for each use, because preparing one
// looks the algorithms up anew.
PkeyContext verifying_context(EVP_PKEY* key, KeyKind kind) {
  PkeyContext context = context_for(key);
  check(libcrypto().EVP_PKEY_verify_init(context.get()), "preparing a key for verification");
  choose_scheme(context.get(), kind);
  return context;
}

}  // namespace

// --- Public keys
// ---------------------------------------------------------------------------------------------------------------

struct PublicKey::State {
  Pkey key;
  KeyKind kind;
  std::string spki;
  std::string id;
  PkeyContext verifying;

  State(Pkey pkey, KeyKind key_kind)
      : key(std::move(pkey)),
        kind(key_kind),
        spki(spki_of(key.get())),
        id(to_base64(sha256(spki).raw())),
        verifying(verifying_context(key.get(), kind)) {}
};

PublicKey PublicKey::from_spki(Bytes der, std::string_view name) {
  const unsigned char* position = raw(der);
  Pkey key(libcrypto().d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())));
  if (!key) refuse(name, "no readable SubjectPublicKeyInfo, or its point is not on its curve");
  const KeyKind kind = kind_of(key.get(), name);
  if (libcrypto().EVP_PKEY_public_check(context_for(key.get()).get()) != 1)
    refuse(name, "its numbers are not those of a sound key");
  // Compressed points, explicit curves and trailing bytes would give one key several names. OpenSSL keeps the first
  // two.
  const bool usual_size = kind != KeyKind::EcdsaP256 || der.size() == kP256SpkiSize;
  if (!usual_size || spki_of(key.get()) != as_text(der)) refuse(name, "it is not in the canonical encoding");
  return PublicKey(std::make_shared<const State>(std::move(key), kind));
}

PublicKey PublicKey::from_pem(std::string_view pem, std::string_view name) {
  const PemBlock block = parse_pem(pem, name);
  if (block.type != "PUBLIC KEY") refuse(name, fmt::format("it holds a '{}', expected a 'PUBLIC KEY'", block.type));
  return from_spki(block.body.bytes(), name);
}

KeyKind PublicKey::kind() const noexcept { return state_->kind; }
const std::string& PublicKey::spki() const noexcept { return state_->spki; }
const std::string& PublicKey::id() const noexcept { return state_->id; }
std::string PublicKey::pem() const { return write_pem("PUBLIC KEY", as_bytes(state_->spki)); }

bool PublicKey::verify(Bytes message, std::string_view signature) const {
  // OpenSSL itself refuses ECDSA signatures that are not DER, and RSA signatures of another length.
  const Digest digest = sha256(message);
  const PkeyContext context =
      checked(PkeyContext(libcrypto().EVP_PKEY_CTX_dup(state_->verifying.get())), "copying a key's context");
  const int result = libcrypto().EVP_PKEY_verify(context.get(), raw(as_bytes(signature)), signature.size(),
                                                 raw(digest.raw()), digest.raw().size());
  libcrypto().ERR_clear_error();
  return result == 1;
}

std::string malformed_ecdsa_signature(std::string_view signature) {
  const unsigned char* position = raw(as_bytes(signature));
  const EcdsaSignature parsed(libcrypto().d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(signature.size())));
  libcrypto().ERR_clear_error();
  const bool strict =
      parsed && signature == encoded([&](unsigned char** out) { return libcrypto().i2d_ECDSA_SIG(parsed.get(), out); },
                                     "encoding a signature");
  if (strict) return {};
  if (signature.size() == 64) return "it looks like a raw pair of numbers (IEEE P1363), expected DER";
  return "it is not DER of a pair of numbers";
}

// --- Private keys
// --------------------------------------------------------------------------------------------------------------

struct PrivateKey::State {
  Pkey key;
  PublicKey public_key;
};

namespace {

Pkey checked_private_key(Pkey key, std::string_view name) {
  if (!key) refuse(name, "no readable private key");
  static_cast<void>(kind_of(key.get(), name));
  if (libcrypto().EVP_PKEY_check(context_for(key.get()).get()) != 1)
    refuse(name, "its private and public halves do not match");
  return key;
}

// The form that OpenSSL has for keys of this kind alone.
Pkey read_traditional(int kind, const SecretBytes& der, std::string_view name) {
  const unsigned char* position = raw(der.bytes());
  Pkey key(libcrypto().d2i_PrivateKey(kind, nullptr, &position, static_cast<long>(der.size())));
  if (key && position != raw(der.bytes()) + der.size()) refuse(name, "there are bytes behind the key");
  return checked_private_key(std::move(key), name);
}

}  // namespace

PrivateKey::PrivateKey(void* handle, std::string_view name) {
  Pkey key(static_cast<EVP_PKEY*>(handle));
  PublicKey public_key = PublicKey::from_spki(as_bytes(spki_of(key.get())), name);
  state_ = std::make_shared<const State>(State{std::move(key), std::move(public_key)});
}

PrivateKey PrivateKey::generate() {
  Pkey key = checked(Pkey(libcrypto().EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")), "generating a key");
  return {key.release(), "new key"};
}

PrivateKey PrivateKey::from_pkcs8(const SecretBytes& der, std::string_view name) {
  const unsigned char* position = raw(der.bytes());
  const Pkcs8 info(libcrypto().d2i_PKCS8_PRIV_KEY_INFO(nullptr, &position, static_cast<long>(der.size())));
  if (!info || position != raw(der.bytes()) + der.size()) refuse(name, "no readable PKCS#8 structure");
  return {checked_private_key(Pkey(libcrypto().EVP_PKCS82PKEY(info.get())), name).release(), name};
}

PrivateKey PrivateKey::from_sec1(const SecretBytes& der, std::string_view name) {
  return {read_traditional(EVP_PKEY_EC, der, name).release(), name};
}

PrivateKey PrivateKey::from_pkcs1(const SecretBytes& der, std::string_view name) {
  return {read_traditional(EVP_PKEY_RSA, der, name).release(), name};
}

PrivateKey PrivateKey::from_handle(void* handle, std::string_view name) { return {handle, name}; }

std::string PrivateKey::sign(Bytes message) const {
  const Digest digest = sha256(message);
  // Not by name of a library context, which knows nothing of engines.
  const PkeyContext context =
      checked(PkeyContext(libcrypto().EVP_PKEY_CTX_new(state_->key.get(), nullptr)), "preparing a key");
  check(libcrypto().EVP_PKEY_sign_init(context.get()), "preparing a key for signing");
  choose_scheme(context.get(), state_->public_key.kind());
  std::size_t size = 0;
  check(libcrypto().EVP_PKEY_sign(context.get(), nullptr, &size, raw(digest.raw()), digest.raw().size()), "signing");
  std::string signature(size, '\0');
  check(libcrypto().EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                                  raw(digest.raw()), digest.raw().size()),
        "signing");
  signature.resize(size);
  return signature;
}

const PublicKey& PrivateKey::public_key() const noexcept { return state_->public_key; }

SecretBytes PrivateKey::pkcs8() const {
  // Not i2d_PrivateKey, which gives SEC1 for these keys.
  const auto info = checked(Pkcs8(libcrypto().EVP_PKEY2PKCS8(state_->key.get())), "encoding a key");
  const int size = libcrypto().i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr);
  if (size <= 0) fail("encoding a key");
  SecretBytes der(static_cast<std::size_t>(size));
  unsigned char* out = raw(der.bytes());
  if (libcrypto().i2d_PKCS8_PRIV_KEY_INFO(info.get(), &out) != size) fail("encoding a key");
  return der;
}

}  // namespace waybill::signing
