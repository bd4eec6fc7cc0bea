#pragma once
// X.509 certificates of people and machines that sign without a key of their own: a certificate authority (Fulcio)
// states who held the key for some minutes (sigstore's client specification, "Verification"; Fulcio's certificate
// specification).
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "signing/key.h"

namespace waybill::signing {

class Certificate {
 public:
  // Exactly one DER certificate of at most 64 KiB. Throws InvalidInput, naming `name`.
  [[nodiscard]] static Certificate from_der(std::string_view der, std::string_view name);

  [[nodiscard]] const std::string& der() const noexcept;
  // SubjectPublicKeyInfo, DER. Whether it is a usable key is asked with PublicKey::from_spki.
  [[nodiscard]] const std::string& spki() const noexcept;
  // Who held the key: the subject's alternative names that are a URI, an e-mail address or Fulcio's other name.
  [[nodiscard]] const std::vector<std::string>& identities() const noexcept;
  // Who says so: the issuer of the OpenID token (extension 1.3.6.1.4.1.57264.1.8, else .1); may be empty.
  [[nodiscard]] const std::string& oidc_issuer() const noexcept;
  [[nodiscard]] bool is_authority() const noexcept;
  [[nodiscard]] bool is_self_issued() const noexcept;
  [[nodiscard]] bool may_sign_code() const noexcept;

 private:
  struct State;
  explicit Certificate(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

struct ChainResult {
  std::string failure;      // empty: the chain holds
  std::string issuer_spki;  // of the certificate that signed the leaf
};

// Whether `leaf` was issued below the last of `authority` (which is trusted whatever signed it), through the others of
// it or none, all of them valid at `time` (seconds since 1970). The clock is not asked.
[[nodiscard]] ChainResult verify_chain(const Certificate& leaf, const std::vector<Certificate>& authority,
                                       std::int64_t time);

}  // namespace waybill::signing
