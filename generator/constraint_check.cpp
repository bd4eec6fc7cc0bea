#include "generator/constraint_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "core/error.h"
#include "generator/constraint_syntax.h"

namespace waybill {
namespace {

using Operator = ConstraintExpression::Operator;

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool looks_like_version(std::string_view text) noexcept {
  if (text.starts_with('v')) text.remove_prefix(1);
  return text.find('.') != std::string_view::npos &&
         std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// As versions where both are some, all three numbers; as texts otherwise.
bool are_equal(std::string_view actual, std::string_view operand) {
  if (looks_like_version(operand)) {
    const std::optional<ConstraintVersion> a = parse_constraint_version(actual);
    const std::optional<ConstraintVersion> b = parse_constraint_version(operand);
    if (a && b) return a->numbers == b->numbers;
  }
  return actual == operand;
}

bool is_ordered(const ConstraintVersion& actual, Operator op, const ConstraintVersion& operand) noexcept {
  const std::size_t count = std::min(actual.precision, operand.precision);
  const auto key = [count](const ConstraintVersion& version) {
    std::array<std::uint64_t, 3> numbers{};
    std::copy_n(version.numbers.begin(), count, numbers.begin());
    return numbers;
  };
  switch (op) {
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
std::variant<bool, std::string> compare(std::string_view actual, const ConstraintExpression& expression) {
  switch (expression.op) {
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
  const std::optional<ConstraintVersion> left = parse_constraint_version(actual);
  if (!left) return fmt::format("[INVALID_REQUEST] the reading '{}' is no version", actual);
  const std::optional<ConstraintVersion> right = parse_constraint_version(expression.operand);
  if (!right) return fmt::format("[INVALID_REQUEST] the operand '{}' is no version", expression.operand);
  return is_ordered(*left, expression.op, *right);
}

// The three parts of a constraint's name, or what is wrong with it.
std::variant<ConstraintPath, std::string> parse_path(std::string_view name) {
  try {
    return parse_constraint_path(name);
  } catch (const Error& error) {
    return fmt::format("[INVALID_REQUEST] {}", error.message());
  }
}

std::string describe_missing(const ConstraintPath& path, const Snapshot::Found& found) {
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
  const auto& path = std::get<ConstraintPath>(parsed);
  const Snapshot::Found found = snapshot.find(path.type, path.subtype, path.key);
  if (found.text == nullptr) {
    return {
        false,
        {},
        fmt::format("[NOT_FOUND] the snapshot does not say '{}': {}", constraint.name, describe_missing(path, found))};
  }
  const ConstraintExpression expression = split_constraint_expression(constraint.value);
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
