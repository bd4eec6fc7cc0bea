#pragma once
// The versions that make up what the program does.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "generator/recipe.h"

namespace waybill {

// As `--version` and every artifact name it.
[[nodiscard]] std::string_view program_version() noexcept;

struct VersionInfo {
  std::string version;
  std::string commit;  // of the sources, "unknown" when they were not built from a git checkout
  CatalogueId catalogue;
  std::vector<std::pair<std::string, std::string>> libraries;  // those that reach the bytes of artifacts, or talk
};
[[nodiscard]] VersionInfo version_info();

}  // namespace waybill
