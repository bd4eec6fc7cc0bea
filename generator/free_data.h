#pragma once
// Data whose shape is the user's: value files and overrides, read as aicr reads them (spec: recipe-engine 4.3 and A).
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace waybill {

namespace yaml {
struct Node;
}

// Where in a tree of mappings something lies: the keys that lead there.
using DataPath = std::vector<std::string>;

struct FreeData {
  Value value;
  // Nested mappings with keys that YAML does not read as texts (80:, true:). In the value such keys are texts like all
  // others, but the mapping neither merges nor is merged into: it replaces or is replaced whole.
  std::set<DataPath> whole;
};

// Dates without quotes become texts in RFC 3339 form; `source` goes into the marks.
[[nodiscard]] FreeData read_free_data(yaml::Node node, std::uint32_t source);

// The deep merge of 4.3: as merged() of core/value.h, but for the mappings that are whole in one of the two.
void lay_over(FreeData& base, const FreeData& over);

// The paths of `whole` at or below a path.
[[nodiscard]] std::set<DataPath> paths_below(const std::set<DataPath>& whole, const DataPath& path);

// A date that YAML reads as a time stamp (2026-3-1, 2026-03-01T10:00:00Z, 2026-03-01 10:00:00) in RFC 3339 form; empty
// for every other text.
[[nodiscard]] std::string timestamp_text(std::string_view text);

}  // namespace waybill
