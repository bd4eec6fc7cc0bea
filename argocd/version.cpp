#include "argocd/version.h"

#include <fmt/core.h>

#include "core/error.h"
#include "core/semver.h"

namespace waybill::argocd {

Version Version::parse(std::string_view text) {
  std::optional<SemVer> version = SemVer::try_parse(text);
  if (!version) version = SemVer::try_parse(fmt::format("{}.0", text));
  constexpr std::uint64_t kLargest = 1000;
  if (!version || version->major() > kLargest || version->minor() > kLargest) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a version of Argo CD", text.substr(0, 50)))
        .hint("write it as 3.5");
  }
  const Version result(static_cast<std::uint32_t>(version->major()), static_cast<std::uint32_t>(version->minor()));
  if (result < kOldestVersion) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("Argo CD {} is too old: bundles need {} or later", result.text(), kOldestVersion.text()));
  }
  return result;
}

std::string Version::text() const { return fmt::format("{}.{}", major_, minor_); }

}  // namespace waybill::argocd
