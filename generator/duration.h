#pragma once
// A length of time as Go writes it: "2m", "1h5m", "1.5s".
#include <chrono>
#include <string_view>

namespace waybill {

// Throws InvalidInput for anything but a positive duration of at most a year.
[[nodiscard]] std::chrono::nanoseconds parse_duration(std::string_view text);

}  // namespace waybill
