#pragma once
// The rules of merging in which releases of aicr differ, in one place. Today there is one dialect, that of v0.11.1;
// later ones keep only maximal leaves, merge overrides deeply and unite validation phases (spec: recipe-engine,
// appendix E).
#include <cstddef>
#include <optional>
#include <utility>

#include "core/value.h"
#include "generator/overlay.h"
#include "generator/validation.h"

namespace waybill {

struct OverlayMatch {
  const Overlay* overlay;
  std::size_t chain_length;
};

struct Dialect {
  // Whether `a` is applied before `b`: fewer fields that are not the word "any" first (an omitted field counts, as it
  // does in aicr), then fewer that really restrict, then the shorter chain, then the name: a total order.
  [[nodiscard]] static bool before(const OverlayMatch& a, const OverlayMatch& b) noexcept;
  // What of that order comes before chain and name: overlays of one rank are equally specific.
  [[nodiscard]] static std::pair<int, int> rank(const Overlay& overlay) noexcept;
  // Top-level keys of `over` replace those of `base` whole.
  static void merge_overrides(Value& base, const Value& over);
  // Phases of `over` replace those of `base` whole; checks are never united.
  static void merge_validation(std::optional<Validation>& base, const std::optional<Validation>& over);
};

}  // namespace waybill
