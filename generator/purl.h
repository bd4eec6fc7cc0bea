#pragma once
// Package URLs (purl-spec), the names by which software lists in SPDX and CycloneDX mean the same thing (spec:
// oci-and-signing 7.3).
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waybill {

// "pkg:<type>/<name>@<version>?<qualifiers>": everything encoded, empty parts left out, qualifiers sorted by key.
[[nodiscard]] std::string purl(std::string_view type, std::string_view name, std::string_view version,
                               std::vector<std::pair<std::string, std::string>> qualifiers);

}  // namespace waybill
