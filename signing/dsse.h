#pragma once
// Dead Simple Signing Envelope, version 1.0.2: what is signed is not the payload but its pre-authentication encoding,
// so a payload can never be taken for one of another type.
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace waybill::signing {

inline constexpr std::string_view kInTotoPayloadType = "application/vnd.in-toto+json";

// "DSSEv1 LENGTH TYPE LENGTH PAYLOAD".
[[nodiscard]] std::string pre_authentication_encoding(std::string_view payload_type, std::string_view payload);

struct Envelope {
  std::string payload_type;
  std::string payload;                  // decoded
  std::vector<std::string> signatures;  // decoded; the keyid of each is a hint of others and is dropped
};

// The member order of Go's writers; "keyid" is left out, because a verifier in Go skips a signature whose keyid it does
// not expect.
[[nodiscard]] Value to_json(const Envelope& envelope);
// Strict: exactly the three members, one signature or more (at most 16), base64 in either alphabet. Throws
// InvalidInput.
[[nodiscard]] Envelope parse_envelope(const Value& value);

}  // namespace waybill::signing
