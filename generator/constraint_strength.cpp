#include "generator/constraint_strength.h"

#include <fmt/core.h>

#include <optional>

#include "core/error.h"
#include "generator/constraint_syntax.h"

namespace waybill {
namespace {

using Operator = ConstraintExpression::Operator;

struct Bound {
  enum class Side : std::uint8_t { Lower, Upper };
  Side side;
  std::array<std::uint64_t, 3> numbers;
  bool inclusive;
};

std::optional<Bound> bound_of(const Constraint& constraint) {
  try {
    const ConstraintExpression expression = parse_constraint_expression(constraint.value);
    const std::optional<ConstraintVersion> version = parse_constraint_version(expression.operand);
    if (!version) return std::nullopt;
    const bool lower = expression.op == Operator::AtLeast || expression.op == Operator::Above;
    const bool upper = expression.op == Operator::AtMost || expression.op == Operator::Below;
    if (!lower && !upper) return std::nullopt;
    return Bound{lower ? Bound::Side::Lower : Bound::Side::Upper, version->numbers,
                 expression.op == Operator::AtLeast || expression.op == Operator::AtMost};
  } catch (const Error&) {
    return std::nullopt;  // such a constraint has a finding of its own
  }
}

bool admits_more(const Bound& after, const Bound& before) noexcept {
  if (after.side != before.side) return false;
  if (after.numbers == before.numbers) return after.inclusive && !before.inclusive;
  return after.side == Bound::Side::Lower ? after.numbers < before.numbers : after.numbers > before.numbers;
}

bool is_warning(const Constraint& constraint) noexcept { return constraint.severity == "warning"; }

}  // namespace

std::string weakening(const Constraint& before, const Constraint& after) {
  const std::optional<Bound> old_bound = bound_of(before);
  const std::optional<Bound> new_bound = bound_of(after);
  if (old_bound && new_bound && admits_more(*new_bound, *old_bound))
    return fmt::format("'{}' becomes '{}'", before.value, after.value);
  if (before.value == after.value && is_warning(after) && !is_warning(before)) return "an error becomes a warning";
  return {};
}

}  // namespace waybill
