#include "signing/libcrypto.h"

#include "core/dynamic_library.h"

namespace waybill::signing {
namespace {

Libcrypto open_libcrypto() {
  const DynamicLibrary library(WAYBILL_CRYPTO_SONAME);
  Libcrypto table = {};
#define WAYBILL_LOAD(name) table.name = library.function<decltype(::name)>(#name);
  WAYBILL_LIBCRYPTO_FUNCTIONS(WAYBILL_LOAD)
#undef WAYBILL_LOAD
  return table;
}

}  // namespace

const Libcrypto& libcrypto() {
  static const Libcrypto table = open_libcrypto();
  return table;
}

}  // namespace waybill::signing
