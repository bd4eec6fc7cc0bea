#pragma once
// Writes YAML in one canonical block style that YAML 1.1 and 1.2 readers understand alike (docs/decisions, "YAML").
//
// Indentation 2; lists below a key are indented; empty maps and lists are {} and []; null is null. A text is plain only
// if no reader could take it for something else, otherwise double-quoted; text with line breaks is a literal block
// where every line is printable and none ends in a blank. Members in the order of the Value (use sorted() for free
// maps). One line feed at the end; no document marker; lines are never folded.
#include <string>

#include "core/value.h"

namespace waybill::yaml {

[[nodiscard]] std::string write(const Value& value);
// The same with another indentation than 2, from 2 to 9: what is below a key stands at the next multiple of it.
[[nodiscard]] std::string write(const Value& value, unsigned indentation);
// The same, indented by `spaces` (a multiple of 2) with no line feed at the end: for insertion under a key.
[[nodiscard]] std::string write_indented(const Value& value, unsigned spaces);

}  // namespace waybill::yaml
