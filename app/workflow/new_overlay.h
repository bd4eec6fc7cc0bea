#pragma once
// Writes the first version of an overlay for a catalogue's author.
#include <optional>
#include <string>
#include <vector>

#include "app/workflow/resolve_recipe.h"
#include "core/file_system.h"

namespace waybill {

struct NewOverlayRequest {
  std::string name;
  std::string base;
  CatalogueChoice catalogue;            // what it will lie over
  std::vector<std::string> new_values;  // as in CatalogueCheckRequest
  CriteriaWords words;
  std::string output;  // a folder; empty or "-": nothing is written
  Overwrite overwrite = Overwrite::No;
};

struct NewOverlay {
  std::string overlay;               // the document
  std::vector<std::string> written;  // files, in the order of writing
};

// Throws InvalidInput for a bad name, an unknown word or parent, and an overlay of that name that is there already
// (unless it may be overwritten); Conflict for a file that is there already.
[[nodiscard]] NewOverlay new_overlay(const NewOverlayRequest& request);

}  // namespace waybill
