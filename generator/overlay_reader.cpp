#include "generator/overlay_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "core/suggest.h"
#include "generator/component_reader.h"
#include "generator/field_rules.h"

namespace waybill {
namespace {

// Whether the words differ in digits alone: h200 is no slip of the pen for h100, but a new model.
bool differ_in_digits_only(std::string_view a, std::string_view b) {
  const auto letters = [](std::string_view word) {
    std::string rest(word);
    std::erase_if(rest, [](char c) { return c >= '0' && c <= '9'; });
    return rest;
  };
  return letters(a) == letters(b);
}

// A criterion must be written as queries are normalised, or it could never match (spec: recipe-engine, B11). A value
// that is not built in is a new one; if it looks like a slip of the pen, that is worth a warning.
std::string read_criterion(MapReader& fields, Dimension dimension, const ReadContext& context) {
  const std::string_view name = to_string(dimension);
  std::string value = fields.text(name);
  if (value.empty() || value == kAny) return value;
  const yaml::Node& node = *fields.find(name);
  const std::string normalized = Criteria::normalized(dimension, value);
  if (normalized != value) {
    context.error(node, "bad-criterion", fmt::format("'{}' never matches: queries say '{}'", value, normalized),
                  fmt::format("write {}", normalized));
    return value;
  }
  if (!is_plain_word(value)) {
    context.error(node, "bad-criterion", fmt::format("'{}' is no valid {}", value, name),
                  "letters, digits, '.', '_' and '-'");
    return value;
  }
  // A check of the catalogue asks for itself whether the value is meant.
  const std::vector<std::string>& known = Criteria::built_in(dimension);
  if (context.doubts == ReadContext::Doubts::Error || std::find(known.begin(), known.end(), value) != known.end())
    return value;
  if (const std::string near = nearest(value, known); !near.empty() && !differ_in_digits_only(value, near)) {
    context.warning(node, "new-value", fmt::format("'{}' is a new {}", value, name),
                    fmt::format("did you mean '{}'?", near));
  }
  return value;
}

void read_criteria(MapReader& spec, Overlay& overlay, const ReadContext& context) {
  const yaml::Node* node = spec.map("criteria");
  if (node == nullptr) return;
  MapReader fields(*node, "the criteria", context);
  overlay.criteria.emplace();
  for (const Dimension dimension : kDimensions)
    overlay.criteria->at(static_cast<std::size_t>(dimension)) = read_criterion(fields, dimension, context);
  overlay.nodes = fields.natural("nodes");
  fields.finish();
}

void read_metadata(MapReader& document, OverlayRole role, Overlay& overlay, const ReadContext& context) {
  const yaml::Node* node = document.map("metadata");
  if (node == nullptr) {
    if (role == OverlayRole::Overlay)
      context.error(document.node(), "missing-field", "the overlay has no metadata.name", "every overlay needs a name");
    return;
  }
  MapReader fields(*node, "the metadata", context);
  overlay.name = role == OverlayRole::Overlay ? fields.required_text("name") : fields.text("name");
  for (const std::string_view ignored : {"description", "labels", "annotations"}) fields.ignore(ignored);
  fields.finish();
  if (!overlay.name.empty() && !is_plain_word(overlay.name)) {
    context.doubt(*node->find("name"), "bad-value", fmt::format("'{}' is no valid name of an overlay", overlay.name),
                  "letters, digits, '.', '_' and '-'");
  }
}

// Of the base recipe neither parent nor criteria mean anything.
void ignore_selection(MapReader& spec, const ReadContext& context) {
  for (const std::string_view field : {"base", "criteria"}) {
    if (const yaml::Node* node = spec.find(field); node != nullptr && !(node->text.empty() && node->members.empty()))
      context.warning(*node, "no-effect", fmt::format("'{}' of the base recipe has no effect", field),
                      "the base recipe always applies");
  }
}

}  // namespace

Overlay read_overlay(const yaml::Node& root, OverlayRole role, const ReadContext& context) {
  Overlay overlay;
  overlay.location = context.location(root);
  overlay.source = context.source;
  MapReader top(root, "the overlay", context);
  top.ignore("kind");
  const std::string api_version = top.text("apiVersion");
  if (!api_version.empty() && api_version != kRecipeApiVersion) {
    context.warning(*top.find("apiVersion"), "api-version", fmt::format("the apiVersion is '{}'", api_version),
                    fmt::format("read as {}", kRecipeApiVersion));
  }
  read_metadata(top, role, overlay, context);
  if (const yaml::Node* node = top.map("spec")) {
    MapReader spec(*node, "the spec", context);
    if (role == OverlayRole::Base) {
      ignore_selection(spec, context);
    } else {
      overlay.base = spec.text("base");
      read_criteria(spec, overlay, context);
    }
    overlay.constraints = read_constraints(spec, context);
    std::vector<Reference> unused;  // what an overlay refers to is looked up where it is used
    overlay.components = read_components(spec, context, unused);
    overlay.validation = read_validation(spec, context);
    spec.finish();
  }
  top.finish();
  return overlay;
}

}  // namespace waybill
