#pragma once
// A document as a table of its leaves, for people.
#include <string>

#include "core/value.h"

namespace waybill::cli {

// Two columns, FIELD and VALUE, a dashed row, then one row a leaf, sorted by field: metadata.appliedOverlays.[0]. Empty
// lists and maps are leaves; line breaks in texts are written as \n.
[[nodiscard]] std::string field_table(const Value& document);

}  // namespace waybill::cli
