#pragma once
// A criteria file (kind RecipeCriteria, spec: recipe-engine 9.1).
#include <string_view>

#include "generator/criteria.h"

namespace waybill {

// Reads YAML, or JSON by its first character (whose field names are matched without regard to case). Strict: unknown
// fields, wrong types and unknown values are errors with file, line, column and the nearest right word, all of them
// together (InvalidInput). What is not written stays "any".
[[nodiscard]] Criteria parse_criteria(std::string_view text, std::string_view name, const UsedValues& used_values = {});

}  // namespace waybill
