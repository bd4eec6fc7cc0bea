#pragma once
// The catalogue that is built into the program: the files of recipes/, as they were when it was compiled.
//
//   Catalogue catalogue = Catalogue::load({embedded_catalogue()});
//
// The bytes lie in read-only memory and cost nothing until they are read. The build (cmake/embed_files.cpp) has parsed
// the documents and computed all digests, so that a query neither parses nor hashes (docs/decisions/0015).
#include <memory>

#include "generator/catalogue_source.h"

namespace waybill {

// Always the same object, immutable and usable from every thread. Its name() is "embedded"; read() throws NotFound for
// a path that it does not hold.
[[nodiscard]] std::shared_ptr<const CatalogueSource> embedded_catalogue();

}  // namespace waybill
