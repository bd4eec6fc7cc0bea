#include "core/yaml/plain_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace waybill::yaml {
namespace {

// Not <cctype>: those functions ask the locale.
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool all_digits(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// "word", "Word" and "WORD" match "word"; "wORD" does not.
bool is_spelling_of(std::string_view text, std::string_view word) noexcept {
  if (text.size() != word.size()) return false;
  if (text == word) return true;
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  const std::size_t first = std::min(word.find_first_of("abcdefghijklmnopqrstuvwxyz"), word.size());
  const bool begins_upper =
      text.substr(0, first) == word.substr(0, first) && first < word.size() && text[first] == upper(word[first]);
  if (!begins_upper) return false;
  if (text.substr(first + 1) == word.substr(first + 1)) return true;
  return std::equal(text.begin(), text.end(), word.begin(), [&](char a, char b) { return a == upper(b); });
}

std::string_view without_sign(std::string_view text) noexcept {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  return text;
}

struct Digits {
  std::string_view text;
  int base = 10;
};

// As Go's ParseInt with base 0: 0x, 0o, 0b in both cases, and a bare leading zero is octal.
Digits split_base(std::string_view text) noexcept {
  if (text.size() < 2 || text.front() != '0') return {text, 10};
  switch (lower(text[1])) {
    case 'x':
      return {text.substr(2), 16};
    case 'o':
      return {text.substr(2), 8};
    case 'b':
      return {text.substr(2), 2};
    default:
      return {text.substr(1), 8};
  }
}

std::optional<Value> parse_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto [digits, base] = split_base(without_sign(text));
  std::uint64_t magnitude = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, failure] = std::from_chars(digits.data(), end, magnitude, base);
  if (failure != std::errc{} || stopped != end) return std::nullopt;
  if (!negative) return Value(magnitude);
  constexpr std::uint64_t kSmallest = std::uint64_t{1} << 63;  // -2^63 has no positive counterpart
  if (magnitude > kSmallest) return std::nullopt;
  return Value(static_cast<std::int64_t>(~magnitude + 1));
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looks_like_float(std::string_view text) noexcept {
  text = without_sign(text);
  const auto skip_digits = [&text] {
    const std::size_t count =
        static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
    text.remove_prefix(count);
    return count;
  };
  const std::size_t whole = skip_digits();
  std::size_t fraction = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = skip_digits();
  }
  if (whole == 0 && fraction == 0) return false;
  if (text.empty()) return true;
  return lower(text.front()) == 'e' && all_digits(without_sign(text.substr(1)));
}

// Whether a number of the form above that a double cannot hold is too small, not too large.
bool is_underflow(std::string_view text) noexcept {
  text = without_sign(text);
  const std::size_t exponent_at = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, exponent_at);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  std::int64_t exponent = 0;
  if (exponent_at < text.size()) {
    std::string_view digits = text.substr(exponent_at + 1);
    const bool negative = digits.starts_with('-');
    digits = without_sign(digits);
    constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max() / 4;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), exponent).ec != std::errc{}) exponent = kHuge;
    exponent = std::min(exponent, kHuge);
    if (negative) exponent = -exponent;
  }
  return exponent + static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) < 0;
}

std::optional<Value> parse_float(std::string_view text) {
  if (!looks_like_float(text)) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  double number = 0;
  const auto [stopped, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure == std::errc::result_out_of_range) {
    if (!is_underflow(text)) return std::nullopt;
    return Value(text.front() == '-' ? -0.0 : 0.0);
  }
  if (failure != std::errc{} || stopped != text.data() + text.size()) return std::nullopt;
  return Value(number);
}

std::optional<Value> parse_not_finite(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return Value(std::numeric_limits<double>::quiet_NaN());
  if (!is_spelling_of(without_sign(text), ".inf")) return std::nullopt;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return Value(text.front() == '-' ? -kInfinity : kInfinity);
}

std::optional<Value> parse_number(std::string_view text) {
  const char first = text.front();
  if (first == '.') {
    if (auto value = parse_not_finite(text)) return value;
    return parse_float(text);
  }
  if (!is_digit(first) && first != '+' && first != '-') return std::nullopt;
  if (auto value = parse_not_finite(text)) return value;
  std::string without_underscores;
  if (text.find('_') != std::string_view::npos) {
    std::remove_copy(text.begin(), text.end(), std::back_inserter(without_underscores), '_');
    text = without_underscores;
  }
  if (auto value = parse_integer(text)) return value;
  return parse_float(text);
}

bool is_boolean_word_of_yaml_1_1(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 6> kWords{"y", "n", "yes", "no", "on", "off"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return is_spelling_of(text, word); });
}

