#pragma once
// What a scalar without quotes means: to us (recipe-engine.md, appendix A.1: YAML 1.2 core with go-yaml's habits), and
// to other readers. The only place that knows these spellings; the reader's resolver and the writer's choice of quotes
// share it.
#include <string_view>

#include "core/value.h"

namespace waybill::yaml {

// true/false, null, integers (decimal, 0x, 0o, 0b and 0… octal, underscores dropped) up to unsigned 64 bits, floats,
// .inf and .nan, each in the three usual spellings; everything else is text, also yes, no, on, off, dates and 12:30.
[[nodiscard]] Value resolve_plain(std::string_view text);
[[nodiscard]] bool is_plain_null(std::string_view text) noexcept;

// Whether readers of YAML 1.1 and 1.2 disagree on what the plain text means: yes, no, on, off, y, n, 012, 0o7, 1:30,
// 2024-01-02, 1_000, = and the like.
[[nodiscard]] bool readers_disagree(std::string_view text) noexcept;

// Whether every reader takes the plain text for this very text, as value, key, list item and root: a conservative
// choice of names, paths, references and versions of three or more parts (models.md, section 7).
[[nodiscard]] bool is_safe_plain_text(std::string_view text) noexcept;

}  // namespace waybill::yaml
