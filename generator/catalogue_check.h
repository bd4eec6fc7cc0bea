#pragma once
// Finds every mistake of a catalogue in one go, for those who write recipes (docs/catalogue.md, "Checking"; the rules
// are listed in docs/catalogue-rules.md). A query looks only at what it needs, see catalogue.h.
//
//   const CatalogueReport report = check_catalogue({embedded_catalogue(), data_source("site")});
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnostics.h"
#include "generator/catalogue.h"

namespace waybill {

struct CheckOptions {
  // Values of criteria that are meant, though they are not built in.
  std::vector<std::pair<Dimension, std::string>> new_values;
};

struct CatalogueReport {
  CatalogueId catalogue;
  // By file, line, column, rule; each with file, line (at least 1) and rule. Warnings about the embedded catalogue are
  // left out where other layers lie over it.
  std::vector<Diagnostic> findings;
  std::size_t overlays = 0;    // without the base
  std::size_t components = 0;  // of the registry
  // How many different recipes were resolved, and whether these are all that there are: beyond 20,000 combinations of
  // criteria only those that some overlay names are tried.
  std::size_t targets = 0;
  bool all_targets = true;

  [[nodiscard]] std::size_t count(Severity severity) const noexcept;
};

// Throws only for layers that cannot be read at all; whatever is wrong with their contents is a finding.
[[nodiscard]] CatalogueReport check_catalogue(Catalogue::Layers layers, const CheckOptions& options = {});

}  // namespace waybill
