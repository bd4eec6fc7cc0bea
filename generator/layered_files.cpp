#include "generator/layered_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "core/rel_path.h"
#include "core/yaml/compact.h"
#include "core/yaml/reader.h"
#include "generator/registry_reader.h"

namespace waybill {
namespace {

std::string_view base_name(std::string_view path) noexcept { return path.substr(path.rfind('/') + 1); }

bool is_check(std::string_view path) noexcept { return path.find("checks/") != std::string_view::npos; }

// README files and the like may change without changing what a catalogue means.
bool matters(std::string_view path) noexcept { return is_component_file(path) || path.ends_with(".yaml"); }

}  // namespace

bool is_component_file(std::string_view path) noexcept {
  return !is_check(path) && path.find("components/") != std::string_view::npos;
}

bool may_be_overlay(std::string_view path) noexcept {
  const std::string_view name = base_name(path);
  return !is_check(path) && !is_component_file(path) && name.ends_with(".yaml") && name != kRegistryFile &&
         name != "data-v1.yaml";
}

LayeredFiles::LayeredFiles(std::vector<std::shared_ptr<const CatalogueSource>> layers) : layers_(std::move(layers)) {
  if (layers_.empty()) throw Error(ErrorCode::InvalidInput, "a catalogue needs at least one source");
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    for (std::string& path : layers_[layer]->paths()) {
      if (!RelPath::try_parse(path))
        throw Error(ErrorCode::InvalidInput, fmt::format("the path '{}' is not clean", path));
      all_.push_back({std::move(path), layer, 0, true});
    }
  }
  std::sort(all_.begin(), all_.end(),
            [](const File& a, const File& b) { return std::tie(a.path, a.layer) < std::tie(b.path, b.layer); });
  for (std::size_t i = 0; i < all_.size(); ++i) {
    all_[i].source = static_cast<std::uint32_t>(i + 1);
    all_[i].topmost = i + 1 == all_.size() || all_[i + 1].path != all_[i].path;
  }
}

const LayeredFiles::File* LayeredFiles::find(std::string_view path) const noexcept {
  const auto after = std::upper_bound(all_.begin(), all_.end(), path,
                                      [](std::string_view wanted, const File& file) { return wanted < file.path; });
  if (after == all_.begin() || std::prev(after)->path != path) return nullptr;
  return &*std::prev(after);
}

std::string LayeredFiles::display_name(const File& file) const {
  const std::string layer = layers_[file.layer]->name();
  if (layer.empty() || layer == kEmbeddedSource) return file.path;
  return layer.ends_with('/') ? layer + file.path : fmt::format("{}/{}", layer, file.path);
}

const LayeredFiles::File* LayeredFiles::by_source(std::uint32_t source) const noexcept {
  return source == 0 || source > all_.size() ? nullptr : &all_[source - 1];
}

yaml::Node LayeredFiles::parse(const File& file, std::span<const std::string_view> without) const {
  if (const std::optional<std::string_view> compact = layers_[file.layer]->compact(file.path))
    return yaml::expand(*compact, without);
  return yaml::parse(read(file), display_name(file), yaml::Documents::First);
}

Digest LayeredFiles::digest() const {
  if (layers_.size() == 1) {
    if (const std::optional<Digest> known = layers_.front()->digest()) return *known;
  }
  Sha256 hash;
  for (const File& file : all_) {
    if (!matters(file.path) || (!file.topmost && file.path != kRegistryFile)) continue;
    const CatalogueSource& source = *layers_[file.layer];
    std::optional<FileFingerprint> known = source.fingerprint(file.path);
    if (!known) {
      const std::string bytes = source.read(file.path);
      known = FileFingerprint{bytes.size(), sha256(bytes)};
    }
    hash.update(file.path);
    hash.update(std::string_view("\0", 1));
    hash.update(std::to_string(known->size));
    hash.update(std::string_view("\0", 1));
    hash.update(known->digest.hex() + "\n");
  }
  return hash.finish();
}

}  // namespace waybill
