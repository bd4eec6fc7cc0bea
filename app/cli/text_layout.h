#pragma once
// What the texts for people have in common: columns, emphasis, and values that fit on a line.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/workflow/version.h"
#include "core/value.h"

namespace waybill::cli {

enum class Style : std::uint8_t { Plain, Bold, Dim, Red, Green, Yellow };

// The text in a style; the text alone where colour is off.
[[nodiscard]] std::string styled(std::string_view text, Style style, bool color);

using Rows = std::vector<std::vector<std::string>>;

// Rows of cells, each column as wide as its widest cell but no wider than `widest`; a longer cell pushes the rest of
// its row to the right. What ends a row widens nothing. Two blanks between columns, none at the end of a line.
[[nodiscard]] std::string columns(const Rows& rows, std::size_t widest = 64);
// The same, each row in its style: styles[i] is that of rows[i].
[[nodiscard]] std::string columns(const Rows& rows, const std::vector<Style>& styles, bool color);

// A path without the quotes of its first key, for a reader who sees where the key ends: ["K8s.server.version"].value.
[[nodiscard]] std::string readable_path(std::string_view path);

// Columns that a text takes on a terminal: code points of UTF-8.
[[nodiscard]] std::size_t width(std::string_view text) noexcept;

// The text, or the front of it with "…" at the end, in at most `longest` columns.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t longest);

// "a, b, c".
[[nodiscard]] std::string joined(const std::vector<std::string>& words, std::string_view between = ", ");

// "1 value", "2 values".
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);

// "812 B", "1.5 kB", "20.3 MB": powers of 1000.
[[nodiscard]] std::string human_size(std::uint64_t bytes);

// A value on one line: text as it is (quoted where it is empty, or has line breaks or blanks at an end), everything
// else as JSON; cut to `longest` columns with "…" at the end.
[[nodiscard]] std::string one_line(const Value& value, std::size_t longest);

// "catalogue VERSION (sha256:…)": what every report says of where its contents come from.
[[nodiscard]] std::string catalogue_line(const CatalogueId& catalogue);

}  // namespace waybill::cli
