#pragma once
// Which versions of which libraries the program runs with, for `waybill version`.
#include <string>
#include <utility>
#include <vector>

namespace waybill {

// The small libraries as they are at run time, opened for the question; libarchive and libcurl, which bring many
// others, by their file, unopened. Throws Unavailable when one is missing.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> library_versions();

}  // namespace waybill
