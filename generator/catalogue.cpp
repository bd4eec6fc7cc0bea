#include "generator/catalogue.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/suggest.h"
#include "core/yaml/reader.h"
#include "generator/catalogue_loader.h"
#include "generator/layered_files.h"

namespace waybill {

struct Catalogue::State {
  explicit State(Layers layers) : files(std::move(layers)) {}
  LayeredFiles files;
  CatalogueContent content;
  std::vector<Diagnostic> warnings;
};

Catalogue::Catalogue(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue& Catalogue::operator=(Catalogue&&) noexcept = default;
Catalogue::~Catalogue() = default;

Catalogue Catalogue::load(Layers layers) {
  auto state = std::make_unique<State>(std::move(layers));
  Diagnostics diagnostics;
  state->content = load_content(state->files, ReadContext::Doubts::Warning, diagnostics);
  diagnostics.throw_if_errors();
  state->warnings = diagnostics.all();
  return Catalogue(std::move(state));
}

const CatalogueId& Catalogue::id() const noexcept { return state_->content.id; }
const Overlay& Catalogue::base() const noexcept { return state_->content.base; }
const std::vector<Overlay>& Catalogue::overlays() const noexcept { return state_->content.overlays; }
const std::vector<RegistryEntry>& Catalogue::registry() const noexcept { return state_->content.registry; }
const std::vector<Diagnostic>& Catalogue::warnings() const noexcept { return state_->warnings; }

const Overlay* Catalogue::find_overlay(std::string_view name) const noexcept {
  const std::vector<Overlay>& all = overlays();
  const auto found =
      std::lower_bound(all.begin(), all.end(), name,
                       [](const Overlay& overlay, std::string_view wanted) { return overlay.name < wanted; });
  return found == all.end() || found->name != name ? nullptr : &*found;
}

const RegistryEntry* Catalogue::find_component(std::string_view name) const noexcept {
  const auto found = std::find_if(registry().begin(), registry().end(),
                                  [&](const RegistryEntry& entry) { return entry.name == name; });
  return found == registry().end() ? nullptr : &*found;
}

std::vector<std::string> Catalogue::used_values(Dimension dimension) const {
  std::set<std::string> values;
  for (const Overlay& overlay : overlays()) {
    if (!overlay.criteria) continue;
    const std::string& value = overlay.criteria->at(static_cast<std::size_t>(dimension));
    if (!value.empty() && value != kAny) values.insert(value);
  }
  return {values.begin(), values.end()};
}

std::string Catalogue::read(std::string_view path) const {
  const LayeredFiles::File* file = state_->files.find(path);
  if (file == nullptr) {
    std::vector<std::string> paths;
    for (const LayeredFiles::File& candidate : state_->files.all()) paths.push_back(candidate.path);
    const std::string near = nearest(path, paths);
    throw Error(ErrorCode::NotFound, fmt::format("the catalogue has no file '{}'", path))
        .hint(near.empty() ? "" : fmt::format("did you mean '{}'?", near));
  }
  return state_->files.read(*file);
}

bool Catalogue::contains(std::string_view path) const { return state_->files.find(path) != nullptr; }

Value Catalogue::read_values(std::string_view path) const {
  const std::string text = read(path);
  const LayeredFiles::File& file = *state_->files.find(path);
  const std::string name = state_->files.display_name(file);
  yaml::Node root = yaml::parse(text, name, yaml::Documents::First);
  if (root.is_null()) return Value::map();
  if (root.kind != yaml::Kind::Map) {
    throw Error(ErrorCode::InvalidInput, fmt::format("the value file '{}' is no mapping", path))
        .at({name, root.line, root.column});
  }
  return std::move(root).to_value(file.source);
}

std::string Catalogue::display_name(std::string_view path) const {
  const LayeredFiles::File* file = state_->files.find(path);
  return file == nullptr ? std::string(path) : state_->files.display_name(*file);
}

std::string Catalogue::source_name(std::uint32_t source) const {
  const LayeredFiles::File* file = state_->files.by_source(source);
  return file == nullptr ? std::string() : state_->files.display_name(*file);
}

}  // namespace waybill
