#include "core/dynamic_library.h"

#include <dlfcn.h>
#include <fmt/core.h>

#include "core/error.h"

namespace waybill {

DynamicLibrary::DynamicLibrary(std::string soname)
    : soname_(std::move(soname)), handle_(::dlopen(soname_.c_str(), RTLD_LAZY | RTLD_LOCAL)) {
  if (handle_ == nullptr) {
    const char* reason = ::dlerror();
    throw Error(ErrorCode::Unavailable, fmt::format("the library {} cannot be loaded: {}", soname_,
                                                    reason != nullptr ? reason : "unknown reason"))
        .hint("install the package that holds it");
  }
}

void* DynamicLibrary::symbol(const char* name) const {
  void* address = ::dlsym(handle_, name);
  if (address == nullptr)
    throw Error(ErrorCode::Unavailable, fmt::format("the library {} has no function '{}'", soname_, name))
        .hint("install a newer version of it");
  return address;
}

}  // namespace waybill
