#pragma once
// Views between text and bytes, hexadecimal and base64.
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace waybill {

using Bytes = std::span<const std::byte>;

[[nodiscard]] inline Bytes as_bytes(std::string_view text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}
[[nodiscard]] inline std::string_view as_text(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] std::string to_hex(Bytes bytes);  // lower case
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);

// RFC 4648 section 4, padded, no line breaks.
[[nodiscard]] std::string to_base64(Bytes bytes);
// Standard or URL-safe alphabet (DSSE readers must take both), padding required for the standard one and optional for
// the other; no white space; unused bits must be zero. Anything else: nullopt.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

// How many bytes from the start are well-formed UTF-8 (no surrogates, no overlong forms): the offset of the first bad
// character, or the size of the text.
[[nodiscard]] std::size_t utf8_prefix(std::string_view text) noexcept;
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept { return utf8_prefix(text) == text.size(); }

}  // namespace waybill
