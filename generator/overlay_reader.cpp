#include "generator/overlay_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/suggest.h"
#include "generator/field_rules.h"

namespace waybill {
namespace {

// A criterion must be written as queries are normalised, or it could never match (spec: recipe-engine, B11). A value
// that is not built in is a new one, unless it looks like a slip of the pen: that is worth a warning.
std::string read_criterion(MapReader& fields, Dimension dimension, const ReadContext& context) {
  const std::string_view name = to_string(dimension);
  std::string value = fields.text(name);
  if (value.empty() || value == kAny) return value;
  const yaml::Node& node = *fields.find(name);
  const std::string normalized = Criteria::normalized(dimension, value);
  if (normalized != value) {
    context.error(node, "bad-value", fmt::format("'{}' never matches: queries say '{}'", value, normalized),
                  fmt::format("write {}", normalized));
    return value;
  }
  if (!is_plain_word(value)) {
    context.error(node, "bad-value", fmt::format("'{}' is no valid {}", value, name),
                  "letters, digits, '.', '_' and '-'");
    return value;
  }
  const std::vector<std::string>& known = Criteria::built_in(dimension);
  if (std::find(known.begin(), known.end(), value) == known.end()) {
    if (const std::string near = nearest(value, known); !near.empty())
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

void read_metadata(MapReader& document, Overlay& overlay, const ReadContext& context) {
  const yaml::Node* node = document.map("metadata");
  if (node == nullptr) return;
  MapReader fields(*node, "the metadata", context);
  overlay.name = fields.text("name");
  for (const std::string_view ignored : {"description", "labels", "annotations"}) fields.ignore(ignored);
  fields.finish();
  if (!overlay.name.empty() && !is_plain_word(overlay.name)) {
    context.doubt(*node->find("name"), "bad-value", fmt::format("'{}' is no valid name of an overlay", overlay.name),
                  "letters, digits, '.', '_' and '-'");
  }
}

}  // namespace

OverlayDocument read_overlay(const yaml::Node& root, const ReadContext& context) {
  OverlayDocument document;
  Overlay& overlay = document.overlay;
  overlay.location = context.location(root);
  overlay.source = context.source;
  MapReader top(root, "the overlay", context);
  top.ignore("kind");
  const std::string api_version = top.text("apiVersion");
  if (!api_version.empty() && api_version != kRecipeApiVersion) {
    context.warning(*top.find("apiVersion"), "api-version", fmt::format("the apiVersion is '{}'", api_version),
                    fmt::format("read as {}", kRecipeApiVersion));
  }
  read_metadata(top, overlay, context);
  if (const yaml::Node* node = top.map("spec")) {
    MapReader spec(*node, "the spec", context);
    overlay.base = spec.text("base");
    read_criteria(spec, overlay, context);
    overlay.constraints = read_constraints(spec, context);
    overlay.components = read_components(spec, context, document.references);
    overlay.validation = read_validation(spec, context);
    spec.finish();
    if (!overlay.inherits_base_only())
      document.references.push_back(
          {Reference::To::Overlay, overlay.base, overlay.name, context.location(*node->find("base"))});
  }
  top.finish();
  return document;
}

}  // namespace waybill
