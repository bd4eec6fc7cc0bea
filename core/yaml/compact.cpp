#include "core/yaml/compact.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/error.h"

namespace waybill::yaml {
namespace {

// A node: one byte of kind (two low bits) and "plain" (the next), then the numbers line, column and count, then
//   a scalar: `count` bytes of text;
//   a list:   `count` times a node;
//   a map:    `count` times the node of a key, the number of bytes of its value, the node of the value.
// Numbers are written in groups of seven bits, the lowest first, all but the last with the eighth bit set.
constexpr unsigned kKindMask = 3;
constexpr unsigned kPlainBit = 4;
constexpr unsigned kGroupBits = 7;
constexpr unsigned kMoreBit = 1U << kGroupBits;

void put_number(std::string& out, std::uint64_t number) {
  while (number >= kMoreBit) {
    out += static_cast<char>((number & (kMoreBit - 1)) | kMoreBit);
    number >>= kGroupBits;
  }
  out += static_cast<char>(number);
}

void put_node(std::string& out, const Node& node) {
  out += static_cast<char>(static_cast<unsigned>(node.kind) | (node.plain ? kPlainBit : 0));
  put_number(out, node.line);
  put_number(out, node.column);
  switch (node.kind) {
    case Kind::Scalar:
      put_number(out, node.text.size());
      out += node.text;
      break;
    case Kind::List:
      put_number(out, node.items.size());
      for (const Node& item : node.items) put_node(out, item);
      break;
    case Kind::Map:
      put_number(out, node.members.size());
      for (const auto& [key, value] : node.members) {
        put_node(out, key);
        std::string bytes;
        put_node(bytes, value);
        put_number(out, bytes.size());
        out += bytes;
      }
      break;
  }
}

[[noreturn]] void throw_damaged() { throw Error(ErrorCode::Internal, "a compact document is damaged"); }

class Expander {
 public:
  Expander(std::string_view bytes, std::span<const std::string_view> without) : rest_(bytes), without_(without) {}

  void read(Node& node) {
    const unsigned head = byte();
    node.plain = (head & kPlainBit) != 0;
    node.line = static_cast<std::uint32_t>(number());
    node.column = static_cast<std::uint32_t>(number());
    const std::uint64_t count = number();
    if (count > rest_.size()) throw_damaged();  // every part takes a byte at least
    switch (head & kKindMask) {
      case static_cast<unsigned>(Kind::Scalar):
        node.kind = Kind::Scalar;
        node.text = take(count);
        break;
      case static_cast<unsigned>(Kind::List):
        node.kind = Kind::List;
        node.items.resize(count);
        for (Node& item : node.items) read(item);
        break;
      case static_cast<unsigned>(Kind::Map):
        node.kind = Kind::Map;
        read_members(node, count);
        break;
      default:
        throw_damaged();
    }
  }

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

 private:
  void read_members(Node& node, std::uint64_t count) {
    node.members.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      auto& [key, value] = node.members.emplace_back();
      read(key);
      const std::uint64_t size = number();
      if (std::find(without_.begin(), without_.end(), key.text) == without_.end()) {
        read(value);
      } else {
        static_cast<void>(take(size));
        node.members.pop_back();
      }
    }
  }

  unsigned byte() { return static_cast<unsigned char>(take(1).front()); }

  std::uint64_t number() {
    std::uint64_t result = 0;
    for (unsigned shift = 0; shift < 64; shift += kGroupBits) {
      const unsigned group = byte();
      result |= std::uint64_t{group & (kMoreBit - 1)} << shift;
      if ((group & kMoreBit) == 0) return result;
    }
    throw_damaged();
  }

  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw_damaged();
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  std::span<const std::string_view> without_;
};

}  // namespace

std::string compact(const Node& root) {
  std::string bytes;
  put_node(bytes, root);
  return bytes;
}

Node expand(std::string_view bytes, std::span<const std::string_view> without) {
  Expander expander(bytes, without);
  Node root;
  expander.read(root);
  if (!expander.at_end()) throw_damaged();
  return root;
}

}  // namespace waybill::yaml
