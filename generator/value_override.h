#pragma once
// One value that the user sets on a component: --set component:path.to.field=value (spec: recipe-engine 4.5,
// bundle 1.6).
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace waybill {

struct ValueOverride {
  std::string component;          // as the user wrote it: a name or one of the registry's override keys
  std::vector<std::string> path;  // never empty
  Value value;
};

enum class ValueTyping : bool {
  Guess,  // true, false, null, integers and decimal floats; whatever does not survive the round trip stays text (1.10,
          // 007)
  Text,
};

// Parses "component:path=value": split at the first ':' and then at the first '='. Dots separate the path, "\." is a
// dot in a key. Throws InvalidInput for an empty part.
[[nodiscard]] ValueOverride parse_value_override(std::string_view text, ValueTyping typing);

// Writes the value at the path, making maps on the way. Throws InvalidInput when something on the way is no map.
void apply_override(const ValueOverride& change, Value& values);

}  // namespace waybill
