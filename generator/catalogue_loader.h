#pragma once
// Reads and checks what a catalogue's files say; Catalogue keeps the result.
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/diagnostics.h"
#include "generator/document_reader.h"
#include "generator/layered_files.h"
#include "generator/overlay.h"
#include "generator/recipe.h"
#include "generator/registry.h"

namespace waybill {

inline constexpr std::string_view kCatalogueInfoFile = "catalogue.yaml";

struct CatalogueContent {
  CatalogueId id;
  Overlay base;
  std::vector<Overlay> overlays;        // by name
  std::vector<RegistryEntry> registry;  // in file order, lower layers first
};

// Of overlays but the base: everything, or only what selection needs (name, parent, criteria), if the rest can be
// trusted and is read when it is needed.
enum class OverlayParts : bool { All, Head };

// Every problem goes to `diagnostics`; the content is sound only if there is no error among them. What overlays refer
// to (parents, files, components) is not looked up.
[[nodiscard]] CatalogueContent load_content(const LayeredFiles& files, OverlayParts parts, ReadContext::Doubts doubts,
                                            Diagnostics& diagnostics);

// The whole of an overlay that load_content has read in part, by Overlay::source.
[[nodiscard]] Overlay read_overlay_file(const LayeredFiles& files, std::uint32_t source);

}  // namespace waybill
