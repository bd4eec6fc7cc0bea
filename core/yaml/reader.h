#pragma once
// Reads YAML from untrusted hands. libyaml's event parser does the grammar; every rule here is ours: UTF-8 checked
// first, duplicate keys refused, keys are scalars, anchors expanded within a budget of nodes (or refused), merge keys
// (<<) honoured as go-yaml does, tags other than the core ones refused, depth, size and node count limited, and a
// second document in a file that should hold one is an error instead of silence (empty ones do not count). Lines and
// columns of nodes that came through an alias are those of the anchor.
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/yaml/node.h"

namespace waybill::yaml {

struct Limits {
  std::uint64_t bytes = 64ULL << 20;  // of the file, and of all text after expansion of aliases
  std::uint32_t depth = 100;
  std::uint64_t nodes = 2'000'000;  // after expansion of aliases; a node takes about 100 bytes
};

enum class Documents : bool { One, First };  // First: ignore what follows a later '---', as go-yaml does

// The root of the document; an empty file (or only comments) is a null scalar at 1:1. Throws InvalidInput with file,
// line, column. `name` is the file as the user knows it.
[[nodiscard]] Node parse(std::string_view text, std::string_view name, Documents documents = Documents::One,
                         const Limits& limits = {});
// All documents of a stream; empty ones are left out.
[[nodiscard]] std::vector<Node> parse_all(std::string_view text, std::string_view name, const Limits& limits = {});

}  // namespace waybill::yaml
