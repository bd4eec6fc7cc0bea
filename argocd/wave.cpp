#include "argocd/wave.h"

#include "generator/annotations.h"

namespace waybill::argocd {

std::optional<int> sync_wave(const Value& object) {
  const Value* annotations = annotations_of(object);
  return annotations == nullptr ? std::nullopt : whole_number(annotations->text_or(kSyncWave, ""));
}

std::int64_t manifests_wave(std::uint32_t depth, ManifestPlacement placement) noexcept {
  // A dependent's Before (10d+8) must come after its dependency's After (10d+5).
  constexpr std::int64_t kBefore = -2;
  constexpr std::int64_t kAfter = 5;
  if (placement == ManifestPlacement::Before) return chart_wave(depth) + kBefore;
  if (placement == ManifestPlacement::After) return chart_wave(depth) + kAfter;
  return chart_wave(depth);
}

}  // namespace waybill::argocd
