#pragma once
// A tree of data as its leaves: what is counted and compared. A leaf is everything but a map or list that has members.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace waybill {

// A list is a value of its own where it is only ever replaced whole; its elements are where values are counted.
enum class Lists : std::uint8_t { Whole, ByElement };

struct Leaf {
  std::string path;    // unambiguous: see member_path()
  const Value* value;  // lies in the tree
};

// Every leaf of `tree` below the path `prefix`, members in byte order of their keys. An empty map or list is one leaf;
// null as the whole tree has none. The leaves live as long as the tree.
[[nodiscard]] std::vector<Leaf> leaves(const Value& tree, std::string_view prefix, Lists lists);

// "driver.version", or with quotes and brackets where the key would be ambiguous: nodeSelector["nvidia.com/gpu.count"].
[[nodiscard]] std::string member_path(std::string_view prefix, std::string_view key);
// The same with dots alone, as selectors are written: nodeSelector.nvidia.com/gpu.count.
[[nodiscard]] std::string dotted(std::string_view path);

// Neither null nor an empty text, map or list: a value that is really set (spec: recipe-engine 10, measure D).
[[nodiscard]] bool is_set(const Value& leaf);
// How many leaves are set, each element of a list by itself.
[[nodiscard]] std::size_t count_set(const Value& tree);

}  // namespace waybill
