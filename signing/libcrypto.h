#pragma once
// OpenSSL's libcrypto, opened on first use (docs/decisions/0010): a table of the functions that this room calls, and
// owners whose deleters go through the table. For the .cpp files of this room only.
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>

// Every function this room calls, once.
#define WAYBILL_LIBCRYPTO_FUNCTIONS(X) \
  X(ECDSA_SIG_free)                    \
  X(ERR_clear_error)                   \
  X(ERR_peek_last_error)               \
  X(ERR_reason_error_string)           \
  X(EVP_PKCS82PKEY)                    \
  X(EVP_PKEY2PKCS8)                    \
  X(EVP_PKEY_CTX_dup)                  \
  X(EVP_PKEY_CTX_free)                 \
  X(EVP_PKEY_CTX_new_from_pkey)        \
  X(EVP_PKEY_CTX_set_rsa_padding)      \
  X(EVP_PKEY_CTX_set_signature_md)     \
  X(EVP_PKEY_Q_keygen)                 \
  X(EVP_PKEY_check)                    \
  X(EVP_PKEY_free)                     \
  X(EVP_PKEY_get0_type_name)           \
  X(EVP_PKEY_get_base_id)              \
  X(EVP_PKEY_get_bits)                 \
  X(EVP_PKEY_get_group_name)           \
  X(EVP_PKEY_public_check)             \
  X(EVP_PKEY_sign)                     \
  X(EVP_PKEY_sign_init)                \
  X(EVP_PKEY_verify)                   \
  X(EVP_PKEY_verify_init)              \
  X(EVP_sha256)                        \
  X(PKCS8_PRIV_KEY_INFO_free)          \
  X(d2i_ECDSA_SIG)                     \
  X(d2i_PKCS8_PRIV_KEY_INFO)           \
  X(d2i_PUBKEY)                        \
  X(d2i_PrivateKey)                    \
  X(i2d_ECDSA_SIG)                     \
  X(i2d_PKCS8_PRIV_KEY_INFO)           \
  X(i2d_PUBKEY)

namespace waybill::signing {

struct Libcrypto {
#define WAYBILL_DECLARE(name) decltype(::name)* name;
  WAYBILL_LIBCRYPTO_FUNCTIONS(WAYBILL_DECLARE)
#undef WAYBILL_DECLARE
};

// Opens the library at the first call (safe from several threads). Throws Unavailable without it.
[[nodiscard]] const Libcrypto& libcrypto();

template <auto Function>
struct FreeByLibcrypto {
  template <typename T>
  void operator()(T* pointer) const noexcept {
    (libcrypto().*Function)(pointer);
  }
};

using Pkey = std::unique_ptr<EVP_PKEY, FreeByLibcrypto<&Libcrypto::EVP_PKEY_free>>;
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeByLibcrypto<&Libcrypto::EVP_PKEY_CTX_free>>;
using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeByLibcrypto<&Libcrypto::PKCS8_PRIV_KEY_INFO_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, FreeByLibcrypto<&Libcrypto::ECDSA_SIG_free>>;

}  // namespace waybill::signing
