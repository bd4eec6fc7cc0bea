#include "generator/duration.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "core/error.h"

namespace waybill {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 8> kUnits{
    {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"μs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};

}  // namespace

std::chrono::nanoseconds parse_duration(std::string_view text) {
  constexpr double kYear = 366.0 * 24 * 3600e9;
  const auto fail = [&] {
    return Error(ErrorCode::InvalidInput, fmt::format("'{}' is no duration", text))
        .hint("numbers with units, such as 30s, 10m or 1h30m");
  };
  std::string_view rest = text;
  double total = 0;
  if (rest.empty()) throw fail();
  while (!rest.empty()) {
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789."), rest.size());
    double number = 0;
    const auto [end, failure] = std::from_chars(rest.data(), rest.data() + digits, number, std::chars_format::fixed);
    if (digits == 0 || failure != std::errc() || end != rest.data() + digits) throw fail();
    rest.remove_prefix(digits);
    const std::size_t letters = std::min(rest.find_first_of("0123456789."), rest.size());
    const std::string_view unit = rest.substr(0, letters);
    const auto known = std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& u) { return u.first == unit; });
    if (known == kUnits.end()) throw fail();
    total += number * known->second;
    rest.remove_prefix(letters);
  }
  if (!(total > 0) || total > kYear) throw fail();
  return std::chrono::nanoseconds(static_cast<std::int64_t>(total));
}

}  // namespace waybill
