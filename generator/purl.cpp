#include "generator/purl.h"

#include <algorithm>

namespace waybill {
namespace {

std::string encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view(".-_~").find(c) != std::string_view::npos;
    if (plain) {
      result += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    result += '%';
    result += kDigits[byte >> 4U];
    result += kDigits[byte & 0xfU];
  }
  return result;
}

}  // namespace

std::string purl(std::string_view type, std::string_view name, std::string_view version,
                 std::vector<std::pair<std::string, std::string>> qualifiers) {
  std::string text = "pkg:" + std::string(type) + "/" + encoded(name);
  if (!version.empty()) text += "@" + encoded(version);
  std::sort(qualifiers.begin(), qualifiers.end());
  char separator = '?';
  for (const auto& [key, value] : qualifiers) {
    if (value.empty()) continue;
    text += separator + key + "=" + encoded(value);
    separator = '&';
  }
  return text;
}

}  // namespace waybill
