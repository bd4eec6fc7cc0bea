#include "oci/retry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>
#include <thread>

#include "core/interrupt.h"

namespace waybill::oci {
namespace {

using std::chrono::milliseconds;

void sleep_in_slices(milliseconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (true) {
    throw_if_interrupted();
    const auto rest = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
    if (rest.count() <= 0) return;
    std::this_thread::sleep_for(std::min(rest, milliseconds(100)));
  }
}

double random_fraction() {
  static thread_local std::mt19937_64 engine{std::random_device{}()};  // only waiting times come from it
  return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
}

bool number(std::string_view text, int& result) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
  return error == std::errc() && end == text.data() + text.size() && result >= 0;
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT") || text[19] != ':' || text[22] != ':') {
    return std::nullopt;
  }
  int day = 0;
  int year = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!number(text.substr(5, 2), day) || !number(text.substr(12, 4), year) || !number(text.substr(17, 2), hour) ||
      !number(text.substr(20, 2), minute) || !number(text.substr(23, 2), second)) {
    return std::nullopt;
  }
  const auto* month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace

Clock system_clock() {
  return {[] { return std::chrono::system_clock::now(); }, sleep_in_slices, random_fraction};
}

bool is_worth_retrying(int http_status) noexcept {
  switch (http_status) {
    case 408:
    case 429:
    case 499:
    case 500:
    case 502:
    case 503:
    case 504:
    case 522:
      return true;
    default:
      return false;
  }
}

milliseconds delay(const RetryOptions& options, unsigned attempt, std::string_view retry_after, const Clock& clock) {
  if (const auto asked = parse_retry_after(retry_after, clock.now())) return std::min(*asked, options.longest_asked);
  milliseconds most = options.first;
  for (unsigned i = 1; i < attempt && most < options.longest; ++i) most *= 2;
  most = std::min(most, options.longest);
  return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(most.count()) * clock.chance()));
}

std::optional<milliseconds> parse_retry_after(std::string_view text, std::chrono::system_clock::time_point now) {
  if (int seconds = 0; number(text, seconds)) return std::chrono::seconds(seconds);
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  // In seconds: the clock's own nanoseconds end in the year 2262, a server's dates do not.
  const std::chrono::seconds rest = *date - std::chrono::floor<std::chrono::seconds>(now);
  return std::max(milliseconds(0), milliseconds(rest));
}

}  // namespace waybill::oci
