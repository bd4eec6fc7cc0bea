#include "app/workflow/new_overlay.h"

#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "app/workflow/check_catalogue.h"
#include "core/error.h"
#include "core/suggest.h"
#include "generator/field_rules.h"
#include "generator/overlay_scaffold.h"
#include "generator/registry_reader.h"

namespace fs = std::filesystem;

namespace waybill {
namespace {

bool to_folder(const NewOverlayRequest& request) { return !request.output.empty() && request.output != "-"; }

// The catalogue that the overlay will be part of, as far as it is there.
Catalogue load_surroundings(const NewOverlayRequest& request) {
  std::shared_ptr<const CatalogueSource> folder;
  std::error_code ignored;
  if (to_folder(request) && fs::exists(request.output, ignored)) folder = folder_source(request.output);
  Catalogue::Layers layers;
  if (folder == nullptr || !has_base(*folder)) layers = catalogue_layers(request.catalogue);
  if (folder != nullptr) layers.push_back(std::move(folder));
  return Catalogue::load(std::move(layers));
}

Criteria criteria_of(const NewOverlayRequest& request, const Catalogue& catalogue) {
  const std::vector<std::pair<Dimension, std::string>> new_values = parse_new_values(request.new_values);
  Criteria criteria;
  request.words.lay_over(criteria, [&](Dimension dimension) {
    std::vector<std::string> known = catalogue.used_values(dimension);
    for (const auto& [of, value] : new_values) {
      if (of == dimension) known.push_back(value);
    }
    return known;
  });
  return criteria;
}

void check_names(const NewOverlayRequest& request, const Catalogue& catalogue) {
  if (!is_plain_word(request.name) || request.name == kBaseName) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' cannot be the name of an overlay", request.name))
        .hint(request.name == kBaseName ? "there is one base recipe, overlays/base.yaml"
                                        : "letters, digits, '.', '_' and '-', beginning with a letter or digit");
  }
  if (const Overlay* other = catalogue.find_overlay(request.name);
      other != nullptr && request.overwrite == Overwrite::No) {
    throw Error(ErrorCode::Conflict, fmt::format("there is an overlay '{}' already", request.name))
        .at(other->location)
        .hint("--force writes one that replaces it");
  }
  if (request.base.empty() || request.base == kBaseName) return;
  if (request.base == request.name)
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' cannot be based on itself", request.name));
  if (catalogue.find_overlay(request.base) == nullptr) {
    std::vector<std::string> names;
    for (const Overlay& overlay : catalogue.overlays()) names.push_back(overlay.name);
    throw Error(ErrorCode::InvalidInput, fmt::format("there is no overlay '{}' to base it on", request.base))
        .hint(suggestion(request.base, names));
  }
}

void make_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) throw system_error(failure.value(), fmt::format("cannot make the folder '{}'", folder.string()));
}

}  // namespace

NewOverlay new_overlay(const NewOverlayRequest& request) {
  const Catalogue catalogue = load_surroundings(request);
  check_names(request, catalogue);
  NewOverlay result;
  result.overlay =
      scaffold_overlay({.name = request.name, .base = request.base, .criteria = criteria_of(request, catalogue)});
  if (!to_folder(request)) return result;
  const fs::path folder(request.output);
  const fs::path overlay = folder / "overlays" / (request.name + ".yaml");
  make_folder(overlay.parent_path());
  write_file(overlay, result.overlay, request.overwrite);
  result.written.push_back(overlay.string());
  // Never replaced, also not with --force: it may hold the components of other overlays.
  if (const fs::path registry = folder / kRegistryFile; !fs::exists(registry)) {
    write_file(registry, scaffold_registry(), Overwrite::No);
    result.written.push_back(registry.string());
  }
  return result;
}

}  // namespace waybill
