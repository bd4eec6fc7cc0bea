#pragma once
// A document in a form that loads without parsing: what yaml::parse gives, every place and quote included, as bytes
// that can be walked without looking at what is not wanted. The build writes it for the catalogue inside the program
// (docs/decisions/0015); it never comes from outside and is no file format.
//
//   const std::string bytes = yaml::compact(yaml::parse(text, name));
//   yaml::Node same = yaml::expand(bytes);
#include <span>
#include <string>
#include <string_view>

#include "core/yaml/node.h"

namespace waybill::yaml {

// The same node gives the same bytes.
[[nodiscard]] std::string compact(const Node& root);

// The node again; members of mappings whose keys are among `without`, at any depth, are left out and cost nothing.
// Throws Internal for bytes that compact() did not make.
[[nodiscard]] Node expand(std::string_view bytes, std::span<const std::string_view> without = {});

}  // namespace waybill::yaml
