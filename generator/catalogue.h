#pragma once
// The recipe data: registry, overlays, value files and manifests of one or several layered folders; immutable once loaded.
//
//   Catalogue catalogue = Catalogue::load({embedded_catalogue()});
//   Catalogue site = Catalogue::load({folder_source("recipes"), folder_source("site-data")});   // later wins
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.h"
#include "core/value.h"
#include "core/yaml/node.h"
#include "generator/component.h"
#include "generator/criteria.h"
#include "generator/recipe.h"

namespace waybill {

// Where catalogue files come from: the embedded data or a folder. Paths are relative with '/'.
class CatalogueSource {
 public:
  virtual ~CatalogueSource() = default;
  [[nodiscard]] virtual std::string name() const = 0;  // "embedded", or the folder as the user wrote it
  [[nodiscard]] virtual std::vector<std::string> paths() const = 0;  // sorted folder by folder, entries by name
  [[nodiscard]] virtual bool contains(std::string_view path) const = 0;
  [[nodiscard]] virtual std::string read(std::string_view path) const = 0;  // throws NotFound
};
// The folder's regular files. Throws NotFound, InvalidInput (links, special files, a path component "..", more than 10 MiB a file).
[[nodiscard]] std::unique_ptr<CatalogueSource> folder_source(const std::string& folder);

// An overlay file (kind RecipeMetadata); the base recipe is one too.
struct Overlay {
  std::string name;
  std::string base;
  std::optional<std::array<std::string, 5>> criteria;  // by Dimension, empty = not written; nullopt: never matches
  std::int64_t nodes = 0;
  std::vector<Constraint> constraints;
  std::vector<ComponentRef> components;
  std::optional<Validation> validation;
  SourceLocation location;  // its file
};

class Catalogue {
 public:
  // Layers from the lowest to the highest: a file of a later layer replaces the file of the same path; registry.yaml is merged by
  // component name. Throws InvalidInput with every problem found.
  [[nodiscard]] static Catalogue load(std::vector<std::shared_ptr<const CatalogueSource>> layers);
  Catalogue(Catalogue&&) noexcept;
  Catalogue& operator=(Catalogue&&) noexcept;
  ~Catalogue();

  [[nodiscard]] const CatalogueId& id() const noexcept;
  [[nodiscard]] const Overlay& base() const noexcept;
  [[nodiscard]] const std::vector<Overlay>& overlays() const noexcept;  // without the base, by name
  [[nodiscard]] const Overlay* find_overlay(std::string_view name) const noexcept;
  [[nodiscard]] const RegistryEntry* find_component(std::string_view name) const noexcept;
  [[nodiscard]] const std::vector<RegistryEntry>& registry() const noexcept;
  // Values of a dimension that some overlay uses.
  [[nodiscard]] std::vector<std::string> used_values(Dimension dimension) const;

  // A file of the topmost layer that has it, by its exact clean path. Throws NotFound, naming who asked through the context.
  [[nodiscard]] std::string read(std::string_view path) const;
  [[nodiscard]] bool contains(std::string_view path) const;
  // A value file as a map (an empty file is an empty map), its marks naming a source of source_name(). InvalidInput when it is no map.
  [[nodiscard]] Value read_values(std::string_view path) const;
  // The name behind Mark::source; "" for 0.
  [[nodiscard]] const std::string& source_name(std::uint32_t source) const;

 private:
  struct State;
  explicit Catalogue(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

// The recipe for a query (spec: recipe-engine 3 to 5): matching overlays in the recommended order, chains, merging, dependency
// check, order, registry defaults. `program_version` becomes metadata.version. Throws InvalidInput for missing parents,
// circular inheritance, unknown or circular dependencies.
[[nodiscard]] Recipe resolve(const Catalogue& catalogue, const Criteria& criteria, std::string_view program_version);

// The values of one component: base file, overlay's file, overrides, deep-merged (spec 4.3). Null when it has none.
[[nodiscard]] Value component_values(const Catalogue& catalogue, const ComponentRef& component);

}  // namespace waybill
