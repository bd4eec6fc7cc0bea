#pragma once
// Reads an overlay document (kind RecipeMetadata, spec: recipe-engine 1.4).
#include "core/yaml/node.h"
#include "generator/document_reader.h"
#include "generator/overlay.h"

namespace waybill {

inline constexpr std::string_view kOverlayKind = "RecipeMetadata";

// The base recipe needs no name of its own, always applies and has no parent.
enum class OverlayRole : bool { Base, Overlay };

// Problems go to the context's diagnostics; what could be read comes back.
[[nodiscard]] Overlay read_overlay(const yaml::Node& root, OverlayRole role, const ReadContext& context);

}  // namespace waybill
