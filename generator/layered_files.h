#pragma once
// Several catalogue sources seen as one tree: of equal paths the topmost counts. Every file of every layer has a
// number, which is what Mark::source holds.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/yaml/node.h"
#include "generator/catalogue_source.h"

namespace waybill {

class LayeredFiles {
 public:
  struct File {
    std::string path;
    std::size_t layer = 0;  // 0 is the lowest
    std::uint32_t source = 0;
    bool topmost = true;
  };

  // Lowest first. Throws InvalidInput when there is none, or when a source has an unclean path.
  explicit LayeredFiles(std::vector<std::shared_ptr<const CatalogueSource>> layers);

  // In byte order of the paths, equal paths from the lowest layer up.
  [[nodiscard]] const std::vector<File>& all() const noexcept { return all_; }
  // The topmost file of that path; null pointer when there is none. A path that is not clean ("./x", "a//b") is looked
  // up as it is and then cleaned; one that is absolute or leaves the root is never found.
  [[nodiscard]] const File* find(std::string_view path) const;
  [[nodiscard]] std::string read(const File& file) const { return layers_[file.layer]->read(file.path); }
  // The first document of a YAML file; a member of its mappings that is named in `without` may be missing, which is
  // quicker. Throws InvalidInput for what is no YAML.
  [[nodiscard]] yaml::Node parse(const File& file, std::span<const std::string_view> without = {}) const;
  // Whether all there is was parsed and checked when the program was built.
  [[nodiscard]] bool are_prepared() const { return layers_.size() == 1 && layers_.front()->digest().has_value(); }
  // The path, with the layer's name before it unless that is the embedded one.
  [[nodiscard]] std::string display_name(const File& file) const;
  // The same for a path that no layer has: it belongs into the lowest.
  [[nodiscard]] std::string display_name_of_missing(const std::string& path) const { return display_name({path}); }
  // Whether a file of the lowest layer is called so and that layer is the embedded catalogue.
  [[nodiscard]] bool is_embedded(std::string_view display_name) const;
  // The file behind a mark; null pointer for 0.
  [[nodiscard]] const File* by_source(std::uint32_t source) const noexcept;
  // sha256 over "path NUL size NUL sha256-in-hex LF" of every topmost file that can influence a result, and of every
  // layer's registry (they are merged); a function of paths and bytes alone.
  [[nodiscard]] Digest digest() const;

 private:
  [[nodiscard]] const File* find_exactly(std::string_view path) const noexcept;

  std::vector<std::shared_ptr<const CatalogueSource>> layers_;
  std::vector<File> all_;
};

// A health check: never read for a recipe (spec: recipe-engine 1.2).
[[nodiscard]] bool is_check_file(std::string_view path) noexcept;
// A value file, manifest or other file of a component: never an overlay (spec: recipe-engine 1.2).
[[nodiscard]] bool is_component_file(std::string_view path) noexcept;
// A file or folder on its way begins with a dot.
[[nodiscard]] bool is_hidden(std::string_view path) noexcept;
// Whether a walk folder by folder, entries in byte order, reaches `path` after `other` (spec: recipe-engine 7.4).
[[nodiscard]] bool comes_after(std::string_view path, std::string_view other) noexcept;
// The base recipe: base.yaml in a folder overlays.
[[nodiscard]] bool is_base_file(std::string_view path) noexcept;
// A YAML file that may be an overlay.
[[nodiscard]] bool may_be_overlay(std::string_view path) noexcept;

}  // namespace waybill
