#pragma once
// Whether a constraint of a recipe holds in a cluster (spec: recipe-engine 9.4).
#include <string>

#include "generator/snapshot.h"
#include "generator/validation.h"

namespace waybill {

struct ConstraintResult {
  bool holds = false;
  std::string actual;  // the reading, if there is one
  // Why it does not hold. For a comparison that failed "expected >= 1.32.4, got v1.31.0"; for one that cannot be made,
  // a chain of problems in aicr's form, outer first: "[NOT_FOUND] …: [NOT_FOUND] …" (spec: recipe-engine C).
  std::string reason;
};

// Looks up what the constraint's name says ("K8s.server.version": type, subtype and key, the key with any further dots)
// and compares it by the constraint's value: an operator (>= <= != == > <) and an operand, or a text to be met exactly.
// The ordering operators compare versions, and only as many of their numbers as the less precise one has.
[[nodiscard]] ConstraintResult check_constraint(const Constraint& constraint, const Snapshot& snapshot);

}  // namespace waybill
