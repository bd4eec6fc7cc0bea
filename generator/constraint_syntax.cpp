#include "generator/constraint_syntax.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/error.h"
#include "core/suggest.h"
#include "generator/snapshot.h"

namespace waybill {
namespace {

using Operator = ConstraintExpression::Operator;

// In the order in which they are tried as a beginning.
constexpr std::array<std::pair<std::string_view, Operator>, 6> kOperators{{{">=", Operator::AtLeast},
                                                                           {"<=", Operator::AtMost},
                                                                           {"!=", Operator::NotEqual},
                                                                           {"==", Operator::Equal},
                                                                           {">", Operator::Above},
                                                                           {"<", Operator::Below}}};

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::string_view without_suffix(std::string_view text) noexcept {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if ((text[i] == '-' || text[i] == '+') && is_digit(text[i - 1])) return text.substr(0, i);
  }
  return text;
}

}  // namespace

const std::vector<std::string>& measurement_types() {
  static const std::vector<std::string> kTypes(kMeasurementTypes.begin(), kMeasurementTypes.end());
  return kTypes;
}

ConstraintPath parse_constraint_path(std::string_view text) {
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no path to a measurement", text))
        .hint("type, subtype and key, such as K8s.server.version");
  }
  ConstraintPath path{std::string(text.substr(0, first)), std::string(text.substr(first + 1, second - first - 1)),
                      std::string(text.substr(second + 1))};
  const std::vector<std::string>& types = measurement_types();
  if (std::find(types.begin(), types.end(), path.type) == types.end()) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no type of measurement", path.type))
        .hint(suggestion(path.type, types));
  }
  return path;
}

std::optional<ConstraintVersion> parse_constraint_version(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  text = without_suffix(text);
  ConstraintVersion version;
  for (;;) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    std::string_view part = text.substr(0, dot);
    if (part.starts_with('+')) part.remove_prefix(1);
    if (version.precision == 3 || part.empty() || !is_digit(part.front())) return std::nullopt;
    const auto [end, failure] =
        std::from_chars(part.data(), part.data() + part.size(), version.numbers.at(version.precision));
    if (failure != std::errc() || end != part.data() + part.size()) return std::nullopt;
    ++version.precision;
    if (dot == text.size()) return version;
    text.remove_prefix(dot + 1);
  }
}

ConstraintExpression split_constraint_expression(std::string_view text) {
  text = trimmed(text);
  ConstraintExpression expression;
  for (const auto& [symbol, op] : kOperators) {
    if (!text.starts_with(symbol)) continue;
    expression.op = op;
    text = trimmed(text.substr(symbol.size()));
    break;
  }
  expression.operand = text;
  return expression;
}

ConstraintExpression parse_constraint_expression(std::string_view text) {
  ConstraintExpression expression = split_constraint_expression(text);
  if (expression.operand.empty()) {
    throw Error(ErrorCode::InvalidInput, "the constraint has nothing to compare with")
        .hint("an operator and a value, such as '>= 1.32'");
  }
  const bool is_order = expression.op == Operator::AtLeast || expression.op == Operator::AtMost ||
                        expression.op == Operator::Above || expression.op == Operator::Below;
  if (is_order && !parse_constraint_version(expression.operand)) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' is no version that something can be above or below", expression.operand))
        .hint("one to three numbers, such as 1.32 or 580.105.8");
  }
  return expression;
}

}  // namespace waybill
