#pragma once
// The part of OpenSSL's libcrypto that certificates, their transparency and time stamps need, opened when the first of
// these is read (docs/decisions/0010). For the .cpp files of this room only.
#include <openssl/bio.h>
#include <openssl/ct.h>
#include <openssl/objects.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/dynamic_library.h"
#include "signing/libcrypto.h"

namespace waybill::signing {

struct LibcryptoX509 {
  DynamicLibrary library{WAYBILL_CRYPTO_SONAME};
  WAYBILL_LIBRARY_FUNCTION(ASN1_INTEGER_get);
  WAYBILL_LIBRARY_FUNCTION(ASN1_OBJECT_free);
  WAYBILL_LIBRARY_FUNCTION(ASN1_STRING_free);
  WAYBILL_LIBRARY_FUNCTION(ASN1_STRING_get0_data);
  WAYBILL_LIBRARY_FUNCTION(ASN1_STRING_length);
  WAYBILL_LIBRARY_FUNCTION(ASN1_TIME_to_tm);
  WAYBILL_LIBRARY_FUNCTION(BIO_new_mem_buf);
  WAYBILL_LIBRARY_FUNCTION(EVP_DigestVerify);
  WAYBILL_LIBRARY_FUNCTION(EVP_DigestVerifyInit);
  WAYBILL_LIBRARY_FUNCTION(EVP_MD_CTX_free);
  WAYBILL_LIBRARY_FUNCTION(EVP_MD_CTX_new);
  WAYBILL_LIBRARY_FUNCTION(EVP_sha384);
  WAYBILL_LIBRARY_FUNCTION(GENERAL_NAMES_free);
  WAYBILL_LIBRARY_FUNCTION(GENERAL_NAME_get0_otherName);
  WAYBILL_LIBRARY_FUNCTION(GENERAL_NAME_get0_value);
  WAYBILL_LIBRARY_FUNCTION(OBJ_cmp);
  WAYBILL_LIBRARY_FUNCTION(OBJ_obj2nid);
  WAYBILL_LIBRARY_FUNCTION(OBJ_txt2obj);
  WAYBILL_LIBRARY_FUNCTION(OPENSSL_sk_free);
  WAYBILL_LIBRARY_FUNCTION(OPENSSL_sk_new_null);
  WAYBILL_LIBRARY_FUNCTION(OPENSSL_sk_num);
  WAYBILL_LIBRARY_FUNCTION(OPENSSL_sk_push);
  WAYBILL_LIBRARY_FUNCTION(OPENSSL_sk_value);
  WAYBILL_LIBRARY_FUNCTION(PKCS7_get0_signers);
  WAYBILL_LIBRARY_FUNCTION(SCT_LIST_free);
  WAYBILL_LIBRARY_FUNCTION(SCT_get0_extensions);
  WAYBILL_LIBRARY_FUNCTION(SCT_get0_log_id);
  WAYBILL_LIBRARY_FUNCTION(SCT_get0_signature);
  WAYBILL_LIBRARY_FUNCTION(SCT_get_timestamp);
  WAYBILL_LIBRARY_FUNCTION(SCT_get_version);
  WAYBILL_LIBRARY_FUNCTION(TS_MSG_IMPRINT_get_algo);
  WAYBILL_LIBRARY_FUNCTION(TS_RESP_free);
  WAYBILL_LIBRARY_FUNCTION(TS_RESP_get_token);
  WAYBILL_LIBRARY_FUNCTION(TS_RESP_get_tst_info);
  WAYBILL_LIBRARY_FUNCTION(TS_RESP_verify_response);
  WAYBILL_LIBRARY_FUNCTION(TS_TST_INFO_get_msg_imprint);
  WAYBILL_LIBRARY_FUNCTION(TS_TST_INFO_get_time);
  WAYBILL_LIBRARY_FUNCTION(TS_VERIFY_CTX_free);
  WAYBILL_LIBRARY_FUNCTION(TS_VERIFY_CTX_new);
  WAYBILL_LIBRARY_FUNCTION(TS_VERIFY_CTX_set_certs);
  WAYBILL_LIBRARY_FUNCTION(TS_VERIFY_CTX_set_data);
  WAYBILL_LIBRARY_FUNCTION(TS_VERIFY_CTX_set_flags);
  WAYBILL_LIBRARY_FUNCTION(TS_VERIFY_CTX_set_store);
  WAYBILL_LIBRARY_FUNCTION(X509_ALGOR_get0);
  WAYBILL_LIBRARY_FUNCTION(X509_EXTENSION_free);
  WAYBILL_LIBRARY_FUNCTION(X509_EXTENSION_get_data);
  WAYBILL_LIBRARY_FUNCTION(X509_STORE_CTX_free);
  WAYBILL_LIBRARY_FUNCTION(X509_STORE_CTX_get0_chain);
  WAYBILL_LIBRARY_FUNCTION(X509_STORE_CTX_get_error);
  WAYBILL_LIBRARY_FUNCTION(X509_STORE_CTX_init);
  WAYBILL_LIBRARY_FUNCTION(X509_STORE_CTX_new);
  WAYBILL_LIBRARY_FUNCTION(X509_STORE_add_cert);
  WAYBILL_LIBRARY_FUNCTION(X509_STORE_free);
  WAYBILL_LIBRARY_FUNCTION(X509_STORE_get0_param);
  WAYBILL_LIBRARY_FUNCTION(X509_STORE_new);
  WAYBILL_LIBRARY_FUNCTION(X509_VERIFY_PARAM_set_flags);
  WAYBILL_LIBRARY_FUNCTION(X509_VERIFY_PARAM_set_time);
  WAYBILL_LIBRARY_FUNCTION(X509_check_ca);
  WAYBILL_LIBRARY_FUNCTION(X509_cmp);
  WAYBILL_LIBRARY_FUNCTION(X509_delete_ext);
  WAYBILL_LIBRARY_FUNCTION(X509_free);
  WAYBILL_LIBRARY_FUNCTION(X509_get0_notAfter);
  WAYBILL_LIBRARY_FUNCTION(X509_get0_notBefore);
  WAYBILL_LIBRARY_FUNCTION(X509_get_X509_PUBKEY);
  WAYBILL_LIBRARY_FUNCTION(X509_get_ext);
  WAYBILL_LIBRARY_FUNCTION(X509_get_ext_by_NID);
  WAYBILL_LIBRARY_FUNCTION(X509_get_ext_by_OBJ);
  WAYBILL_LIBRARY_FUNCTION(X509_get_ext_d2i);
  WAYBILL_LIBRARY_FUNCTION(X509_get_extended_key_usage);
  WAYBILL_LIBRARY_FUNCTION(X509_get_extension_flags);
  WAYBILL_LIBRARY_FUNCTION(X509_get_key_usage);
  WAYBILL_LIBRARY_FUNCTION(X509_up_ref);
  WAYBILL_LIBRARY_FUNCTION(X509_verify_cert);
  WAYBILL_LIBRARY_FUNCTION(X509_verify_cert_error_string);
  WAYBILL_LIBRARY_FUNCTION(d2i_ASN1_UTF8STRING);
  WAYBILL_LIBRARY_FUNCTION(d2i_PublicKey);
  WAYBILL_LIBRARY_FUNCTION(d2i_TS_RESP);
  WAYBILL_LIBRARY_FUNCTION(d2i_X509);
  WAYBILL_LIBRARY_FUNCTION(i2d_X509);
  WAYBILL_LIBRARY_FUNCTION(i2d_X509_PUBKEY);
  WAYBILL_LIBRARY_FUNCTION(i2d_re_X509_tbs);
};

// Opens the library at the first call (safe from several threads). Throws Unavailable without it.
[[nodiscard]] inline const LibcryptoX509& x509() {
  static const LibcryptoX509 table;
  return table;
}

template <auto Function>
struct FreeByX509 {
  template <typename T>
  void operator()(T* pointer) const noexcept {
    (x509().*Function)(pointer);
  }
};

// A stack that does not own what it holds.
struct FreeStack {
  template <typename T>
  void operator()(T* stack) const noexcept {
    x509().OPENSSL_sk_free(reinterpret_cast<OPENSSL_STACK*>(stack));
  }
};

using X509Owner = std::unique_ptr<X509, FreeByX509<&LibcryptoX509::X509_free>>;
using X509Store = std::unique_ptr<X509_STORE, FreeByX509<&LibcryptoX509::X509_STORE_free>>;
using X509StoreContext = std::unique_ptr<X509_STORE_CTX, FreeByX509<&LibcryptoX509::X509_STORE_CTX_free>>;
using X509Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeByX509<&LibcryptoX509::EVP_MD_CTX_free>>;

template <typename Stack>
[[nodiscard]] int stack_size(const Stack* stack) noexcept {
  return x509().OPENSSL_sk_num(reinterpret_cast<const OPENSSL_STACK*>(stack));
}
template <typename Item, typename Stack>
[[nodiscard]] Item* stack_item(const Stack* stack, int index) noexcept {
  return static_cast<Item*>(x509().OPENSSL_sk_value(reinterpret_cast<const OPENSSL_STACK*>(stack), index));
}
template <typename Stack, typename Item>
void push_onto(Stack* stack, Item* item) {
  if (x509().OPENSSL_sk_push(reinterpret_cast<OPENSSL_STACK*>(stack), item) <= 0) throw std::bad_alloc();
}
// Out of memory is all that makes OpenSSL's constructors fail.
template <typename Owner>
[[nodiscard]] Owner allocated(Owner owner) {
  if (!owner) throw std::bad_alloc();
  return owner;
}

// Runs one of OpenSSL's i2d functions twice: for the length, then for the bytes. Empty when it fails.
template <typename Encode>
[[nodiscard]] std::string encoded_der(Encode encode) {
  const int size = encode(nullptr);
  if (size <= 0) return {};
  std::string bytes(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  return encode(&out) == size ? bytes : std::string();
}

[[nodiscard]] inline X509Stack new_x509_stack() {
  return allocated(X509Stack(reinterpret_cast<STACK_OF(X509)*>(x509().OPENSSL_sk_new_null())));
}

[[nodiscard]] inline const unsigned char* as_unsigned(std::string_view bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Null pointer unless the bytes are exactly one certificate.
[[nodiscard]] inline X509Owner parse_x509(std::string_view der) {
  const unsigned char* position = as_unsigned(der);
  X509Owner certificate(x509().d2i_X509(nullptr, &position, static_cast<long>(der.size())));
  if (position != as_unsigned(der) + der.size()) certificate.reset();
  libcrypto().ERR_clear_error();
  return certificate;
}

}  // namespace waybill::signing
