#pragma once
// Which versions of which libraries the program runs with, for `waybill version`.
#include <string>
#include <utility>
#include <vector>

namespace waybill {

// Linked ones as they are at run time; libraries that are opened on first use are named by their file, unopened.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> library_versions();

}  // namespace waybill
