#pragma once
// Writes JSON. Text is escaped as Go's encoding/json does by default (<, >, & and U+2028, U+2029 as \u003c …), because
// signed payloads must equal cosign's bytes; doubles as shortest().
#include <string>

#include "core/value.h"

namespace waybill::json {

enum class HtmlEscape : bool { No, Yes };

// Compact, members in the order of the Value, no line feed.
[[nodiscard]] std::string write(const Value& value, HtmlEscape escape = HtmlEscape::Yes);
// Indented by 2, one line feed at the end.
[[nodiscard]] std::string write_pretty(const Value& value, HtmlEscape escape = HtmlEscape::No);
// Compact, members sorted in byte order at every depth, no HTML escapes: equal data, equal bytes. What digests are made
// of.
[[nodiscard]] std::string canonical(const Value& value);

}  // namespace waybill::json
