#include "core/library_versions.h"

#include <openssl/crypto.h>
#include <sodium.h>
#include <yaml.h>
#include <zlib.h>

#include "core/dynamic_library.h"

namespace waybill {
namespace {

template <typename Function, typename... Arguments>
std::string ask(const char* soname, const char* function, Arguments... arguments) {
  return DynamicLibrary(soname).function<Function>(function)(arguments...);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> library_versions() {
  return {{"openssl", ask<decltype(OpenSSL_version)>(WAYBILL_CRYPTO_SONAME, "OpenSSL_version", OPENSSL_VERSION_STRING)},
          {"libsodium", ask<decltype(sodium_version_string)>(WAYBILL_SODIUM_SONAME, "sodium_version_string")},
          {"libyaml", ask<decltype(yaml_get_version_string)>(WAYBILL_LIBYAML_SONAME, "yaml_get_version_string")},
          {"zlib", ask<decltype(zlibVersion)>(WAYBILL_ZLIB_SONAME, "zlibVersion")},
          {"libarchive", WAYBILL_LIBARCHIVE_SONAME},
          {"libcurl", WAYBILL_CURL_SONAME},
          {"isa-l", WAYBILL_ISAL_SONAME}};
}

}  // namespace waybill
