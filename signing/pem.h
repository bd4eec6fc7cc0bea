#pragma once
// PEM (RFC 7468, strict): one block of base64 between a BEGIN and an END line.
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/secret.h"

namespace waybill::signing {

struct PemBlock {
  std::string type;  // "PUBLIC KEY"
  SecretBytes body;  // decoded; always treated as a secret, because it may be one
};

// The only block of the text, white space around it allowed, and one "EC PARAMETERS" block before it, as openssl
// ecparam writes. Throws InvalidInput, naming `name` and no byte of the text but the block's type.
[[nodiscard]] PemBlock parse_pem(std::string_view text, std::string_view name);

// The type of the first block; empty if there is none.
[[nodiscard]] std::string_view first_pem_type(std::string_view text) noexcept;

// 64 columns, a line feed at the end of every line.
[[nodiscard]] std::string write_pem(std::string_view type, Bytes body);

}  // namespace waybill::signing
