#pragma once

#include <string>

namespace waybill::testing {

// The absolute path of what lies at `relative` in the project's source folder. The folder is known to one source only,
// so that the compiler cache serves every other test in every clone.
[[nodiscard]] std::string source_path(const std::string& relative);

}  // namespace waybill::testing
