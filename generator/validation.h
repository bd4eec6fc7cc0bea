#pragma once
// Constraints on a cluster and the validation phases of a recipe (spec: recipe-engine 1.4).
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace waybill {

struct Constraint {
  std::string name;  // a measurement path such as "K8s.server.version"
  std::string value;
  std::string severity;  // "error", "warning" or not set
  std::string remediation;
  std::string unit;
  bool operator==(const Constraint&) const = default;
};

struct ValidationPhase {
  std::string timeout;
  std::vector<Constraint> constraints;
  std::vector<std::string> checks;
  Value node_selection;  // {selector?, maxNodes?, excludeNodes?}, or null
  std::string infrastructure;
  bool operator==(const ValidationPhase&) const = default;
};

struct Validation {
  std::optional<ValidationPhase> readiness;
  std::optional<ValidationPhase> deployment;
  std::optional<ValidationPhase> performance;
  std::optional<ValidationPhase> conformance;
  bool operator==(const Validation&) const = default;
};

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
