#include "signing/dsse.h"

#include <fmt/core.h>

#include "core/bytes.h"
#include "core/error.h"
#include "signing/strict_json.h"

namespace waybill::signing {
namespace {

constexpr std::size_t kMostSignatures = 16;

}  // namespace

std::string pre_authentication_encoding(std::string_view payload_type, std::string_view payload) {
  return fmt::format("DSSEv1 {} {} {} {}", payload_type.size(), payload_type, payload.size(), payload);
}

Value to_json(const Envelope& envelope) {
  Value signatures = Value::list();
  for (const std::string& signature : envelope.signatures) {
    signatures.push_back(Value::map({{"sig", to_base64(as_bytes(signature))}}));
  }
  return Value::map({{"payload", to_base64(as_bytes(envelope.payload))},
                     {"payloadType", envelope.payload_type},
                     {"signatures", std::move(signatures)}});
}

Envelope parse_envelope(const Value& value) {
  constexpr std::string_view kWhere = "the DSSE envelope";
  require_object(value, kWhere, {"payload", "payloadType", "signatures"});
  Envelope envelope;
  envelope.payload_type = require_text(value, kWhere, "payloadType");
  envelope.payload = require_base64(value, kWhere, "payload");
  for (const Value& signature : require_list(value, kWhere, "signatures", kMostSignatures)) {
    constexpr std::string_view kSignature = "a signature of the DSSE envelope";
    require_object(signature, kSignature, {"sig", "keyid"});
    if (signature.find("keyid") != nullptr) (void)require_text(signature, kSignature, "keyid");
    envelope.signatures.push_back(require_base64(signature, kSignature, "sig"));
  }
  if (envelope.signatures.empty()) throw Error(ErrorCode::InvalidInput, "the DSSE envelope has no signature");
  return envelope;
}

}  // namespace waybill::signing
