#include "core/yaml/node.h"

#include "core/yaml/plain_scalar.h"

namespace waybill::yaml {
namespace {

template <typename Text>
Value scalar_value(const Node& node, Text&& text) {
  return node.plain ? resolve_plain(text) : Value(std::string(std::forward<Text>(text)));
}

// AnyNode is `const Node&` (copies the texts) or `Node` (moves them).
template <typename AnyNode>
Value convert(AnyNode&& node, std::uint32_t source) {
  const auto hand_on = [](auto& part) -> decltype(auto) {
    if constexpr (std::is_const_v<std::remove_reference_t<AnyNode>>) {
      return std::as_const(part);
    } else {
      return std::move(part);
    }
  };
  Value value;
  switch (node.kind) {
    case Kind::Scalar:
      value = scalar_value(node, hand_on(node.text));
      break;
    case Kind::List: {
      Value::List items;
      items.reserve(node.items.size());
      for (auto& item : node.items) items.push_back(convert(hand_on(item), source));
      value = Value(std::move(items));
      break;
    }
    case Kind::Map: {
      value = Value::map();
      Value::Map& members = value.members();
      members.reserve(node.members.size());
      for (auto& [key, member] : node.members) members.push_back({hand_on(key.text), convert(hand_on(member), source)});
      break;
    }
  }
  value.mark({source, node.line});
  return value;
}

}  // namespace

const Node* Node::find(std::string_view key) const noexcept {
  for (const auto& [name, value] : members) {
    if (name.text == key) return &value;
  }
  return nullptr;
}

bool Node::is_null() const noexcept { return kind == Kind::Scalar && plain && is_plain_null(text); }

bool Node::is_text() const {
  if (kind != Kind::Scalar) return false;
  return !plain || resolve_plain(text).is_string();
}

Value Node::to_value(std::uint32_t source) const& { return convert(*this, source); }
Value Node::to_value(std::uint32_t source) && { return convert(std::move(*this), source); }

bool is_lossy(const Node& scalar) noexcept {
  return scalar.kind == Kind::Scalar && scalar.plain && readers_disagree(scalar.text);
}

}  // namespace waybill::yaml
