#include "app/workflow/byte_size.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <string>

#include "core/error.h"

namespace waybill {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array<Unit, 14> kUnits{{{"", 1},
                                       {"b", 1},
                                       {"k", 1ULL << 10},
                                       {"kib", 1ULL << 10},
                                       {"kb", 1'000},
                                       {"m", 1ULL << 20},
                                       {"mib", 1ULL << 20},
                                       {"mb", 1'000'000},
                                       {"g", 1ULL << 30},
                                       {"gib", 1ULL << 30},
                                       {"gb", 1'000'000'000},
                                       {"t", 1ULL << 40},
                                       {"tib", 1ULL << 40},
                                       {"tb", 1'000'000'000'000}}};

}  // namespace

std::uint64_t parse_byte_size(std::string_view text, std::string_view what) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit(end, text.data() + text.size());
  std::ranges::transform(unit, unit.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found = std::ranges::find(kUnits, unit, &Unit::name);
  if (problem != std::errc() || found == kUnits.end() ||
      number > std::numeric_limits<std::uint64_t>::max() / found->bytes) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no size for {}", text.substr(0, 80), what))
        .hint("write 650MiB, 4GiB, 4700MB, or a number of bytes");
  }
  return number * found->bytes;
}

unsigned parse_percentage(std::string_view text, std::string_view what) {
  unsigned number = 0;
  const std::string_view digits = text.ends_with('%') ? text.substr(0, text.size() - 1) : text;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (problem != std::errc() || end != digits.data() + digits.size() || number == 0 || number > 100) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no share for {}", text.substr(0, 80), what))
        .hint("write a whole number from 1% to 100%");
  }
  return number;
}

}  // namespace waybill
