#pragma once
// libsodium, opened on first use (docs/decisions/0010): the functions that this room calls. For the .cpp files of this
// room only. SecretBytes, which comes before any use, has initialised the library.
#include <sodium.h>

#include "core/dynamic_library.h"

namespace waybill::signing {

struct Libsodium {
  DynamicLibrary library{WAYBILL_SODIUM_SONAME};
  WAYBILL_LIBRARY_FUNCTION(crypto_pwhash_scryptsalsa208sha256_ll);
  WAYBILL_LIBRARY_FUNCTION(crypto_secretbox_easy);
  WAYBILL_LIBRARY_FUNCTION(crypto_secretbox_open_easy);
  WAYBILL_LIBRARY_FUNCTION(randombytes_buf);
  WAYBILL_LIBRARY_FUNCTION(sodium_base642bin);
};

// Opens the library at the first call (safe from several threads). Throws Unavailable without it.
[[nodiscard]] inline const Libsodium& libsodium() {
  static const Libsodium table;
  return table;
}

}  // namespace waybill::signing
