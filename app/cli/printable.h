#pragma once
// Text from outside (server messages, file names, contents of files) on a terminal.
#include <string>
#include <string_view>

namespace waybill::cli {

// The text with everything that could steer the terminal written out, as \x1b is. Line breaks and tabs stay.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace waybill::cli
