#pragma once
// The recipe data: registry, overlays, value files and manifests of one or several layered folders; immutable once
// loaded, so any number of threads may read it.
//
//   Catalogue catalogue = Catalogue::load({embedded_catalogue()});
//   Catalogue site = Catalogue::load({folder_source("recipes"), folder_source("site-data")});   // later wins
//
// Loading (spec: recipe-engine 1, 2, 7) accepts every folder that means something to aicr v0.11.1, and gives it that
// meaning; what is odd in it (unknown fields, names that appear twice) is a warning. Wrong types, files that are no
// YAML, and overlays that could never apply as written (section 11, B11) are errors, all of them reported together.
// What a query does not need is not looked at: references are followed when a recipe is resolved, value files and
// manifests are parsed when somebody asks for them; catalogue_check.h finds every mistake in one go. The embedded
// catalogue was read and checked when the program was built: of it, a query reads the overlays that it needs.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.h"
#include "core/value.h"
#include "generator/catalogue_source.h"
#include "generator/criteria.h"
#include "generator/free_data.h"
#include "generator/overlay.h"
#include "generator/recipe.h"
#include "generator/registry.h"

namespace waybill {

class OverlayPlaces;

class Catalogue {
 public:
  using Layers = std::vector<std::shared_ptr<const CatalogueSource>>;

  // Layers from the lowest to the highest: a file of a later layer replaces the file of the same path, an overlay the
  // one of the same name; registry.yaml is merged by component name. Throws InvalidInput with every problem found.
  [[nodiscard]] static Catalogue load(Layers layers);
  Catalogue(Catalogue&&) noexcept;
  Catalogue& operator=(Catalogue&&) noexcept;
  ~Catalogue();

  // The version is metadata.version of catalogue.yaml ("unversioned" without it); the digest covers every file that can
  // influence a result, layers applied (docs/formats.md, "Catalogue").
  [[nodiscard]] const CatalogueId& id() const noexcept;
  [[nodiscard]] const Overlay& base() const noexcept;
  // Without the base, by name. Asking for all reads those that no query has needed yet.
  [[nodiscard]] const std::vector<Overlay>& overlays() const;
  [[nodiscard]] const Overlay* find_overlay(std::string_view name) const;
  // Those that apply to the query (overlay.h), by name, without their ancestors and the base.
  [[nodiscard]] std::vector<const Overlay*> matching_overlays(const Criteria& query) const;
  [[nodiscard]] const std::vector<RegistryEntry>& registry() const noexcept;  // in file order, lower layers first
  [[nodiscard]] const RegistryEntry* find_component(std::string_view name) const noexcept;
  // Values of a dimension that some overlay uses, sorted, without "any".
  [[nodiscard]] std::vector<std::string> used_values(Dimension dimension) const;
  // What was odd but not wrong.
  [[nodiscard]] const std::vector<Diagnostic>& warnings() const noexcept;

  // A file of the topmost layer that has it; a path that is not clean is cleaned if it does not leave the catalogue.
  // Throws NotFound.
  [[nodiscard]] std::string read(std::string_view path) const;
  [[nodiscard]] bool contains(std::string_view path) const;
  // A value file as a map (an empty file is an empty map), its marks naming a source of source_name(). Throws NotFound,
  // and InvalidInput when it is no map.
  [[nodiscard]] FreeData read_value_file(std::string_view path) const;
  [[nodiscard]] Value read_values(std::string_view path) const { return read_value_file(path).value; }
  // How a file is called in messages: its path, with the layer's folder before it unless it is embedded.
  [[nodiscard]] std::string display_name(std::string_view path) const;
  // The name behind Mark::source; "" for 0.
  [[nodiscard]] std::string source_name(std::uint32_t source) const;
  // Where in the files something stands, for a complaint about it. Reads files again; the catalogue must outlive it.
  [[nodiscard]] OverlayPlaces places() const;

 private:
  struct State;
  explicit Catalogue(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace waybill
