#pragma once
// What the fuzz targets share.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string_view>

#include "core/error.h"

namespace waybill::fuzz {

[[nodiscard]] inline std::string_view as_text(const std::uint8_t* data, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(data), size};
}

// Ends the process, so that libFuzzer keeps the input, when something that must hold does not.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

struct Reader {
  char letter;
  void (*read)(std::string_view text);
};

// For a target of several parsers: the input's first byte chooses one, the rest is what it reads. Nothing but
// InvalidInput may be thrown.
inline void read_by_first_byte(const std::uint8_t* data, std::size_t size, std::initializer_list<Reader> readers) {
  if (size == 0) return;
  const std::string_view text = as_text(data + 1, size - 1);
  try {
    for (const Reader& reader : readers) {
      if (reader.letter == static_cast<char>(data[0])) reader.read(text);
    }
  } catch (const Error& error) {
    require(error.code() == ErrorCode::InvalidInput, "bad input is reported as such");
  }
}

}  // namespace waybill::fuzz
