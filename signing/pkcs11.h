#pragma once
// Keys that lie in a token (a smart card, a hardware security module) and never leave it, named by a URI (RFC 7512) and
// used through OpenSSL's engine for PKCS#11.
//
//   const PrivateKey key = open_pkcs11_key("pkcs11:token=release;object=signing", [&] { return ask_pin(); });
#include <functional>
#include <string>
#include <string_view>

#include "core/secret.h"
#include "signing/key.h"

namespace waybill::signing {

using AskPin = std::function<SecretBytes()>;

[[nodiscard]] bool is_pkcs11_uri(std::string_view text) noexcept;

// The private key that the URI names; `ask` is called once. Attributes of the path (token, object, id, serial, …) go to
// the engine as they are; of the query, `module-path` names the token's library (else PKCS11_MODULE_PATH, else
// p11-kit's) and `pin-source=file:PATH` is for whoever asks. `pin-value` is refused: other users of the machine see
// command lines. Throws Unavailable without the engine or the library, NotFound when the token or the key is not there
// or the PIN is wrong (the engine does not tell them apart), InvalidInput for a bad URI or a key that is not ECDSA
// P-256. No message holds the PIN.
[[nodiscard]] PrivateKey open_pkcs11_key(const std::string& uri, const AskPin& ask);

// The path of `pin-source=file:PATH`, decoded; empty without one. Throws InvalidInput for another kind of source.
[[nodiscard]] std::string pkcs11_pin_file(std::string_view uri);

}  // namespace waybill::signing
