#include "generator/document_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
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

// The words besides true and false that aicr's reader takes for a boolean, quoted or not (spec: recipe-engine A.3).
std::optional<bool> boolean_word(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 8> kTrue{"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"};
  static constexpr std::array<std::string_view, 8> kFalse{"n", "N", "no", "No", "NO", "off", "Off", "OFF"};
  if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end()) return false;
  return std::nullopt;
}

// An integer, or a float cut towards zero.
std::optional<std::int64_t> whole_number(const Value& value) noexcept {
  if (const auto* number = std::get_if<std::int64_t>(&value.data())) return *number;
  const auto* number = std::get_if<double>(&value.data());
  constexpr double kLimit = 9.2e18;
  if (number == nullptr || !(*number > -kLimit && *number < kLimit)) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_forbidden(char c, TextKind kind) noexcept {
  return is_control(c) && !(kind == TextKind::Block && (c == '\n' || c == '\t'));
}

// A text that read_text has nothing to say about.
bool is_sound_text(const yaml::Node& node, TextKind kind) {
  return node.kind == yaml::Kind::Scalar && !node.text.empty() &&
         std::none_of(node.text.begin(), node.text.end(), [kind](char c) { return is_forbidden(c, kind); }) &&
         node.is_text() && !yaml::is_lossy(node);
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  std::string shown(text.substr(0, kLongest));
  std::replace_if(shown.begin(), shown.end(), is_control, '?');
  return shown;
}

std::string read_text(const yaml::Node& node, std::string_view what, const ReadContext& context, TextKind kind) {
  if (node.kind != yaml::Kind::Scalar) {
    context.error(node, "wrong-type", fmt::format("{} must be text, not {}", what, kind_of(node)));
    return {};
  }
  if (node.is_null()) return {};
  if (std::any_of(node.text.begin(), node.text.end(), [kind](char c) { return is_forbidden(c, kind); })) {
    context.error(node, "control-character", fmt::format("{} holds control characters", what));
    return {};
  }
  const bool is_text = node.is_text();
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
  if (field == nullptr) return {};
  // Nearly every text is sound, and then nobody needs the words for it.
  return is_sound_text(*field, kind) ? field->text : read_text(*field, describe(name), context_, kind);
}

std::string MapReader::required_text(std::string_view name) {
  const yaml::Node* field = find(name);
  if (field == nullptr || (field->kind == yaml::Kind::Scalar && field->text.empty())) {
    context_.error(field == nullptr ? node_ : *field, "missing-field", fmt::format("{} is missing", describe(name)));
    return {};
  }
  return is_sound_text(*field, TextKind::Line) ? field->text : read_text(*field, describe(name), context_);
}

std::string MapReader::wanted_text(std::string_view name) {
  std::string value = text(name);
  if (value.empty()) context_.doubt(node_, "missing-field", fmt::format("{} is missing", describe(name)));
  return value;
}

bool MapReader::boolean(std::string_view name) {
  const yaml::Node* field = of_kind(name, yaml::Kind::Scalar, "boolean");
  if (field == nullptr) return false;
  const Value value = field->to_value();
  if (value.is_bool()) return value.as_bool();
  if (const std::optional<bool> word = boolean_word(field->text)) {
    context_.doubt(*field, "odd-boolean", fmt::format("{} is written as '{}'", describe(name), field->text),
                   *word ? "write true" : "write false");
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
  const std::optional<std::int64_t> number = whole_number(value);
  if (number && !value.is_int())
    context_.doubt(*field, "fraction", fmt::format("{} has a fraction: {}", describe(name), field->text),
                   fmt::format("write {}", *number));
  if (!number) {
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
    result.push_back(is_sound_text(item, TextKind::Line)
                         ? item.text
                         : read_text(item, fmt::format("an entry of {}", describe(name)), context_));
  }
  return result;
}

FreeData MapReader::free_data(std::string_view name) {
  const yaml::Node* field = map(name);
  return field == nullptr ? FreeData() : read_free_data(*field, context_.source);
}

void MapReader::finish() {
  if (node_.kind != yaml::Kind::Map) return;
  for (const auto& [key, value] : node_.members) {
    if (std::find(known_.begin(), known_.end(), key.text) != known_.end()) continue;
    context_.doubt(key, "unknown-field", fmt::format("{} has no field '{}'", what_, printable(key.text)),
                   suggestion(key.text, known_));
  }
}

}  // namespace waybill
