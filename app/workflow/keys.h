#pragma once
// Keys as the command line names them: a file (cosign's encrypted form, PKCS#8, SEC1 or a public key, all PEM),
// env://NAME, or a pkcs11: URI of a token.
#include <string>
#include <vector>

#include "app/workflow/services.h"
#include "signing/key.h"
#include "signing/key_file.h"

namespace waybill {

struct KeyChoice {
  std::string key;            // file, env://NAME or pkcs11: URI
  std::string password_file;  // see workflow/password.h
};

// Throws NotFound, Denied (wrong password), InvalidInput (not a private key).
[[nodiscard]] signing::PrivateKey open_private_key(const KeyChoice& choice, const Services& services);

// The same for each of several, all with one password; each key once, however often it is named.
[[nodiscard]] std::vector<signing::PrivateKey> open_private_keys(const std::vector<std::string>& keys,
                                                                 const std::string& password_file,
                                                                 const Services& services);

// A public key, or the public half of a private one (whose password is then asked for).
[[nodiscard]] signing::PublicKey open_public_key(const KeyChoice& choice, const Services& services);
[[nodiscard]] std::vector<signing::PublicKey> open_public_keys(const std::vector<std::string>& keys,
                                                               const std::string& password_file,
                                                               const Services& services);

inline constexpr std::size_t kLargestKeyFile = std::size_t{64} * 1024;
// The text of a key file. Throws NotFound.
[[nodiscard]] SecretBytes read_key_text(const std::string& file);

struct KeyPairFiles {
  std::string private_key;  // PREFIX.key, mode 0600, cosign's encrypted form
  std::string public_key;   // PREFIX.pub
  std::string key_id;
};
enum class ReplaceKeys : bool { No, Yes };
struct KeyPairRequest {
  std::string prefix;
  std::string password_file;
  ReplaceKeys replace = ReplaceKeys::No;
  signing::KeyFileForm form = signing::KeyFileForm::Current;
};
// Writes a pair. Conflict when a file is there and ReplaceKeys::No; then nothing is written.
[[nodiscard]] KeyPairFiles write_key_pair(const signing::PrivateKey& key, const KeyPairRequest& request,
                                          const Services& services);
// The same with a new P-256 key.
[[nodiscard]] KeyPairFiles generate_keys(const KeyPairRequest& request, const Services& services);

}  // namespace waybill
