#pragma once
// The key of a log, of certificates or of signatures: what a trusted root names beside its key details. Logs sign with
// more kinds of key than people do: ECDSA P-256 and P-384, RSA (PKCS#1 v1.5) and Ed25519 (sigstore's protobuf-specs,
// PublicKeyDetails).
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace waybill::signing {

class LogKey {
 public:
  // Nothing for key details that are not known here: a root may name logs that are younger than this program, and what
  // they sign is then not verified. Throws InvalidInput for a key that is not what its details say.
  [[nodiscard]] static std::optional<LogKey> from_der(std::string_view der, std::string_view key_details);

  // Raw bytes; ECDSA signatures are DER. False for everything that is no signature of `message` by this key.
  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;
  // Ed25519's 32 bytes; empty for another kind.
  [[nodiscard]] const std::string& ed25519() const noexcept;

 private:
  struct State;
  explicit LogKey(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace waybill::signing
