#pragma once
// Reads and checks what a catalogue's files say; Catalogue keeps the result.
#include <cstdint>
#include <vector>

#include "core/diagnostics.h"
#include "generator/layered_files.h"
#include "generator/overlay.h"
#include "generator/recipe.h"
#include "generator/registry.h"

namespace waybill {

struct CatalogueContent {
  CatalogueId id;
  Overlay base;
  std::vector<Overlay> overlays;        // by name
  std::vector<RegistryEntry> registry;  // in file order, lower layers first
};

// Of overlays but the base: everything, or only what selection needs (name, parent, criteria), if the rest can be
// trusted and is read when it is needed.
enum class OverlayParts : bool { All, Head };

// Every problem goes to `diagnostics`; the content is sound only if there is no error among them.
[[nodiscard]] CatalogueContent load_content(const LayeredFiles& files, OverlayParts parts, Diagnostics& diagnostics);

// The whole of an overlay that load_content has read in part, by Overlay::source.
[[nodiscard]] Overlay read_overlay_file(const LayeredFiles& files, std::uint32_t source);

}  // namespace waybill
