#pragma once
// Which Argo CD a bundle is written for, and which fields that release knows (spec: argocd-and-gitops 1.1). A field
// that the release does not know would be refused by server-side apply, so it is left out.
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace waybill::argocd {

class Version {
 public:
  // Throws InvalidInput unless the text is MAJOR.MINOR or MAJOR.MINOR.PATCH, with or without "v", and at least 3.1:
  // earlier releases cannot read a bundle from an OCI registry.
  [[nodiscard]] static Version parse(std::string_view text);
  constexpr Version(std::uint32_t major, std::uint32_t minor) noexcept : major_(major), minor_(minor) {}

  [[nodiscard]] std::string text() const;  // "3.5"
  // spec.syncPolicy.retry.refresh: a retry uses the newest revision.
  [[nodiscard]] constexpr bool has_retry_refresh() const noexcept { return *this >= Version(3, 2); }
  // strategy.deletionOrder of an ApplicationSet.
  [[nodiscard]] constexpr bool has_deletion_order() const noexcept { return *this >= Version(3, 2); }
  // Hooks that run before an Application is deleted.
  [[nodiscard]] constexpr bool has_pre_delete_hooks() const noexcept { return *this >= Version(3, 3); }
  constexpr auto operator<=>(const Version&) const noexcept = default;

 private:
  std::uint32_t major_;
  std::uint32_t minor_;
};

inline constexpr Version kOldestVersion{3, 1};
inline constexpr Version kDefaultVersion{3, 5};

}  // namespace waybill::argocd
