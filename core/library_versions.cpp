#include "core/library_versions.h"

#include <openssl/crypto.h>
#include <sodium.h>
#include <yaml.h>
#include <zlib.h>

namespace waybill {

std::vector<std::pair<std::string, std::string>> library_versions() {
  return {{"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)},
          {"libsodium", sodium_version_string()},
          {"libyaml", yaml_get_version_string()},
          {"zlib", zlibVersion()},
          {"libarchive", WAYBILL_LIBARCHIVE_SONAME},
          {"libcurl", WAYBILL_CURL_SONAME}};
}

}  // namespace waybill
