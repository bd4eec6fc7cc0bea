#include "generator/constraint_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace waybill {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Up to three numbers. aicr's own notion of a version, much looser than core/semver.h: suffixes do not count, missing
// numbers are 0.
struct LooseVersion {
  std::array<std::uint64_t, 3> numbers{};
  std::size_t precision = 0;
};

// The version, or what is wrong with the text.
std::variant<LooseVersion, std::string> parse_version(std::string_view text) {
  const auto wrong = [&text](std::string_view why) { return fmt::format("'{}' is no version: {}", text, why); };
  std::string_view rest = text;
  if (rest.starts_with('v')) rest.remove_prefix(1);
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if ((rest[i] != '-' && rest[i] != '+') || !is_digit(rest[i - 1])) continue;
    rest = rest.substr(0, i);
    break;
  }
  LooseVersion version;
  while (true) {
    const std::size_t end = std::min(rest.find('.'), rest.size());
    std::string_view part = rest.substr(0, end);
    if (version.precision == version.numbers.size()) return wrong("it has more than three parts");
    if (part.starts_with('+')) part.remove_prefix(1);
    std::int64_t number = 0;
    const auto [stop, failure] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (part.empty() || failure != std::errc{} || stop != part.data() + part.size() || number < 0)
      return wrong(fmt::format("'{}' is no number", rest.substr(0, end)));
    version.numbers.at(version.precision++) = static_cast<std::uint64_t>(number);
    if (end == rest.size()) return version;
    rest.remove_prefix(end + 1);
  }
}

enum class Operator : std::uint8_t { Exact, AtLeast, AtMost, NotEqual, Equal, Above, Below };

struct Expression {
  Operator comparison = Operator::Exact;
  std::string_view operand;  // empty: there is none
};

Expression parse_expression(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Operator>, 6> kOperators{{{">=", Operator::AtLeast},
                                                                                    {"<=", Operator::AtMost},
                                                                                    {"!=", Operator::NotEqual},
                                                                                    {"==", Operator::Equal},
                                                                                    {">", Operator::Above},
                                                                                    {"<", Operator::Below}}};
  text = trimmed(text);
  for (const auto& [sign, comparison] : kOperators) {
    if (text.starts_with(sign)) return {comparison, trimmed(text.substr(sign.size()))};
  }
  return {Operator::Exact, text};
}

bool looks_like_version(std::string_view text) noexcept {
  if (text.starts_with('v')) text.remove_prefix(1);
  return text.find('.') != std::string_view::npos && std::any_of(text.begin(), text.end(), is_digit);
}

// As versions where both are some, all three numbers; as texts otherwise.
bool are_equal(std::string_view actual, std::string_view operand) {
  if (looks_like_version(operand)) {
    const auto left = parse_version(actual);
    const auto right = parse_version(operand);
    const auto* a = std::get_if<LooseVersion>(&left);
    const auto* b = std::get_if<LooseVersion>(&right);
    if (a != nullptr && b != nullptr) return a->numbers == b->numbers;
  }
  return actual == operand;
}

bool is_ordered(const LooseVersion& actual, Operator comparison, const LooseVersion& operand) noexcept {
  const std::size_t count = std::min(actual.precision, operand.precision);
  const auto key = [count](const LooseVersion& version) {
    std::array<std::uint64_t, 3> numbers{};
    std::copy_n(version.numbers.begin(), count, numbers.begin());
    return numbers;
  };
  switch (comparison) {
    case Operator::AtLeast:
      return key(actual) >= key(operand);
    case Operator::AtMost:
      return key(actual) <= key(operand);
    case Operator::Above:
      return key(actual) > key(operand);
    case Operator::Below:
      return key(actual) < key(operand);
    case Operator::Exact:
    case Operator::Equal:
    case Operator::NotEqual:
      break;
  }
  return false;
}

// Whether the comparison holds, or the problem that makes it impossible.
std::variant<bool, std::string> compare(std::string_view actual, const Expression& expression) {
  switch (expression.comparison) {
    case Operator::Exact:
      return actual == expression.operand;
    case Operator::Equal:
      return are_equal(actual, expression.operand);
    case Operator::NotEqual:
      return !are_equal(actual, expression.operand);
    case Operator::AtLeast:
    case Operator::AtMost:
    case Operator::Above:
    case Operator::Below:
      break;
  }
  const auto left = parse_version(actual);
  if (const auto* problem = std::get_if<std::string>(&left))
    return fmt::format("[INVALID_REQUEST] the reading cannot be compared: {}", *problem);
  const auto right = parse_version(expression.operand);
  if (const auto* problem = std::get_if<std::string>(&right))
    return fmt::format("[INVALID_REQUEST] nothing can be compared with the operand: {}", *problem);
  return is_ordered(std::get<LooseVersion>(left), expression.comparison, std::get<LooseVersion>(right));
}

struct Path {
  std::string_view type;
  std::string_view subtype;
  std::string_view key;
};

// The three parts of a constraint's name, or what is wrong with it.
std::variant<Path, std::string> parse_path(std::string_view name) {
  const std::size_t first = name.find('.');
  const std::size_t second = first == std::string_view::npos ? first : name.find('.', first + 1);
  if (second == std::string_view::npos)
    return fmt::format("[INVALID_REQUEST] '{}' does not have the form type.subtype.key", name);
  const Path path{name.substr(0, first), name.substr(first + 1, second - first - 1), name.substr(second + 1)};
  if (std::find(kMeasurementTypes.begin(), kMeasurementTypes.end(), path.type) == kMeasurementTypes.end())
    return fmt::format("[INVALID_REQUEST] '{}' is no type of measurement", path.type);
  return path;
}

std::string describe_missing(const Path& path, const Snapshot::Found& found) {
  if (found.measurement == nullptr) return fmt::format("[NOT_FOUND] there is no measurement of type '{}'", path.type);
  if (found.subtype == nullptr)
    return fmt::format("[NOT_FOUND] the measurement '{}' has no subtype '{}'", path.type, path.subtype);
  return fmt::format("[NOT_FOUND] '{}.{}' has no key '{}'", path.type, path.subtype, path.key);
}

}  // namespace

ConstraintResult check_constraint(const Constraint& constraint, const Snapshot& snapshot) {
  const auto parsed = parse_path(constraint.name);
  if (const auto* problem = std::get_if<std::string>(&parsed)) {
    return {false,
            {},
            fmt::format("[INVALID_REQUEST] the constraint '{}' names no reading: {}", constraint.name, *problem)};
  }
  const Path& path = std::get<Path>(parsed);
  const Snapshot::Found found = snapshot.find(path.type, path.subtype, path.key);
  if (found.text == nullptr) {
    return {
        false,
        {},
        fmt::format("[NOT_FOUND] the snapshot does not say '{}': {}", constraint.name, describe_missing(path, found))};
  }
  const Expression expression = parse_expression(constraint.value);
  if (expression.operand.empty()) {
    return {
        false, *found.text,
        fmt::format("[INVALID_REQUEST] the constraint '{}' asks for nothing: [INVALID_REQUEST] '{}' has no value to "
                    "compare with",
                    constraint.name, constraint.value)};
  }
  const auto verdict = compare(trimmed(*found.text), expression);
  if (const auto* problem = std::get_if<std::string>(&verdict)) {
    return {false, *found.text,
            fmt::format("[INTERNAL] the constraint '{}' cannot be decided: {}", constraint.name, *problem)};
  }
  if (std::get<bool>(verdict)) return {true, *found.text, {}};
  return {false, *found.text, fmt::format("expected {}, got {}", constraint.value, *found.text)};
}

}  // namespace waybill
