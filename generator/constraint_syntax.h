#pragma once
// The two texts of a constraint on a snapshot (spec: recipe-engine 9.4): a path to a measurement, and what is expected
// of the reading that lies there.
//
//   const ConstraintPath path = parse_constraint_path("K8s.server.version");
//   const ConstraintExpression expected = parse_constraint_expression(">= 1.32");
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill {

struct ConstraintPath {
  std::string type;     // one of measurement_types()
  std::string subtype;  // "server"
  std::string key;      // may hold dots and slashes
};
[[nodiscard]] const std::vector<std::string>& measurement_types();
// Throws InvalidInput for fewer than three parts and for an unknown type.
[[nodiscard]] ConstraintPath parse_constraint_path(std::string_view text);

// Up to three numbers; what follows a '-' or '+' after a digit does not count.
struct ConstraintVersion {
  std::array<std::uint64_t, 3> numbers{};
  std::size_t precision = 0;  // how many of them were written
};
[[nodiscard]] std::optional<ConstraintVersion> parse_constraint_version(std::string_view text);

struct ConstraintExpression {
  enum class Operator : std::uint8_t { Exact, Equal, NotEqual, AtLeast, AtMost, Above, Below };
  Operator op = Operator::Exact;
  std::string operand;
};
// The operator, and what is left of the text without blanks around it: maybe nothing.
[[nodiscard]] ConstraintExpression split_constraint_expression(std::string_view text);
// The same, but throws InvalidInput for an empty operand, and for an order among what is no version.
[[nodiscard]] ConstraintExpression parse_constraint_expression(std::string_view text);

}  // namespace waybill
