#pragma once
// First versions of an author's files, with comments that say what to write next.
#include <string>

#include "generator/criteria.h"

namespace waybill {

struct OverlayDraft {
  std::string name;
  std::string base;  // empty: the base recipe
  Criteria criteria;
};

// Sound by itself: it passes check_catalogue() over any catalogue that passes and has its parent.
[[nodiscard]] std::string scaffold_overlay(const OverlayDraft& draft);
// A registry without components, which every folder for --data needs.
[[nodiscard]] std::string scaffold_registry();

}  // namespace waybill
