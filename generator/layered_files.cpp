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

// README files and the like may change without changing what a catalogue means.
bool matters(std::string_view path) noexcept { return is_component_file(path) || path.ends_with(".yaml"); }

// The path without "." and empty segments, and with ".." resolved; empty when it is absolute or leaves the root.
std::string cleaned(std::string_view path) {
  if (path.starts_with('/')) return {};
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      segments.push_back(segment);
    } else if (segments.empty()) {
      return {};
    } else {
      segments.pop_back();
    }
  }
  std::string clean;
  for (const std::string_view segment : segments) {
    if (!clean.empty()) clean += '/';
    clean += segment;
  }
  return clean;
}

}  // namespace

bool is_check_file(std::string_view path) noexcept { return path.find("checks/") != std::string_view::npos; }

bool is_base_file(std::string_view path) noexcept {
  return path.find("overlays/") != std::string_view::npos && path.ends_with("/base.yaml");
}

bool is_component_file(std::string_view path) noexcept {
  return !is_check_file(path) && path.find("components/") != std::string_view::npos;
}

bool is_hidden(std::string_view path) noexcept {
  return path.starts_with('.') || path.find("/.") != std::string_view::npos;
}

bool comes_after(std::string_view path, std::string_view other) noexcept {
  // Folder by folder, entries by name: '/' sorts before every character of a name.
  return std::lexicographical_compare(other.begin(), other.end(), path.begin(), path.end(), [](char a, char b) {
    const auto rank = [](char c) { return c == '/' ? 0 : static_cast<int>(static_cast<unsigned char>(c)); };
    return rank(a) < rank(b);
  });
}

bool may_be_overlay(std::string_view path) noexcept {
  const std::string_view name = base_name(path);
  return !is_check_file(path) && !is_component_file(path) && name.ends_with(".yaml") && name != kRegistryFile &&
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

const LayeredFiles::File* LayeredFiles::find(std::string_view path) const {
  if (const File* exact = find_exactly(path)) return exact;
  const std::string clean = cleaned(path);
  return clean.empty() || clean == path ? nullptr : find_exactly(clean);
}

const LayeredFiles::File* LayeredFiles::find_exactly(std::string_view path) const noexcept {
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

bool LayeredFiles::is_embedded(std::string_view display_name) const {
  return layers_.front()->name() == kEmbeddedSource && layers_.front()->contains(display_name);
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
