#pragma once
// Checks a catalogue for those who write recipes.
#include <string>
#include <vector>

#include "app/workflow/services.h"
#include "generator/catalogue_check.h"

namespace waybill {

struct CatalogueCheckRequest {
  // The first is a catalogue of its own, or, if it has no base recipe, laid over the embedded one; the others lie over
  // it. None: the embedded catalogue.
  std::vector<std::string> folders;
  std::vector<std::string> data;        // laid over all that, later wins
  std::vector<std::string> new_values;  // "service=rke2": words of criteria that are meant
};

// Throws InvalidInput for a word that is no DIMENSION=VALUE, and what folder_source() and data_source() throw.
[[nodiscard]] CatalogueReport check_catalogue(const CatalogueCheckRequest& request, const Services& services);

// The words after --new-value. Throws InvalidInput.
[[nodiscard]] std::vector<std::pair<Dimension, std::string>> parse_new_values(const std::vector<std::string>& words);

// Whether the source has a base recipe, so that it can stand for itself.
[[nodiscard]] bool has_base(const CatalogueSource& source);

}  // namespace waybill
