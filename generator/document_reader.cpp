#include "generator/document_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/suggest.h"

namespace waybill {
namespace {

// What a node is, with its article.
std::string kind_of(const yaml::Node& node) {
  switch (node.kind) {
    case yaml::Kind::Map:
      return "a mapping";
    case yaml::Kind::List:
      return "a list";
    case yaml::Kind::Scalar:
      break;
  }
  const Value value = node.to_value();
  if (value.is_null() || value.is_string()) return std::string(value.kind_name());
  return fmt::format("{} {}", value.is_int() ? "an" : "a", value.kind_name());
}

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// A key as it may be shown: hostile files put terminal sequences there.
std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  std::string shown(text.substr(0, kLongest));
  std::replace_if(shown.begin(), shown.end(), is_control, '?');
  return shown;
}

// The words that YAML 1.1 takes for booleans and go-yaml still does where one is expected.
std::optional<bool> old_boolean(std::string_view word) noexcept {
  for (const std::string_view yes : {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"}) {
    if (word == yes) return true;
  }
  for (const std::string_view no : {"n", "N", "no", "No", "NO", "off", "Off", "OFF"}) {
    if (word == no) return false;
  }
  return std::nullopt;
}

// One letter too many, too few, wrong, or swapped with its neighbour: what is meant is beyond doubt.
bool is_slip_of(std::string_view word, std::string_view name) noexcept {
  while (!word.empty() && !name.empty() && word.front() == name.front()) {
    word.remove_prefix(1);
    name.remove_prefix(1);
  }
  while (!word.empty() && !name.empty() && word.back() == name.back()) {
    word.remove_suffix(1);
    name.remove_suffix(1);
  }
  const bool swapped = word.size() == 2 && name.size() == 2 && word[0] == name[1] && word[1] == name[0];
  return swapped || (word.size() <= 1 && name.size() <= 1);
}

// A number with a fraction that go-yaml cuts to a whole one.
bool is_cuttable(const Value& value) noexcept {
  constexpr double kTooLarge = 9.2e18;
  return value.is_double() && value.as_double() > -kTooLarge && value.as_double() < kTooLarge;
}

}  // namespace

std::string read_text(const yaml::Node& node, std::string_view what, const ReadContext& context, TextKind kind) {
  if (node.kind != yaml::Kind::Scalar) {
    context.error(node, "wrong-type", fmt::format("{} must be text, not {}", what, kind_of(node)));
    return {};
  }
  if (node.is_null()) return {};
  const auto forbidden = [&](char c) {
    return is_control(c) && !(kind == TextKind::Block && (c == '\n' || c == '\t'));
  };
  if (std::any_of(node.text.begin(), node.text.end(), forbidden)) {
    context.error(node, "control-character", fmt::format("{} holds control characters", what));
    return {};
  }
  const bool is_text = node.to_value().is_string();
  if (!is_text || yaml::is_lossy(node)) {
    const std::string message =
        is_text ? fmt::format("{} must be text, and some readers take '{}' for something else", what, node.text)
                : fmt::format("{} must be text, and '{}' is {}", what, node.text, kind_of(node));
    context.doubt(node, "unquoted-text", message, fmt::format("write \"{}\" in quotes", node.text));
  }
  return node.text;
}

MapReader::MapReader(const yaml::Node& node, std::string what, const ReadContext& context)
    : node_(node), what_(std::move(what)), context_(context) {
  if (node.kind != yaml::Kind::Map && !node.is_null())
    context.error(node, "wrong-type", fmt::format("{} must be a mapping, not {}", what_, kind_of(node)));
}

std::string MapReader::describe(std::string_view name) const { return fmt::format("'{}' of {}", name, what_); }

const yaml::Node* MapReader::find(std::string_view name) {
  ignore(name);
  const yaml::Node* field = node_.kind == yaml::Kind::Map ? node_.find(name) : nullptr;
  return field == nullptr || field->is_null() ? nullptr : field;
}

void MapReader::ignore(std::string_view name) {
  if (std::find(known_.begin(), known_.end(), name) == known_.end()) known_.emplace_back(name);
}

const yaml::Node* MapReader::of_kind(std::string_view name, yaml::Kind kind, std::string_view expected) {
  const yaml::Node* field = find(name);
  if (field == nullptr || field->kind == kind) return field;
  context_.error(*field, "wrong-type",
                 fmt::format("{} must be a {}, not {}", describe(name), expected, kind_of(*field)));
  return nullptr;
}

const yaml::Node* MapReader::map(std::string_view name) { return of_kind(name, yaml::Kind::Map, "mapping"); }
const yaml::Node* MapReader::list(std::string_view name) { return of_kind(name, yaml::Kind::List, "list"); }

std::string MapReader::text(std::string_view name, TextKind kind) {
  const yaml::Node* field = find(name);
  return field == nullptr ? std::string() : read_text(*field, describe(name), context_, kind);
}

bool MapReader::is_missing(const yaml::Node* field) const noexcept {
  return field == nullptr || (field->kind == yaml::Kind::Scalar && field->text.empty());
}

std::string MapReader::required_text(std::string_view name) {
  const yaml::Node* field = find(name);
  if (!is_missing(field)) return read_text(*field, describe(name), context_);
  context_.error(field == nullptr ? node_ : *field, "missing-field", fmt::format("{} is missing", describe(name)));
  return {};
}

std::string MapReader::wanted_text(std::string_view name) {
  const yaml::Node* field = find(name);
  if (!is_missing(field)) return read_text(*field, describe(name), context_);
  context_.doubt(field == nullptr ? node_ : *field, "missing-field", fmt::format("{} is missing", describe(name)));
  return {};
}

bool MapReader::boolean(std::string_view name) {
  const yaml::Node* field = of_kind(name, yaml::Kind::Scalar, "boolean");
  if (field == nullptr) return false;
  const Value value = field->to_value();
  if (value.is_bool()) return value.as_bool();
  if (const std::optional<bool> word = old_boolean(value.is_string() ? value.as_string() : "")) {
    context_.doubt(*field, "wrong-type", fmt::format("{} must be true or false, not '{}'", describe(name), field->text),
                   fmt::format("write {}", *word));
    return *word;
  }
  context_.error(*field, "wrong-type",
                 fmt::format("{} must be true or false, not {}", describe(name), kind_of(*field)));
  return false;
}

std::int64_t MapReader::natural(std::string_view name) {
  const yaml::Node* field = of_kind(name, yaml::Kind::Scalar, "number");
  if (field == nullptr) return 0;
  const Value value = field->to_value();
  const auto* number = std::get_if<std::int64_t>(&value.data());
  std::int64_t whole = 0;
  if (number == nullptr && is_cuttable(value)) {
    whole = static_cast<std::int64_t>(value.as_double());
    number = &whole;
    context_.doubt(*field, "wrong-type", fmt::format("{} must be a whole number, not {}", describe(name), field->text),
                   fmt::format("write {}", whole));
  }
  if (number == nullptr) {
    context_.error(*field, "wrong-type",
                   fmt::format("{} must be a whole number, not {}", describe(name), kind_of(*field)));
    return 0;
  }
  if (*number < 0) {
    context_.error(*field, "out-of-range", fmt::format("{} cannot be negative: {}", describe(name), *number));
    return 0;
  }
  return *number;
}

std::vector<std::string> MapReader::texts(std::string_view name) {
  std::vector<std::string> result;
  const yaml::Node* field = list(name);
  if (field == nullptr) return result;
  for (const yaml::Node& item : field->items) {
    if (item.is_null()) continue;
    result.push_back(read_text(item, fmt::format("an entry of {}", describe(name)), context_));
  }
  return result;
}

Value MapReader::data(std::string_view name) {
  const yaml::Node* field = map(name);
  return field == nullptr ? Value() : field->to_value(context_.source);
}

void MapReader::finish() {
  if (node_.kind != yaml::Kind::Map) return;
  for (const auto& [key, value] : node_.members) {
    if (std::find(known_.begin(), known_.end(), key.text) != known_.end()) continue;
    const std::string message = fmt::format("{} has no field '{}'", what_, printable(key.text));
    const std::string hint = suggestion(key.text, known_);
    if (std::any_of(known_.begin(), known_.end(), [&](const auto& name) { return is_slip_of(key.text, name); })) {
      context_.error(key, "unknown-field", message, hint);
    } else {
      context_.doubt(key, "unknown-field", message, hint);
    }
  }
}

}  // namespace waybill
