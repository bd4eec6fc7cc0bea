#include "generator/catalogue.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/suggest.h"
#include "generator/catalogue_loader.h"
#include "generator/layered_files.h"
#include "generator/overlay_index.h"
#include "generator/overlay_places.h"

namespace waybill {

struct Catalogue::State {
  explicit State(Layers layers) : files(std::move(layers)) {}
  [[nodiscard]] const LayeredFiles::File& require(std::string_view path) const {
    if (const LayeredFiles::File* file = files.find(path)) return *file;
    std::vector<std::string> paths;
    for (const LayeredFiles::File& candidate : files.all()) paths.push_back(candidate.path);
    const std::string near = nearest(path, paths);
    throw Error(ErrorCode::NotFound, fmt::format("the catalogue has no file '{}'", path))
        .hint(near.empty() ? "" : fmt::format("did you mean '{}'?", near));
  }

  LayeredFiles files;
  CatalogueContent content;  // without its overlays
  OverlayIndex overlays;
  std::map<std::string_view, const RegistryEntry*> components;
  std::vector<Diagnostic> warnings;
};

Catalogue::Catalogue(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue& Catalogue::operator=(Catalogue&&) noexcept = default;
Catalogue::~Catalogue() = default;

Catalogue Catalogue::load(Layers layers) {
  auto state = std::make_unique<State>(std::move(layers));
  Diagnostics diagnostics;
  const OverlayParts parts = state->files.are_prepared() ? OverlayParts::Head : OverlayParts::All;
  state->content = load_content(state->files, parts, ReadContext::Doubts::Warning, diagnostics);
  diagnostics.throw_if_errors();
  OverlayIndex::Complete complete;
  if (parts == OverlayParts::Head)
    complete = [&files = state->files](const Overlay& head) { return read_overlay_file(files, head.source); };
  state->overlays = OverlayIndex(std::move(state->content.overlays), std::move(complete));
  for (const RegistryEntry& entry : state->content.registry) state->components.emplace(entry.name, &entry);
  state->warnings = diagnostics.all();
  return Catalogue(std::move(state));
}

const CatalogueId& Catalogue::id() const noexcept { return state_->content.id; }
const Overlay& Catalogue::base() const noexcept { return state_->content.base; }
const std::vector<Overlay>& Catalogue::overlays() const { return state_->overlays.all(); }
const std::vector<RegistryEntry>& Catalogue::registry() const noexcept { return state_->content.registry; }
const std::vector<Diagnostic>& Catalogue::warnings() const noexcept { return state_->warnings; }

const Overlay* Catalogue::find_overlay(std::string_view name) const { return state_->overlays.find(name); }
std::vector<const Overlay*> Catalogue::matching_overlays(const Criteria& query) const {
  return state_->overlays.matching(query);
}

const RegistryEntry* Catalogue::find_component(std::string_view name) const noexcept {
  const auto found = state_->components.find(name);
  return found == state_->components.end() ? nullptr : found->second;
}

std::vector<std::string> Catalogue::used_values(Dimension dimension) const {
  std::set<std::string> values;
  for (const Overlay& overlay : state_->overlays.heads()) {
    if (!overlay.criteria) continue;
    const std::string& value = overlay.criteria->at(static_cast<std::size_t>(dimension));
    if (!value.empty() && value != kAny) values.insert(value);
  }
  return {values.begin(), values.end()};
}

std::string Catalogue::read(std::string_view path) const { return state_->files.read(state_->require(path)); }

bool Catalogue::contains(std::string_view path) const { return state_->files.find(path) != nullptr; }

FreeData Catalogue::read_value_file(std::string_view path) const {
  const LayeredFiles::File& file = state_->require(path);
  yaml::Node root = state_->files.parse(file);
  if (root.is_null()) return {Value::map(), {}};
  if (root.kind != yaml::Kind::Map) {
    throw Error(ErrorCode::InvalidInput, fmt::format("the value file '{}' is no mapping", path))
        .at({state_->files.display_name(file), root.line, root.column});
  }
  return read_free_data(std::move(root), file.source);
}

std::string Catalogue::display_name(std::string_view path) const {
  const LayeredFiles::File* file = state_->files.find(path);
  return file == nullptr ? std::string(path) : state_->files.display_name(*file);
}

std::string Catalogue::source_name(std::uint32_t source) const {
  const LayeredFiles::File* file = state_->files.by_source(source);
  return file == nullptr ? std::string() : state_->files.display_name(*file);
}

OverlayPlaces Catalogue::places() const { return OverlayPlaces(state_->files); }

}  // namespace waybill
