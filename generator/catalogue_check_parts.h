#pragma once
// The parts of check_catalogue(), each a file of its own, and what they share.
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "core/diagnostics.h"
#include "generator/catalogue_check.h"
#include "generator/catalogue_loader.h"
#include "generator/layered_files.h"
#include "generator/overlay_places.h"
#include "generator/overlay_tree.h"

namespace waybill {

// References live as long as the check.
struct CatalogueCheck {
  const LayeredFiles& files;
  const CatalogueContent& content;
  const CheckOptions& options;
  const OverlayTree& tree;
  OverlayPlaces& places;
  Diagnostics& findings;
  std::vector<std::string> components;  // that the base or some overlay names, sorted
};

// Parents that do not exist, circles, overlays that no query reaches, words of criteria that nobody knows.
void check_inheritance(CatalogueCheck& check);
// Overlays that can match together, are equally specific and set something differently (spec: recipe-engine B3).
void check_ambiguity(CatalogueCheck& check);
// What the fields of overlays say: files and dependencies that exist somewhere, pinned versions, constraints that can
// be evaluated, durations.
void check_overlay_fields(CatalogueCheck& check);
// Every recipe that queries can get: dependencies, completeness, weakened constraints, manifests. Fills in the report's
// targets.
void check_targets(CatalogueCheck& check, CatalogueReport& report);
// Value files, files that nobody uses, documents that nobody reads.
void check_files(CatalogueCheck& check);
// The registry beyond what its reader asks for (spec: recipe-engine 2, D.2).
void check_registry(CatalogueCheck& check);
// validators/catalog.yaml and checks/ (spec: recipe-engine 1.5, 1.6), and the names by which overlays ask for them.
void check_validators(CatalogueCheck& check);

}  // namespace waybill
