#include "generator/object_labels.h"

namespace waybill {

std::string short_digest(std::string_view digest) {
  constexpr std::size_t kDigits = 12;
  const std::size_t colon = digest.find(':');
  return std::string(digest.substr(colon == std::string_view::npos ? 0 : colon + 1, kDigits));
}

}  // namespace waybill
