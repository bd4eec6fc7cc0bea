#include "generator/dialect.h"

#include <tuple>

namespace waybill {
namespace {

// aicr's score: an omitted field is not "any" and counts (spec: recipe-engine 3.3, B1).
int score(const Overlay& overlay) noexcept {
  int count = overlay.nodes != 0 ? 1 : 0;
  for (const std::string& value : *overlay.criteria) count += value == kAny ? 0 : 1;
  return count;
}

int restrictions(const Overlay& overlay) noexcept {
  int count = overlay.nodes != 0 ? 1 : 0;
  for (const std::string& value : *overlay.criteria) count += value.empty() || value == kAny ? 0 : 1;
  return count;
}

}  // namespace

bool Dialect::before(const OverlayMatch& a, const OverlayMatch& b) noexcept {
  const auto key = [](const OverlayMatch& match) {
    return std::tuple(rank(*match.overlay), match.chain_length, std::string_view(match.overlay->name));
  };
  return key(a) < key(b);
}

std::pair<int, int> Dialect::rank(const Overlay& overlay) noexcept { return {score(overlay), restrictions(overlay)}; }

void Dialect::merge_overrides(Value& base, const Value& over) {
  if (!over.is_map()) return;
  for (const auto& [key, value] : over.members()) base.set(key, value);
}

void Dialect::merge_validation(std::optional<Validation>& base, const std::optional<Validation>& over) {
  if (!over) return;
  if (!base) base.emplace();
  for (const auto& [name, member] : kValidationPhases) {
    if ((*over).*member) (*base).*member = (*over).*member;
  }
}

}  // namespace waybill
