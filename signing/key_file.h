#pragma once
// Private key files: cosign's encrypted PEM (both of its PEM types), and plain PKCS#8 and SEC1 PEM
// (oci-and-signing, section 1). Public key files are PublicKey::from_pem and PublicKey::pem.
//
//   const PrivateKey key = read_private_key(text, "cosign.key", [&] { return ask_password(); });
#include <functional>
#include <string>
#include <string_view>

#include "core/secret.h"
#include "signing/key.h"

namespace waybill::signing {

using AskPassword = std::function<SecretBytes()>;

// `name` is the file's, for messages. `ask` is called at most once, and only for a cosign key: those are always
// encrypted, an empty password included. Throws InvalidInput for anything that is not one private P-256 key, Denied for
// a wrong password, and whatever `ask` throws. No message holds a byte of the key or the password.
[[nodiscard]] PrivateKey read_private_key(const SecretBytes& pem, std::string_view name, const AskPassword& ask);

// Which readers a key file is for: Current is what cosign writes; Old is all that its first versions and
// containers/image 5.22 read, and half the work for who guesses passwords.
enum class KeyFileForm : bool { Current, Old };

// A key file as cosign writes it: "ENCRYPTED SIGSTORE PRIVATE KEY", scrypt with N = 65536 (Old: "ENCRYPTED COSIGN
// PRIVATE KEY", N = 32768), r = 8, p = 1, XSalsa20-Poly1305; salt and nonce random. An empty password is allowed.
[[nodiscard]] std::string write_cosign_key(const PrivateKey& key, const SecretBytes& password,
                                           KeyFileForm form = KeyFileForm::Current);

// Whether the file is of the kind that write_cosign_key writes.
[[nodiscard]] bool is_cosign_key(std::string_view text) noexcept;

// What a key file holds, told by its PEM type alone.
enum class KeyFileKind : std::uint8_t { Public, Private, Neither };
[[nodiscard]] KeyFileKind key_file_kind(std::string_view text) noexcept;

}  // namespace waybill::signing
