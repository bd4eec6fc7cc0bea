#include "generator/overlay_places.h"

#include <algorithm>

#include "core/error.h"
#include "core/yaml/reader.h"

namespace waybill {
namespace {

constexpr std::size_t kMostDocuments = 32;

const yaml::Node* member(const yaml::Node* map, std::string_view key) noexcept {
  return map == nullptr || map->kind != yaml::Kind::Map ? nullptr : map->find(key);
}

// The last entry of that name in a list of mappings: of equal names it is the one that counts.
const yaml::Node* named(const yaml::Node* list, std::string_view name) noexcept {
  if (list == nullptr) return nullptr;
  const auto found = std::find_if(list->items.rbegin(), list->items.rend(), [&](const yaml::Node& item) {
    const yaml::Node* field = member(&item, "name");
    return field != nullptr && field->text == name;
  });
  return found == list->items.rend() ? nullptr : &*found;
}

// The node, or its scalar entry of that text.
const yaml::Node* entry_of(const yaml::Node* list, std::string_view text) noexcept {
  if (list == nullptr || text.empty()) return list;
  const auto found = std::find_if(list->items.begin(), list->items.end(), [&](const yaml::Node& item) {
    return item.kind == yaml::Kind::Scalar && item.text == text;
  });
  return found == list->items.end() ? list : &*found;
}

SourceLocation at(const std::string& file, std::initializer_list<const yaml::Node*> innermost_last) {
  SourceLocation location{file, 1, 1};
  for (const yaml::Node* node : innermost_last) {
    if (node != nullptr) location = {file, node->line, node->column};
  }
  return location;
}

}  // namespace

OverlayPlaces::OverlayPlaces(const LayeredFiles& files) : files_(files) {
  for (const LayeredFiles::File& file : files.all()) by_name_.emplace(files.display_name(file), &file);
}

const yaml::Node* OverlayPlaces::document(const std::string& display_name) {
  if (const auto known = documents_.find(display_name); known != documents_.end()) return &known->second;
  const auto file = by_name_.find(display_name);
  if (file == by_name_.end()) return nullptr;
  try {
    if (documents_.size() >= kMostDocuments) documents_.clear();
    return &documents_
                .emplace(display_name, yaml::parse(files_.read(*file->second), display_name, yaml::Documents::First))
                .first->second;
  } catch (const Error&) {
    return nullptr;  // such a file has a finding of its own
  }
}

const yaml::Node* OverlayPlaces::spec_of(const std::string& display_name) {
  return member(document(display_name), "spec");
}

SourceLocation OverlayPlaces::spec(const Overlay& overlay, std::string_view field, std::string_view inner) {
  const yaml::Node* spec = spec_of(overlay.location.file);
  const yaml::Node* node = member(spec, field);
  return at(overlay.location.file, {spec, node, member(node, inner)});
}

SourceLocation OverlayPlaces::constraint(const Overlay& overlay, std::string_view name, std::string_view field) {
  const yaml::Node* list = member(spec_of(overlay.location.file), "constraints");
  const yaml::Node* node = named(list, name);
  return at(overlay.location.file, {list, node, member(node, field)});
}

SourceLocation OverlayPlaces::component(const Overlay& overlay, std::string_view name, std::string_view field,
                                        std::string_view entry) {
  const yaml::Node* list = member(spec_of(overlay.location.file), "componentRefs");
  const yaml::Node* node = named(list, name);
  const yaml::Node* value = member(node, field);
  return at(overlay.location.file, {list, node, value, entry_of(value, entry)});
}

SourceLocation OverlayPlaces::component(Mark origin, std::string_view name, std::string_view field,
                                        std::string_view entry) {
  const LayeredFiles::File* file = files_.by_source(origin.source);
  if (file == nullptr) return {};
  Overlay overlay;
  overlay.location.file = files_.display_name(*file);
  const SourceLocation found = component(overlay, name, field, entry);
  return found.line == 1 ? SourceLocation{found.file, origin.line, 1} : found;
}

SourceLocation OverlayPlaces::phase(const Overlay& overlay, std::string_view phase, std::string_view field,
                                    std::string_view entry) {
  const yaml::Node* node = member(member(spec_of(overlay.location.file), "validation"), phase);
  const yaml::Node* value = member(node, field);
  const yaml::Node* by_name = field == "constraints" ? named(value, entry) : nullptr;
  return at(overlay.location.file, {node, value, by_name == nullptr ? entry_of(value, entry) : by_name});
}

SourceLocation OverlayPlaces::registry_entry(Mark origin) const {
  const LayeredFiles::File* file = files_.by_source(origin.source);
  return file == nullptr ? SourceLocation{} : SourceLocation{files_.display_name(*file), origin.line, 1};
}

}  // namespace waybill
