#include "signing/key_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "signing/libsodium.h"
#include "signing/pem.h"
#include "signing/strict_json.h"

namespace waybill::signing {
namespace {

constexpr std::string_view kSigstoreType = "ENCRYPTED SIGSTORE PRIVATE KEY";
constexpr std::string_view kCosignType = "ENCRYPTED COSIGN PRIVATE KEY";
constexpr std::string_view kKdf = "scrypt";
constexpr std::string_view kCipher = "nacl/secretbox";
constexpr std::size_t kSaltSize = 32;
constexpr std::size_t kLargestCiphertext = std::size_t{64} * 1024;

// The only work factors that cosign accepts; anything else could be made to exhaust the reader.
struct ScryptParameters {
  std::int64_t n;
  std::int64_t r;
  std::int64_t p;
  bool operator==(const ScryptParameters&) const = default;
};
constexpr ScryptParameters kLegacy{32768, 8, 1};
constexpr ScryptParameters kStandard{65536, 8, 1};
constexpr ScryptParameters kOwasp{131072, 8, 1};

[[noreturn]] void refuse(std::string_view name, std::string_view why) {
  throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a usable key: {}", name, why));
}

const unsigned char* raw(Bytes bytes) noexcept { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(SecretBytes& bytes) noexcept { return reinterpret_cast<unsigned char*>(bytes.bytes().data()); }

SecretBytes derive(const SecretBytes& password, std::string_view salt, const ScryptParameters& parameters) {
  SecretBytes key(crypto_secretbox_KEYBYTES);
  constexpr std::byte kNothing{};  // C functions want an address for no bytes too
  const Bytes text = password.empty() ? Bytes(&kNothing, 0) : password.bytes();
  if (libsodium().crypto_pwhash_scryptsalsa208sha256_ll(
          raw(text), text.size(), raw(as_bytes(salt)), salt.size(), static_cast<std::uint64_t>(parameters.n),
          static_cast<std::uint32_t>(parameters.r), static_cast<std::uint32_t>(parameters.p), raw(key),
          key.size()) != 0) {
    throw system_error("deriving a key from the password", ErrorCode::NoSpace);
  }
  return key;
}

std::int64_t require_integer(const Value& object, std::string_view where, std::string_view name) {
  const Value& member = require_member(object, where, name);
  if (!member.is_int()) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' of {} must be an integer", name, where));
  }
  return member.as_int();
}

struct EncryptedKey {
  ScryptParameters parameters{};
  std::string salt;
  std::string nonce;
  std::string ciphertext;
};

EncryptedKey parse_encrypted(std::string_view text, std::string_view name) {
  const Value root = json::parse(text, name, {.bytes = 2 * kLargestCiphertext, .depth = 8});
  require_object(root, "the encrypted key", {"kdf", "cipher", "ciphertext"});
  const Value& kdf = require_member(root, "the encrypted key", "kdf");
  require_object(kdf, "'kdf'", {"name", "params", "salt"});
  const Value& cipher = require_member(root, "the encrypted key", "cipher");
  require_object(cipher, "'cipher'", {"name", "nonce"});
  const Value& parameters = require_member(kdf, "'kdf'", "params");
  require_object(parameters, "'params'", {"N", "r", "p"});
  if (require_text(kdf, "'kdf'", "name") != kKdf) refuse(name, "its password function is not scrypt");
  if (require_text(cipher, "'cipher'", "name") != kCipher) refuse(name, "its cipher is not nacl/secretbox");
  EncryptedKey key;
  key.parameters = {require_integer(parameters, "'params'", "N"), require_integer(parameters, "'params'", "r"),
                    require_integer(parameters, "'params'", "p")};
  if (key.parameters != kLegacy && key.parameters != kStandard && key.parameters != kOwasp) {
    refuse(name, "its scrypt parameters are none of the three that cosign uses");
  }
  key.salt = require_base64(kdf, "'kdf'", "salt");
  key.nonce = require_base64(cipher, "'cipher'", "nonce");
  key.ciphertext = require_base64(root, "the encrypted key", "ciphertext");
  if (key.salt.size() != kSaltSize) refuse(name, "its salt is not 32 bytes long");
  if (key.nonce.size() != crypto_secretbox_NONCEBYTES) refuse(name, "its nonce is not 24 bytes long");
  if (key.ciphertext.size() <= crypto_secretbox_MACBYTES || key.ciphertext.size() > kLargestCiphertext) {
    refuse(name, "its encrypted content has an impossible size");
  }
  return key;
}

PrivateKey decrypt(const EncryptedKey& encrypted, const SecretBytes& password, std::string_view name) {
  const SecretBytes key = derive(password, encrypted.salt, encrypted.parameters);
  SecretBytes plain(encrypted.ciphertext.size() - crypto_secretbox_MACBYTES);
  if (libsodium().crypto_secretbox_open_easy(raw(plain), raw(as_bytes(encrypted.ciphertext)),
                                             encrypted.ciphertext.size(), raw(as_bytes(encrypted.nonce)),
                                             raw(key.bytes())) != 0) {
    throw Error(ErrorCode::Denied, fmt::format("wrong password for the key '{}'", name))
        .hint("a password from a pipe or a file may end in a line feed that does not belong to it");
  }
  return PrivateKey::from_pkcs8(plain, name);
}

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  libsodium().randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

}  // namespace

PrivateKey read_private_key(const SecretBytes& pem, std::string_view name, const AskPassword& ask) {
  const PemBlock block = parse_pem(pem.view(), name);
  if (block.type == kSigstoreType || block.type == kCosignType) {
    const EncryptedKey encrypted = with_context([&] { return fmt::format("while reading the key '{}'", name); },
                                                [&] { return parse_encrypted(block.body.view(), name); });
    return decrypt(encrypted, ask(), name);
  }
  if (block.type == "PRIVATE KEY") return PrivateKey::from_pkcs8(block.body, name);
  if (block.type == "EC PRIVATE KEY") return PrivateKey::from_sec1(block.body, name);
  if (block.type == "RSA PRIVATE KEY") return PrivateKey::from_pkcs1(block.body, name);
  if (block.type == "ENCRYPTED PRIVATE KEY") {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is an encrypted PKCS#8 file, which is not supported", name))
        .hint("'openssl pkcs8 -in FILE' decrypts it; 'waybill key import' makes an encrypted key file of the result");
  }
  refuse(name, fmt::format("it holds a '{}', expected a private key", block.type));
}

std::string write_cosign_key(const PrivateKey& key, const SecretBytes& password, KeyFileForm form) {
  const ScryptParameters& work = form == KeyFileForm::Old ? kLegacy : kStandard;
  const std::string salt = random_bytes(kSaltSize);
  const std::string nonce = random_bytes(crypto_secretbox_NONCEBYTES);
  const SecretBytes derived = derive(password, salt, work);
  const SecretBytes plain = key.pkcs8();
  std::string ciphertext(plain.size() + crypto_secretbox_MACBYTES, '\0');
  if (libsodium().crypto_secretbox_easy(reinterpret_cast<unsigned char*>(ciphertext.data()), raw(plain.bytes()),
                                        plain.size(), raw(as_bytes(nonce)), raw(derived.bytes())) != 0) {
    throw Error(ErrorCode::Internal, "the key could not be encrypted");
  }
  const Value parameters = Value::map({{"N", work.n}, {"r", work.r}, {"p", work.p}});
  const Value document =
      Value::map({{"kdf", Value::map({{"name", kKdf}, {"params", parameters}, {"salt", to_base64(as_bytes(salt))}})},
                  {"cipher", Value::map({{"name", kCipher}, {"nonce", to_base64(as_bytes(nonce))}})},
                  {"ciphertext", to_base64(as_bytes(ciphertext))}});
  return write_pem(form == KeyFileForm::Old ? kCosignType : kSigstoreType, as_bytes(json::write(document)));
}

bool is_cosign_key(std::string_view text) noexcept {
  const std::string_view type = first_pem_type(text);
  return type == kSigstoreType || type == kCosignType;
}

KeyFileKind key_file_kind(std::string_view text) noexcept {
  const std::string_view type = first_pem_type(text);
  if (type == "PUBLIC KEY") return KeyFileKind::Public;
  if (type.ends_with("PRIVATE KEY") || type == "EC PARAMETERS") return KeyFileKind::Private;
  return KeyFileKind::Neither;
}

}  // namespace waybill::signing
