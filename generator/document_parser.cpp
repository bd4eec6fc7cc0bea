#include "generator/document_parser.h"

#include <string>
#include <utility>

#include "core/json/reader.h"
#include "core/value.h"
#include "core/yaml/reader.h"

namespace waybill {
namespace {

yaml::Node scalar(std::string text, bool plain, std::uint32_t line) {
  yaml::Node node;
  node.text = std::move(text);
  node.plain = plain;
  node.line = line;
  return node;
}

// JSON in the shape that the reader of documents takes. Only lines are known.
yaml::Node to_node(const Value& value) {
  const std::uint32_t line = value.mark().line;
  yaml::Node node = scalar({}, true, line);
  if (value.is_map()) {
    node.kind = yaml::Kind::Map;
    for (const auto& [key, member] : value.members())
      node.members.emplace_back(scalar(key, false, member.mark().line), to_node(member));
  } else if (value.is_list()) {
    node.kind = yaml::Kind::List;
    for (const Value& item : value.items()) node.items.push_back(to_node(item));
  } else if (value.is_string()) {
    node = scalar(value.as_string(), false, line);
  } else if (value.is_bool()) {
    node.text = value.as_bool() ? "true" : "false";
  } else if (value.is_double()) {
    node.text = shortest(value.as_double());
  } else if (value.is_int()) {
    const auto* small = std::get_if<std::int64_t>(&value.data());
    node.text = small != nullptr ? std::to_string(*small) : std::to_string(std::get<std::uint64_t>(value.data()));
  }
  return node;
}

}  // namespace

bool is_json(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

yaml::Node parse_document(std::string_view text, std::string_view name) {
  return is_json(text) ? to_node(json::parse(text, name)) : yaml::parse(text, name);
}

}  // namespace waybill
