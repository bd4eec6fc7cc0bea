#include "generator/value_override.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <utility>

#include "core/error.h"

namespace waybill {
namespace {

constexpr std::string_view kForm = "the form is component:path.to.field=value";

template <typename Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Only what comes back as it was typed is a number: 1.10, 007 and +1 stay text (spec: recipe-engine, B17).
Value guess(std::string_view text) {
  if (text == "true" || text == "false") return text == "true";
  if (text == "null") return nullptr;
  if (const auto number = parse_whole<std::int64_t>(text); number && std::to_string(*number) == text) return *number;
  if (text.find('.') != std::string_view::npos) {
    if (const auto number = parse_whole<double>(text); number && shortest(*number) == text) return *number;
  }
  return std::string(text);
}

std::vector<std::string> split_path(std::string_view path, std::string_view whole) {
  std::vector<std::string> keys(1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\' && i + 1 < path.size() && path[i + 1] == '.') {
      keys.back() += path[++i];
    } else if (path[i] == '.') {
      keys.emplace_back();
    } else if (path[i] == '[') {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' points into a list", whole))
          .hint("lists can only be replaced by a values file");
    } else {
      keys.back() += path[i];
    }
  }
  for (const std::string& key : keys) {
    if (key.empty())
      throw Error(ErrorCode::InvalidInput, fmt::format("a part of the path in '{}' is empty", whole))
          .hint(std::string(kForm));
  }
  return keys;
}

}  // namespace

ValueOverride parse_value_override(std::string_view text, ValueTyping typing) {
  const std::size_t colon = text.find(':');
  const std::size_t equals = colon == std::string_view::npos ? colon : text.find('=', colon + 1);
  if (colon == 0 || equals == std::string_view::npos || equals + 1 == text.size())
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' sets no value", text)).hint(std::string(kForm));
  const std::string_view value = text.substr(equals + 1);
  return {std::string(text.substr(0, colon)), split_path(text.substr(colon + 1, equals - colon - 1), text),
          typing == ValueTyping::Guess ? guess(value) : Value(value)};
}

void apply_override(const ValueOverride& change, Value& values) {
  Value* place = &values;
  for (std::size_t i = 0; i + 1 < change.path.size(); ++i) {
    Value* next = place->find(change.path[i]);
    if (next == nullptr || next->is_null()) next = &place->set(change.path[i], Value::map());
    if (!next->is_map()) {
      throw Error(ErrorCode::InvalidInput, fmt::format("cannot set a value of '{}' below '{}': it is a {}",
                                                       change.component, change.path[i], next->kind_name()));
    }
    place = next;
  }
  place->set(change.path.back(), change.value);
}

}  // namespace waybill
