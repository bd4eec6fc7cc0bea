#pragma once
// Merkle trees of logs (RFC 6962, section 2.1; RFC 9162, section 2.1.3.2 for the proof).
#include <cstdint>
#include <span>
#include <string_view>

#include "core/digest.h"

namespace waybill::signing {

[[nodiscard]] Digest merkle_leaf(std::string_view entry);

// Whether `path` leads from the leaf with this index to the root of a tree of `size` leaves.
[[nodiscard]] bool proves_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                    std::span<const Digest> path, const Digest& root);

}  // namespace waybill::signing
