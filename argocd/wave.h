#pragma once
// Sync waves: the annotation that orders Applications under the root (spec: argocd-and-gitops 1.7). A wave is the depth
// in the dependency graph with room between, so components of one depth roll out together and their manifests find a
// place:
//
//   depth d: manifests that the chart needs 10d-2 | chart 10d | custom resources that need the chart 10d+5 | next depth
//   10d+8 …
#include <cstdint>
#include <optional>

#include "core/value.h"
#include "generator/manifest_objects.h"

namespace waybill::argocd {

inline constexpr const char* kSyncWave = "argocd.argoproj.io/sync-wave";

// What an object's annotation says; nullopt when there is none, or no whole number in it.
[[nodiscard]] std::optional<int> sync_wave(const Value& object);

[[nodiscard]] constexpr std::int64_t chart_wave(std::uint32_t depth) noexcept { return std::int64_t{depth} * 10; }
[[nodiscard]] std::int64_t manifests_wave(std::uint32_t depth, ManifestPlacement placement) noexcept;

}  // namespace waybill::argocd
