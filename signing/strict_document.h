#pragma once
// Reads YAML or JSON that people write and on which trust rests (policies, trust documents): an unknown field, a wrong
// kind, a text that is too long are refused with file, line and column (docs/decisions/0008).
//
//   const StrictDocument document("policy.yaml");
//   document.require_fields(root, "the policy", {"kind", "rules"});
//   for (const yaml::Node& rule : document.list(root, "rules", 64)) …
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/yaml/node.h"

namespace waybill::signing {

inline constexpr std::uint64_t kLargestTrustInput = 1ULL << 20;

// Every function throws InvalidInput, located at the node. A null field counts as absent.
class StrictDocument {
 public:
  explicit StrictDocument(std::string file) : file_(std::move(file)) {}

  // The one document of the text, at most kLargestTrustInput bytes, without anchors of any use: 10,000 nodes.
  [[nodiscard]] yaml::Node parse(std::string_view text) const;

  // The node is a mapping, and its keys are all among `known`; the nearest of these is the hint.
  void require_fields(const yaml::Node& node, std::string_view what,
                      std::initializer_list<std::string_view> known) const;
  // Null pointer when absent.
  [[nodiscard]] const yaml::Node* find(const yaml::Node& map, std::string_view field) const;
  [[nodiscard]] const yaml::Node& require(const yaml::Node& map, std::string_view field) const;
  // A scalar of 1 to `longest` bytes without control characters (line feeds are allowed in `Block` texts).
  enum class Text : bool { Line, Block };
  [[nodiscard]] std::string text(const yaml::Node& scalar, std::string_view what, Text kind = Text::Line,
                                 std::size_t longest = 1024) const;
  [[nodiscard]] std::string required_text(const yaml::Node& map, std::string_view field) const;
  // A whole number from `least` on.
  [[nodiscard]] std::uint64_t number(const yaml::Node& scalar, std::string_view what, std::uint64_t least = 0) const;
  // The items of a list with at most `most` of them; empty when absent.
  [[nodiscard]] const std::vector<yaml::Node>& list(const yaml::Node& map, std::string_view field,
                                                    std::size_t most) const;
  // Its members; empty when absent.
  [[nodiscard]] const std::vector<std::pair<yaml::Node, yaml::Node>>& map(const yaml::Node& map, std::string_view field,
                                                                          std::size_t most) const;
  [[noreturn]] void fail(const yaml::Node& node, std::string message, std::string hint = {}) const;

 private:
  std::string file_;
};

}  // namespace waybill::signing
