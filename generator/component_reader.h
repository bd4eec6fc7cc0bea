#pragma once
// Reading the parts that overlays and recipes share: components, constraints, validation.
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/yaml/node.h"
#include "generator/component.h"
#include "generator/document_reader.h"
#include "generator/validation.h"

namespace waybill {

// A name in a document that must exist somewhere else, kept until everything is read.
struct Reference {
  enum class To : std::uint8_t { Overlay, File, Component };
  To to;
  std::string name;
  std::string from;  // who refers: a component or an overlay
  SourceLocation location;
};

// The lists below a document's `spec`. A name that appears twice and a field that does not pass check_fields() are
// doubts.
[[nodiscard]] std::vector<ComponentRef> read_components(MapReader& fields, const ReadContext& context,
                                                        std::vector<Reference>& references);
[[nodiscard]] std::vector<Constraint> read_constraints(MapReader& fields, const ReadContext& context);
[[nodiscard]] std::optional<Validation> read_validation(MapReader& fields, const ReadContext& context);

}  // namespace waybill
