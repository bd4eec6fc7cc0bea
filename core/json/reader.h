#pragma once
// Reads JSON (RFC 8259) strictly from untrusted hands: one document, duplicate keys refused, depth and size limited,
// UTF-8 checked, no comments, no NaN. Numbers without fraction or exponent that fit 64 bits are integers, others
// doubles.
#include <cstdint>
#include <string_view>

#include "core/value.h"

namespace waybill::json {

struct Limits {
  std::uint64_t bytes = 64ULL << 20;
  std::uint32_t depth = 100;
};

// Throws InvalidInput with `name`, line and column.
[[nodiscard]] Value parse(std::string_view text, std::string_view name, const Limits& limits = {});

}  // namespace waybill::json
