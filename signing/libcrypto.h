#pragma once
// OpenSSL's libcrypto, opened on first use (docs/decisions/0010): a table of the functions that this room calls, and
// owners whose deleters go through the table. For the .cpp files of this room only.
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>

#include "core/dynamic_library.h"

namespace waybill::signing {

struct Libcrypto {
  DynamicLibrary library{WAYBILL_CRYPTO_SONAME};
  WAYBILL_LIBRARY_FUNCTION(ECDSA_SIG_free);
  WAYBILL_LIBRARY_FUNCTION(ERR_clear_error);
  WAYBILL_LIBRARY_FUNCTION(ERR_peek_last_error);
  WAYBILL_LIBRARY_FUNCTION(ERR_reason_error_string);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKCS82PKEY);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY2PKCS8);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_CTX_dup);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_CTX_free);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_CTX_new);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_CTX_new_from_pkey);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_CTX_set_rsa_padding);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_CTX_set_signature_md);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_Q_keygen);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_check);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_free);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_get0_type_name);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_get_base_id);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_get_bits);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_get_group_name);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_public_check);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_sign);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_sign_init);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_verify);
  WAYBILL_LIBRARY_FUNCTION(EVP_PKEY_verify_init);
  WAYBILL_LIBRARY_FUNCTION(EVP_sha256);
  WAYBILL_LIBRARY_FUNCTION(PKCS8_PRIV_KEY_INFO_free);
  WAYBILL_LIBRARY_FUNCTION(d2i_ECDSA_SIG);
  WAYBILL_LIBRARY_FUNCTION(d2i_PKCS8_PRIV_KEY_INFO);
  WAYBILL_LIBRARY_FUNCTION(d2i_PUBKEY);
  WAYBILL_LIBRARY_FUNCTION(d2i_PrivateKey);
  WAYBILL_LIBRARY_FUNCTION(i2d_ECDSA_SIG);
  WAYBILL_LIBRARY_FUNCTION(i2d_PKCS8_PRIV_KEY_INFO);
  WAYBILL_LIBRARY_FUNCTION(i2d_PUBKEY);
};

// Opens the library at the first call (safe from several threads). Throws Unavailable without it.
[[nodiscard]] inline const Libcrypto& libcrypto() {
  static const Libcrypto table;
  return table;
}

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
