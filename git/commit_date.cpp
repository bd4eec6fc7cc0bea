#include "git/commit_date.h"

#include <charconv>
#include <chrono>

namespace waybill::git {
namespace {

constexpr std::int64_t kLastSecond = 253402300799;  // 9999-12-31T23:59:59Z

// Takes parts off the front of a text; once something did not fit, everything fails.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  bool take(char wanted) noexcept {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Exactly `digits` digits, or at least one for 0.
  std::optional<std::int64_t> number(std::size_t digits) noexcept {
    std::size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9' && (digits == 0 || count < digits))
      ++count;
    if (count == 0 || (digits != 0 && count != digits)) return std::nullopt;
    std::int64_t value = 0;
    const auto result = std::from_chars(rest_.data(), rest_.data() + count, value);
    if (result.ec != std::errc()) return std::nullopt;
    rest_.remove_prefix(count);
    return value;
  }
  // "Z", "+HHMM" or "+HH:MM" as minutes.
  std::optional<int> offset() noexcept {
    if (take('Z')) return 0;
    const bool negative = take('-');
    if (!negative && !take('+')) return std::nullopt;
    const auto hours = number(2);
    take(':');
    const auto minutes = number(2);
    if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
    const int total = static_cast<int>(*hours * 60 + *minutes);
    return negative ? -total : total;
  }

 private:
  std::string_view rest_;
};

std::optional<CommitTime> parse_seconds(std::string_view text) noexcept {
  Scanner scanner(text);
  scanner.take('@');
  const auto seconds = scanner.number(0);
  if (!seconds || *seconds > kLastSecond) return std::nullopt;
  CommitTime result{.seconds = *seconds};
  if (scanner.take(' ')) {
    const auto offset = scanner.offset();
    if (!offset) return std::nullopt;
    result.offset_minutes = *offset;
  }
  if (!scanner.at_end()) return std::nullopt;
  return result;
}

// The seconds of the day; a missing time is midnight.
std::optional<std::int64_t> parse_clock(Scanner& scanner) noexcept {
  const auto hours = scanner.number(2);
  if (!hours || !scanner.take(':')) return std::nullopt;
  const auto minutes = scanner.number(2);
  std::optional<std::int64_t> seconds = 0;
  if (scanner.take(':')) {
    seconds = scanner.number(2);
    if (scanner.take('.') && !scanner.number(0)) return std::nullopt;
  }
  if (!minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 59) return std::nullopt;
  return *hours * 3600 + *minutes * 60 + *seconds;
}

std::optional<CommitTime> parse_calendar(std::string_view text) noexcept {
  Scanner scanner(text);
  const auto year = scanner.number(4);
  if (!year || !scanner.take('-')) return std::nullopt;
  const auto month = scanner.number(2);
  if (!month || !scanner.take('-')) return std::nullopt;
  const auto day = scanner.number(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  CommitTime result{.seconds = std::int64_t{std::chrono::sys_days(date).time_since_epoch().count()} * 86400};
  if (scanner.take('T') || scanner.take(' ')) {
    const auto clock = parse_clock(scanner);
    if (!clock) return std::nullopt;
    result.seconds += *clock;
    scanner.take(' ');
    if (!scanner.at_end()) {
      const auto offset = scanner.offset();
      if (!offset) return std::nullopt;
      result.offset_minutes = *offset;
      result.seconds -= std::int64_t{*offset} * 60;
    }
  }
  if (!scanner.at_end() || result.seconds < 0 || result.seconds > kLastSecond) return std::nullopt;
  return result;
}

}  // namespace

std::optional<CommitTime> parse_commit_time(std::string_view text) noexcept {
  if (const auto seconds = parse_seconds(text)) return seconds;
  return parse_calendar(text);
}

}  // namespace waybill::git