// Digits in groups with one separator between them, at least `least` groups: 12:30, 2024-01-02.
bool is_grouped(std::string_view text, char separator, std::size_t least) noexcept {
  std::size_t groups = 0;
  while (true) {
    const std::size_t end = text.find(separator);
    if (!all_digits(text.substr(0, end))) return false;
    ++groups;
    if (end == std::string_view::npos) return groups >= least;
    text.remove_prefix(end + 1);
  }
}

// 12:30, 1:30.5: base 60 in YAML 1.1.
bool is_base_60(std::string_view text) noexcept {
  text = without_sign(text);
  if (const std::size_t point = text.find('.'); point != std::string_view::npos && text.find(':') < point) {
    const std::string_view fraction = text.substr(point + 1);
    if (!fraction.empty() && !all_digits(fraction)) return false;
    text = text.substr(0, point);
  }
  return is_grouped(text, ':', 2);
}

// 2024-01-02, alone or with a time after it.
bool is_date(std::string_view text) noexcept {
  const std::string_view date = text.substr(0, text.find_first_of("Tt \t"));
  return is_grouped(date, '-', 3) && date.find('-') == 4;
}

// [A-Za-z_/](?:[A-Za-z0-9_./@+-]|:(?=[A-Za-z0-9_./@+-]))*
bool is_name(std::string_view text) noexcept {
  const auto is_inner = [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("_./@+-").find(c) != std::string_view::npos;
  };
  if (text.empty() || !(is_letter(text.front()) || text.front() == '_' || text.front() == '/')) return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (is_inner(text[i])) continue;
    if (text[i] != ':' || i + 1 == text.size() || !is_inner(text[i + 1])) return false;
  }
  return true;
}

// 82.8.0, 1.2.3-rc.1, 10.0.0.1: three or more numbers, so no reader sees one number, and then at most a suffix after
// '-' or '+'.
bool is_version(std::string_view text) noexcept {
  const std::size_t suffix = std::min(text.find_first_of("-+"), text.size());
  if (!is_grouped(text.substr(0, suffix), '.', 3)) return false;
  const std::string_view rest = text.substr(suffix);
  return std::all_of(rest.begin(), rest.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '+'; });
}

bool is_word_of_some_reader(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 13> kWords{"y",     "n",    "yes", "no",  "on",       "off", "true",
                                                           "false", "null", "nan", "inf", "infinity", "nil"};
  const auto matches = [&](std::string_view word) {
    return text.size() == word.size() &&
           std::equal(text.begin(), text.end(), word.begin(), [](char a, char b) { return lower(a) == b; });
  };
  return std::any_of(kWords.begin(), kWords.end(), matches) || matches("none");
}

// e5, E-3.0: a float without digits before the exponent, to one YAML 1.1 reader.
bool is_bare_exponent(std::string_view text) noexcept {
  return lower(text.front()) == 'e' && text.find_first_not_of("0123456789.+-", 1) == std::string_view::npos;
}

}  // namespace

bool is_plain_null(std::string_view text) noexcept {
  return text.empty() || text == "~" || is_spelling_of(text, "null");
}

Value resolve_plain(std::string_view text) {
  if (is_plain_null(text)) return {};
  if (is_spelling_of(text, "true")) return true;
  if (is_spelling_of(text, "false")) return false;
  if (auto number = parse_number(text)) return *std::move(number);
  return text;
}

bool readers_disagree(std::string_view text) noexcept {
  if (text.empty()) return false;
  if (text == "=" || is_boolean_word_of_yaml_1_1(text) || is_base_60(text) || is_date(text)) return true;
  if (!is_digit(text.front()) && text.front() != '+' && text.front() != '-' && text.front() != '.') return false;
  const std::string_view number = without_sign(text);
  if (number.size() > 1 && number[0] == '0' && (is_digit(number[1]) || number[1] == '_' || is_letter(number[1]))) {
    // 0x1f is the one form that all agree on.
    const bool is_hexadecimal = number[1] == 'x' && number.find('_') == std::string_view::npos;
    return !is_hexadecimal && resolve_plain(text).is_number();
  }
  if (text.find('_') != std::string_view::npos) return resolve_plain(text).is_number();
  // YAML 1.1 wants a point in the mantissa and a sign in the exponent.
  const std::size_t exponent = number.find_first_of("eE");
  if (exponent == std::string_view::npos || !looks_like_float(text)) return false;
  const bool is_float_of_1_1 = number.substr(0, exponent).find('.') != std::string_view::npos &&
                               (number[exponent + 1] == '+' || number[exponent + 1] == '-');
  return !is_float_of_1_1;
}

bool is_safe_plain_text(std::string_view text) noexcept {
  if (is_version(text)) return true;
  return is_name(text) && !is_word_of_some_reader(text) && !is_bare_exponent(text);
}

}  // namespace waybill::yaml
