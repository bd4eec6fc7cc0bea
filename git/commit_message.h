#pragma once
// The text of a commit: what the caller says, and trailers as `git interpret-trailers` reads them.
#include <string>
#include <string_view>
#include <vector>

#include "git/publication.h"

namespace waybill::git {

// The message without white space at its end, an empty line, the trailers one a line, one line feed. Throws
// InvalidInput for an empty message, for text that is not UTF-8 or holds control characters other than line feed and
// tab, for a trailer key that is not made of letters, digits and '-', and for a value that is empty or has several
// lines.
[[nodiscard]] std::string commit_message(std::string_view message, const std::vector<Trailer>& trailers);

}  // namespace waybill::git
