#pragma once
// Patterns for the names of repositories ("registry.example.com/gpu/*"), by which a policy says what it is about.
#include <string_view>

namespace waybill::signing {

// `*` stands for any characters but '/', `**` for any characters at all; everything else for itself. The whole name
// must match. Takes time in proportion to the product of the two lengths.
[[nodiscard]] bool matches_repository(std::string_view pattern, std::string_view name);

}  // namespace waybill::signing
