#include "generator/leaves.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/json/writer.h"

namespace waybill {
namespace {

bool is_plain_key(std::string_view key) {
  return !key.empty() && std::none_of(key.begin(), key.end(), [](char c) {
    return c == '.' || c == '[' || c == ']' || c == '"' || c == '=' || c == '\\' || c == ' ' ||
           static_cast<unsigned char>(c) < 0x20;
  });
}

void collect(const Value& value, const std::string& path, Lists lists, std::vector<Leaf>& found) {
  if (value.is_map() && !value.members().empty()) {
    std::vector<const Value::Member*> members;
    for (const Value::Member& member : value.members()) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const Value::Member* a, const Value::Member* b) { return a->key < b->key; });
    for (const Value::Member* member : members) collect(member->value, member_path(path, member->key), lists, found);
  } else if (value.is_list() && !value.items().empty() && lists == Lists::ByElement) {
    for (std::size_t i = 0; i < value.items().size(); ++i)
      collect(value.items()[i], fmt::format("{}[{}]", path, i), lists, found);
  } else {
    found.push_back({path, &value});
  }
}

}  // namespace

std::vector<Leaf> leaves(const Value& tree, std::string_view prefix, Lists lists) {
  std::vector<Leaf> found;
  if (!tree.is_null()) collect(tree, std::string(prefix), lists, found);
  return found;
}

std::string member_path(std::string_view prefix, std::string_view key) {
  if (!is_plain_key(key)) return fmt::format("{}[{}]", prefix, json::write(Value(key), json::HtmlEscape::No));
  return prefix.empty() ? std::string(key) : fmt::format("{}.{}", prefix, key);
}

std::string dotted(std::string_view path) {
  std::string result;
  bool quoted = false;
  for (std::size_t at = 0; at < path.size(); ++at) {
    const char c = path[at];
    if (quoted && c == '\\' && at + 1 < path.size()) {
      result += path[++at];
    } else if (c == '"' && (quoted || (at > 0 && path[at - 1] == '['))) {
      quoted = !quoted;
    } else if (c == '[' && !quoted) {
      if (!result.empty()) result += '.';
    } else if (c != ']' || quoted) {
      result += c;
    }
  }
  return result;
}

bool is_set(const Value& leaf) {
  if (leaf.is_null()) return false;
  if (leaf.is_string()) return !leaf.as_string().empty();
  if (leaf.is_map()) return !leaf.members().empty();
  return !leaf.is_list() || !leaf.items().empty();
}

std::size_t count_set(const Value& tree) {
  std::size_t count = 0;
  if (tree.is_map()) {
    for (const Value::Member& member : tree.members()) count += count_set(member.value);
  } else if (tree.is_list()) {
    for (const Value& item : tree.items()) count += count_set(item);
  } else if (is_set(tree)) {
    count = 1;
  }
  return count;
}

}  // namespace waybill
