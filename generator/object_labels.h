#pragma once
// Labels by which the objects that roll a bundle out tell where they come from, the same for every deployer.
#include <string>
#include <string_view>

namespace waybill {

inline constexpr const char* kComponentLabel = "waybill.dev/component";
inline constexpr const char* kRecipeLabel = "waybill.dev/recipe";  // the first digits of its digest
inline constexpr const char* kBundleLabel = "waybill.dev/bundle";  // the same

// As much of "sha256:…" as a label can hold: the digits that the artifact's tag has too.
[[nodiscard]] std::string short_digest(std::string_view digest);

}  // namespace waybill
