#include "app/cli/printable.h"

#include <fmt/core.h>

namespace waybill::cli {

std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\n' && c != '\t') {
      result += fmt::format("\\x{:02x}", byte);
    } else if (byte == 0x7f) {
      result += "\\x7f";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace waybill::cli
