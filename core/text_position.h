#pragma once
// Where a byte of a text stands, as people count it.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waybill {

// Both count from 1; columns count characters (UTF-8 code points), as editors do.
struct TextPosition {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

// The place of the byte at `offset`; an offset behind the text means its end. Lines end with '\n'.
[[nodiscard]] TextPosition position_at(std::string_view text, std::size_t offset) noexcept;

}  // namespace waybill
