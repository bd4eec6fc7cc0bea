#pragma once
// A YAML document as it was written: scalars with their text and whether they were quoted, everything with its place.
// What a scalar means is decided later, by the one who knows what is expected (docs/decisions, "YAML").
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/value.h"

namespace waybill::yaml {

enum class Kind : std::uint8_t { Scalar, List, Map };

struct Node {
  Kind kind = Kind::Scalar;
  bool plain = true;  // a scalar without quotes or block style
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string text;                            // scalar
  std::vector<Node> items;                     // list
  std::vector<std::pair<Node, Node>> members;  // map; keys are scalars, unique by text

  // Defined below, where a pair of nodes is complete.
  Node() noexcept;
  Node(const Node&);
  Node(Node&&) noexcept;
  Node& operator=(const Node&);
  Node& operator=(Node&&) noexcept;
  ~Node();

  [[nodiscard]] const Node* find(std::string_view key) const noexcept;
  // A plain scalar that the core schema reads as null: empty, ~, null, Null, NULL.
  [[nodiscard]] bool is_null() const noexcept;
  // A scalar that to_value() makes a text of.
  [[nodiscard]] bool is_text() const;
  // What a scalar means by the schema that Kubernetes' readers share (spec: YAML 1.2 core plus go-yaml's habits;
  // recipe-engine appendix A): plain true/false, null, integers (decimal, 0x, 0o, 0b, and 0… octal), floats, else text.
  // yes, no, on, off stay text. Maps and lists are converted at every depth; keys become their text. `source` goes into
  // the marks.
  [[nodiscard]] Value to_value(std::uint32_t source = 0) const&;
  [[nodiscard]] Value to_value(std::uint32_t source = 0) &&;
};

inline Node::Node() noexcept = default;
inline Node::Node(const Node&) = default;
inline Node::Node(Node&&) noexcept = default;
inline Node& Node::operator=(const Node&) = default;
inline Node& Node::operator=(Node&&) noexcept = default;
inline Node::~Node() = default;

// A plain scalar whose meaning other YAML readers see differently (yes, no, on, off, y, n, 012, 1:30, 2024-01-02,
// 1_000, 0o7): where text is expected, ask the author to quote it.
[[nodiscard]] bool is_lossy(const Node& scalar) noexcept;

}  // namespace waybill::yaml
