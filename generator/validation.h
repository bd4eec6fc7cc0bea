#pragma once
// Constraints on a cluster and the validation phases of a recipe (spec: recipe-engine 1.4).
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/value.h"

namespace waybill {

struct Constraint {
  std::string name;  // a measurement path such as "K8s.server.version"
  std::string value;
  std::string severity;  // "error", "warning" or not set
  std::string remediation;
  std::string unit;
  Mark mark = {};  // where its value is written; no part of what it says
  bool operator==(const Constraint& other) const;
};

struct ValidationPhase {
  std::string timeout;
  std::vector<Constraint> constraints;
  std::vector<std::string> checks;
  Value node_selection;  // {selector?, maxNodes?, excludeNodes?}, or null
  std::string infrastructure;
  Mark mark = {};  // where it is written; no part of what it says
  bool operator==(const ValidationPhase& other) const;
};

struct Validation {
  std::optional<ValidationPhase> readiness;
  std::optional<ValidationPhase> deployment;
  std::optional<ValidationPhase> performance;
  std::optional<ValidationPhase> conformance;
  bool operator==(const Validation&) const = default;
};

inline bool Constraint::operator==(const Constraint& other) const {
  return std::tie(name, value, severity, remediation, unit) ==
         std::tie(other.name, other.value, other.severity, other.remediation, other.unit);
}

inline bool ValidationPhase::operator==(const ValidationPhase& other) const {
  return std::tie(timeout, constraints, checks, node_selection, infrastructure) ==
         std::tie(other.timeout, other.constraints, other.checks, other.node_selection, other.infrastructure);
}

// The phases with their field names, in the order of the document.
struct ValidationPhaseField {
  std::string_view name;
  std::optional<ValidationPhase> Validation::*member;
};
inline constexpr std::array<ValidationPhaseField, 4> kValidationPhases{{{"readiness", &Validation::readiness},
                                                                        {"deployment", &Validation::deployment},
                                                                        {"performance", &Validation::performance},
                                                                        {"conformance", &Validation::conformance}}};

}  // namespace waybill
