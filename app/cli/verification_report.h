#pragma once
// How the commands that verify show what they found.
#include <string>

#include "app/workflow/verify.h"

namespace waybill::cli {

// Every check on a line, passed or not, and the verdict in the last one. What strangers wrote is shown without control
// characters.
[[nodiscard]] std::string report(const Verification& verification);
[[nodiscard]] int exit_status(const Verification& verification) noexcept;

}  // namespace waybill::cli
