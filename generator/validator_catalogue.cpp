#include "generator/validator_catalogue.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/suggest.h"
#include "generator/duration.h"

namespace waybill {
namespace {

const std::vector<std::string>& phases() {
  static const std::vector<std::string> kPhases{"deployment", "performance", "conformance"};
  return kPhases;
}

void require(MapReader& fields, std::string_view name, std::string_view expected, const ReadContext& context) {
  const std::string written = fields.required_text(name);
  if (!written.empty() && written != expected)
    context.error(*fields.find(name), "bad-value", fmt::format("the {} is '{}'", name, written),
                  fmt::format("write {}", expected));
}

void read_environment(MapReader& entry, const ReadContext& context) {
  const yaml::Node* list = entry.list("env");
  if (list == nullptr) return;
  for (const yaml::Node& item : list->items) {
    if (item.is_null()) continue;
    MapReader variable(item, "the variable", context);
    static_cast<void>(variable.required_text("name"));
    static_cast<void>(variable.text("value", TextKind::Block));
    variable.finish();
  }
}

void read_resources(MapReader& entry, const ReadContext& context) {
  const yaml::Node* node = entry.map("resources");
  if (node == nullptr) return;
  MapReader resources(*node, "the resources", context);
  static_cast<void>(resources.text("cpu"));
  static_cast<void>(resources.text("memory"));
  resources.finish();
}

Validator read_validator(const yaml::Node& node, const ReadContext& context) {
  MapReader fields(node, "the validator", context);
  Validator validator;
  validator.name = fields.required_text("name");
  validator.phase = fields.required_text("phase");
  validator.image = fields.required_text("image");
  validator.timeout = fields.text("timeout");
  static_cast<void>(fields.text("description", TextKind::Block));
  static_cast<void>(fields.texts("args"));
  read_environment(fields, context);
  read_resources(fields, context);
  fields.finish();
  const std::vector<std::string>& known = phases();
  if (!validator.phase.empty() && std::find(known.begin(), known.end(), validator.phase) == known.end()) {
    context.error(*node.find("phase"), "bad-value", fmt::format("'{}' is no phase", validator.phase),
                  suggestion(validator.phase, known));
  }
  if (!validator.timeout.empty()) {
    try {
      static_cast<void>(parse_duration(validator.timeout));
    } catch (const Error& error) {
      context.error(*node.find("timeout"), "bad-duration", error.message(), error.hint());
    }
  }
  return validator;
}

}  // namespace

std::vector<Validator> read_validator_catalogue(const yaml::Node& root, const ReadContext& context) {
  std::vector<Validator> validators;
  MapReader top(root, "the catalogue of validators", context);
  require(top, "apiVersion", "aicr.nvidia.com/v1", context);
  require(top, "kind", "ValidatorCatalog", context);
  if (const yaml::Node* node = top.map("metadata")) {
    MapReader metadata(*node, "the metadata", context);
    static_cast<void>(metadata.text("name"));
    static_cast<void>(metadata.text("version"));
    metadata.finish();
  }
  std::set<std::string, std::less<>> names;
  if (const yaml::Node* list = top.list("validators")) {
    for (const yaml::Node& item : list->items) {
      if (item.is_null()) continue;
      Validator validator = read_validator(item, context);
      if (!validator.name.empty() && !names.insert(validator.name).second)
        context.error(item, "duplicate-name", fmt::format("the validator '{}' appears twice", validator.name),
                      "rename one of them");
      validators.push_back(std::move(validator));
    }
  }
  top.finish();
  return validators;
}

}  // namespace waybill
