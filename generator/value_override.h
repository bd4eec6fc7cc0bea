#pragma once
// Values that the user sets on components (spec: recipe-engine 4.5, bundle 1.3 and 1.6):
//
//   parse_overrides("gpu-operator:driver.version=570.20", Setter::Set)   one override, the value a text
//   parse_overrides("a:x=1,b:y={1,2}", Setter::Set)                      two, for two components
//   parse_overrides("a:tolerations=[{\"operator\":\"Exists\"}]", Setter::SetJson)
//
// What is decided where aicr and helm differ, and why, is in docs/decisions.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "generator/value_path.h"

namespace waybill {

struct ValueOverride {
  std::string component;  // as the user wrote it: a name or one of the registry's override keys
  ValuePath path;
  Value value;
  std::string_view flag;  // which says so, for messages: "--set"; a literal
};

// The flags, in the order in which they are laid over each other, which is helm's.
enum class Setter : std::uint8_t {
  SetJson,    // the value is JSON
  Set,        // true, false, null, integers and decimals, {a,b} for a list; what does not survive the round trip stays
              // text (1.10, 007)
  SetString,  // always text, {a,b} for a list of texts
  SetFile,    // always text, as it stands; on the command line the name of a file with this text
};
[[nodiscard]] std::string_view flag_of(Setter setter) noexcept;

// Parses "component:path=value". With Set and SetString a comma separates overrides when a '=' comes before the next
// comma, otherwise it belongs to the value; a backslash before a comma, a brace or a backslash takes its meaning. With
// SetJson and SetFile everything behind the '=' is the value. Never empty. Throws InvalidInput, showing the form, for
// an empty part (only texts may be empty), a malformed path, list or JSON, and text that is not UTF-8.
[[nodiscard]] std::vector<ValueOverride> parse_overrides(std::string_view text, Setter setter);

}  // namespace waybill
