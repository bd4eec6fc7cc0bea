#include "signing/certificate.h"

#include <fmt/core.h>

#include "core/error.h"
#include "signing/libcryptox509.h"

namespace waybill::signing {
namespace {

constexpr std::size_t kLargestCertificate = std::size_t{64} * 1024;
constexpr int kMostNames = 64;
constexpr const char* kIssuerExtension = "1.3.6.1.4.1.57264.1.8";     // DER of a UTF8String
constexpr const char* kOldIssuerExtension = "1.3.6.1.4.1.57264.1.1";  // the text itself
constexpr const char* kOtherName = "1.3.6.1.4.1.57264.1.7";

using Names = std::unique_ptr<GENERAL_NAMES, FreeByX509<&LibcryptoX509::GENERAL_NAMES_free>>;
using ObjectName = std::unique_ptr<ASN1_OBJECT, FreeByX509<&LibcryptoX509::ASN1_OBJECT_free>>;
using Asn1Text = std::unique_ptr<ASN1_UTF8STRING, FreeByX509<&LibcryptoX509::ASN1_STRING_free>>;

std::string text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(x509().ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(x509().ASN1_STRING_length(text))};
}

ObjectName object_name(const char* dotted) { return allocated(ObjectName(x509().OBJ_txt2obj(dotted, 1))); }

// The bytes of an extension; empty without it.
std::string extension(const X509* certificate, const char* dotted) {
  const int index = x509().X509_get_ext_by_OBJ(certificate, object_name(dotted).get(), -1);
  if (index < 0) return {};
  return text_of(x509().X509_EXTENSION_get_data(x509().X509_get_ext(certificate, index)));
}

std::string oidc_issuer_of(const X509* certificate, std::string_view name) {
  const std::string der = extension(certificate, kIssuerExtension);
  if (der.empty()) return extension(certificate, kOldIssuerExtension);
  const unsigned char* position = as_unsigned(der);
  const Asn1Text text(x509().d2i_ASN1_UTF8STRING(nullptr, &position, static_cast<long>(der.size())));
  libcrypto().ERR_clear_error();
  if (!text || position != as_unsigned(der) + der.size()) {
    throw Error(ErrorCode::InvalidInput, fmt::format("{} has an issuer that is no text", name));
  }
  return text_of(text.get());
}

// The text of an alternative name; empty for kinds that say nothing about who signed.
std::string identity_of(const GENERAL_NAME* name) {
  int type = 0;
  const void* value = x509().GENERAL_NAME_get0_value(name, &type);
  if (type == GEN_URI || type == GEN_EMAIL) return text_of(static_cast<const ASN1_STRING*>(value));
  if (type != GEN_OTHERNAME) return {};
  ASN1_OBJECT* object = nullptr;
  ASN1_TYPE* other = nullptr;
  if (x509().GENERAL_NAME_get0_otherName(name, &object, &other) != 1 || other->type != V_ASN1_UTF8STRING ||
      x509().OBJ_cmp(object, object_name(kOtherName).get()) != 0) {
    return {};
  }
  return text_of(other->value.utf8string);
}

std::vector<std::string> identities_of(const X509* certificate, std::string_view name) {
  const Names names(
      static_cast<GENERAL_NAMES*>(x509().X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> identities;
  const int count = names ? stack_size(names.get()) : 0;
  if (count > kMostNames) {
    throw Error(ErrorCode::InvalidInput, fmt::format("{} has more than {} names", name, kMostNames));
  }
  for (int i = 0; i < count; ++i) {
    std::string identity = identity_of(stack_item<GENERAL_NAME>(names.get(), i));
    if (!identity.empty()) identities.push_back(std::move(identity));
  }
  return identities;
}

}  // namespace

struct Certificate::State {
  std::string der;
  X509Owner certificate;
  std::string spki;
  std::vector<std::string> identities;
  std::string oidc_issuer;
};

Certificate Certificate::from_der(std::string_view der, std::string_view name) {
  if (der.size() > kLargestCertificate) throw Error(ErrorCode::InvalidInput, fmt::format("{} is too large", name));
  X509Owner certificate = parse_x509(der);
  if (!certificate) throw Error(ErrorCode::InvalidInput, fmt::format("{} is not readable X.509 (DER)", name));
  const X509_PUBKEY* key = x509().X509_get_X509_PUBKEY(certificate.get());
  std::string spki = encoded_der([&](unsigned char** out) { return x509().i2d_X509_PUBKEY(key, out); });
  std::vector<std::string> identities = identities_of(certificate.get(), name);
  std::string issuer = oidc_issuer_of(certificate.get(), name);
  // Looks at all extensions once, so that later questions only read.
  const bool sound = (x509().X509_get_extension_flags(certificate.get()) & EXFLAG_INVALID) == 0;
  libcrypto().ERR_clear_error();
  if (!sound) throw Error(ErrorCode::InvalidInput, fmt::format("{} has an extension that cannot be read", name));
  return Certificate(std::make_shared<const State>(
      State{std::string(der), std::move(certificate), std::move(spki), std::move(identities), std::move(issuer)}));
}

const std::string& Certificate::der() const noexcept { return state_->der; }
const std::string& Certificate::spki() const noexcept { return state_->spki; }
const std::vector<std::string>& Certificate::identities() const noexcept { return state_->identities; }
const std::string& Certificate::oidc_issuer() const noexcept { return state_->oidc_issuer; }
bool Certificate::is_authority() const noexcept { return x509().X509_check_ca(state_->certificate.get()) != 0; }

bool Certificate::is_self_issued() const noexcept {
  return (x509().X509_get_extension_flags(state_->certificate.get()) & EXFLAG_SI) != 0;
}

bool Certificate::may_sign_code() const noexcept {
  // Both functions answer "everything" when the certificate does not say.
  X509* certificate = state_->certificate.get();
  const bool says = (x509().X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) != 0;
  return says && (x509().X509_get_extended_key_usage(certificate) & XKU_CODE_SIGN) != 0 &&
         (x509().X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) != 0;
}

ChainResult verify_chain(const Certificate& leaf, const std::vector<Certificate>& authority, std::int64_t time) {
  const X509Owner certificate = parse_x509(leaf.der());
  const X509Store store = allocated(X509Store(x509().X509_STORE_new()));
  const X509Stack others = new_x509_stack();
  std::vector<X509Owner> parsed;
  for (const Certificate& link : authority) {
    parsed.push_back(parse_x509(link.der()));
    if (&link == &authority.back()) {
      if (x509().X509_STORE_add_cert(store.get(), parsed.back().get()) != 1) throw std::bad_alloc();
    } else {
      push_onto(others.get(), parsed.back().get());
    }
  }
  X509_VERIFY_PARAM* parameters = x509().X509_STORE_get0_param(store.get());
  x509().X509_VERIFY_PARAM_set_time(parameters, time);
  // The root of a site may be an authority that another one signed.
  x509().X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  const X509StoreContext context = allocated(X509StoreContext(x509().X509_STORE_CTX_new()));
  if (x509().X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), others.get()) != 1)
    throw std::bad_alloc();
  const bool verified = x509().X509_verify_cert(context.get()) == 1;
  const int error = x509().X509_STORE_CTX_get_error(context.get());
  libcrypto().ERR_clear_error();
  if (!verified) return {x509().X509_verify_cert_error_string(error), {}};
  const STACK_OF(X509)* chain = x509().X509_STORE_CTX_get0_chain(context.get());
  if (stack_size(chain) < 2) return {"it is itself the authority", {}};
  const X509_PUBKEY* issuer = x509().X509_get_X509_PUBKEY(stack_item<X509>(chain, 1));
  return {{}, encoded_der([&](unsigned char** out) { return x509().i2d_X509_PUBKEY(issuer, out); })};
}

}  // namespace waybill::signing
