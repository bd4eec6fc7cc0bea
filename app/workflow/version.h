#pragma once
// The version of the program, as `--version` and every artifact name it.
#include <string_view>

namespace waybill {

[[nodiscard]] std::string_view program_version() noexcept;

}  // namespace waybill
