#pragma once
// Documents that may be YAML or JSON (recipes, criteria, snapshots) in the one shape that their readers take.
#include <string_view>

#include "core/yaml/node.h"

namespace waybill {

// Whether the text is a JSON object: its first character decides.
[[nodiscard]] bool is_json(std::string_view text) noexcept;

// One document, with the limits of the YAML and JSON readers. Of JSON only lines are known, no columns. Throws
// InvalidInput with the place.
[[nodiscard]] yaml::Node parse_document(std::string_view text, std::string_view name);

}  // namespace waybill
