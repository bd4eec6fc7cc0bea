#pragma once
// Sizes and shares as people write them.
#include <cstdint>
#include <string_view>

namespace waybill {

// "650MiB", "4G", "700MB", "1048576": K, M, G, T and KiB, MiB, GiB, TiB are powers of 1024, KB, MB, GB, TB of 1000.
// `what` names the option. InvalidInput otherwise.
[[nodiscard]] std::uint64_t parse_byte_size(std::string_view text, std::string_view what);

// "10%" or "10": whole, from 1 to 100. InvalidInput otherwise.
[[nodiscard]] unsigned parse_percentage(std::string_view text, std::string_view what);

}  // namespace waybill
