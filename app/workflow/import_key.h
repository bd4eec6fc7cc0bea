#pragma once
// A private key of another tool as a key pair in cosign's files, and the public half of any key.
#include <string>

#include "app/workflow/keys.h"

namespace waybill {

struct ImportKeyRequest {
  std::string file;  // PKCS#8 or SEC1, PEM, not encrypted; "-" is standard input
  std::string prefix;
  std::string password_file;  // of the new file
  ReplaceKeys replace = ReplaceKeys::No;
  signing::KeyFileForm form = signing::KeyFileForm::Current;
};

// Throws as generate_keys, and InvalidInput for what cannot be imported: a key that does not sign (RSA, other curves,
// public ones), an encrypted one, one that is in cosign's form already.
[[nodiscard]] KeyPairFiles import_key(const ImportKeyRequest& request, const Services& services);

}  // namespace waybill
