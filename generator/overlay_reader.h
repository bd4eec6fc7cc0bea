#pragma once
// Reads an overlay document (kind RecipeMetadata, spec: recipe-engine 1.4).
#include <vector>

#include "core/yaml/node.h"
#include "generator/component_reader.h"
#include "generator/document_reader.h"
#include "generator/overlay.h"

namespace waybill {

inline constexpr std::string_view kOverlayKind = "RecipeMetadata";

struct OverlayDocument {
  Overlay overlay;
  std::vector<Reference> references;
};

// Problems go to the context's diagnostics; what could be read comes back. A missing name is the caller's business: the
// base recipe needs none.
[[nodiscard]] OverlayDocument read_overlay(const yaml::Node& root, const ReadContext& context);

}  // namespace waybill
