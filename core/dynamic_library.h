#pragma once
// A shared library opened on first use, so that commands that do not need it do not pay for loading it and what it
// depends on (docs/decisions/0010).
#include <string>

namespace waybill {

class DynamicLibrary {
 public:
  // Throws Unavailable, naming the library and the package's purpose, when it is not installed. Never unloaded: C
  // libraries with threads or exit handlers do not survive it.
  explicit DynamicLibrary(std::string soname);

  template <typename Function>
  [[nodiscard]] Function* function(const char* name) const {
    return reinterpret_cast<Function*>(symbol(name));
  }

 private:
  [[nodiscard]] void* symbol(const char* name) const;
  std::string soname_;
  void* handle_;
};

}  // namespace waybill

// A member of a table of functions, whose member `library` stands before it:
//
//   struct Zlib {
//     DynamicLibrary library{"libz.so.1"};
//     WAYBILL_LIBRARY_FUNCTION(inflate);   // decltype(::inflate)* inflate
//   };
#define WAYBILL_LIBRARY_FUNCTION(name) decltype(::name)* name = library.function<decltype(::name)>(#name)
