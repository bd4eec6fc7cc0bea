#pragma once
// Where a value of a chart stands: keys of mappings and indexes of lists.
//
//   ValuePath::parse("driver.version")                          two keys
//   ValuePath::parse("tolerations[0].key")                      the key of the list's first element
//   ValuePath::parse("nodeSelector.nvidia\\.com/gpu")           "\" takes the meaning of . [ ] " = and "\"
//   ValuePath::parse("nodeSelector[\"nvidia.com/gpu.count\"]")  the same key the way `explain` prints it
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/value.h"

namespace waybill {

class ValuePath {
 public:
  using Step = std::variant<std::string, std::size_t>;  // a key, or an index from 0

  // Values are no deeper than this many steps.
  static constexpr std::size_t kDeepest = 32;

  // The grammar of helm's --set for keys and indexes, and keys in quotes and brackets. Throws InvalidInput for an empty
  // path, an empty key outside of quotes, a bracket that is no index, an escape that escapes nothing, and more than
  // kDeepest steps.
  [[nodiscard]] static ValuePath parse(std::string_view text);
  // Where the path ends that an assignment "path=value" begins with: at the first '=' that is not part of a key. npos
  // when there is none.
  [[nodiscard]] static std::size_t end_in_assignment(std::string_view text) noexcept;

  [[nodiscard]] const std::vector<Step>& steps() const noexcept { return steps_; }
  // In one spelling, which parse() reads back to the same path.
  [[nodiscard]] std::string text() const;
  // The same place or one below it.
  [[nodiscard]] bool is_within(const ValuePath& other) const;
  bool operator==(const ValuePath&) const = default;

 private:
  std::vector<Step> steps_;  // never empty
};

// Puts the value at the path, in place of what is there. Makes mappings and lists on the way where there is nothing or
// null; an index as large as the list appends. Throws InvalidInput, naming the path and what stands in the way, for a
// step below a scalar, a key of a list, an index of a mapping or far behind a list's end; `values` is then half
// changed.
void put(Value& values, const ValuePath& path, Value value);

}  // namespace waybill
