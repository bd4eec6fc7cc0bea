#include "core/text_position.h"

#include <algorithm>

namespace waybill {

TextPosition position_at(std::string_view text, std::size_t offset) noexcept {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const std::size_t line_feed = before.rfind('\n');
  const std::string_view line = line_feed == std::string_view::npos ? before : before.substr(line_feed + 1);
  const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; };
  const auto characters =
      static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [&](char c) { return !is_continuation(c); }));
  return {static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1),
          static_cast<std::uint32_t>(characters + 1)};
}

}  // namespace waybill
