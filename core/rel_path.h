#pragma once
// A relative, clean path inside a tree: "apps/files/gpu-operator.yaml". Never absolute, never leaves the tree. Paths
// that need cleaning are refused, not repaired.
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace waybill {

class RelPath {
 public:
  // Throws InvalidInput unless: UTF-8, not empty, segments separated by single '/', no segment empty, "." or "..", no
  // control character, no backslash, at most 1,024 bytes and 255 bytes a segment.
  [[nodiscard]] static RelPath parse(std::string_view text);
  [[nodiscard]] static std::optional<RelPath> try_parse(std::string_view text) noexcept;

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] std::string_view file_name() const noexcept;
  // The folder it lies in; empty at the top.
  [[nodiscard]] std::string_view parent() const noexcept;
  // Throws as parse does.
  [[nodiscard]] RelPath operator/(std::string_view segment) const;
  // Whether `this` lies below `folder` (or is it).
  [[nodiscard]] bool is_within(const RelPath& folder) const noexcept;
  auto operator<=>(const RelPath&) const = default;

 private:
  explicit RelPath(std::string_view text) : text_(text) {}
  std::string text_;
};

}  // namespace waybill
