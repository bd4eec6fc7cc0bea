#pragma once
// Reads and checks what a catalogue's files say; Catalogue keeps the result.
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

// Every problem goes to `diagnostics`; the content is sound only if there is no error among them.
[[nodiscard]] CatalogueContent load_content(const LayeredFiles& files, Diagnostics& diagnostics);

}  // namespace waybill
