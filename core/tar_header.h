#pragma once
// Where the fields of a tar header lie (POSIX.1-2017, pax, "ustar Interchange Format"): what the writer and the index
// reader share.
#include <cstddef>
#include <cstdint>

namespace waybill::tar {

inline constexpr std::size_t kBlock = 512;

struct Field {
  std::size_t offset;
  std::size_t size;
};
inline constexpr Field kName{0, 100};
inline constexpr Field kMode{100, 8};
inline constexpr Field kUserId{108, 8};
inline constexpr Field kGroupId{116, 8};
inline constexpr Field kSize{124, 12};
inline constexpr Field kTime{136, 12};
inline constexpr Field kChecksum{148, 8};
inline constexpr Field kType{156, 1};
inline constexpr Field kLinkName{157, 100};
inline constexpr Field kMagic{257, 8};
inline constexpr Field kDeviceMajor{329, 8};
inline constexpr Field kDeviceMinor{337, 8};
inline constexpr Field kPrefix{345, 155};

inline constexpr std::uint64_t kLargestUstarFile = (1ULL << 33) - 1;  // eleven octal digits

// How many bytes follow a content of this size up to the next block.
[[nodiscard]] constexpr std::size_t padding(std::uint64_t size) noexcept { return (kBlock - size % kBlock) % kBlock; }

}  // namespace waybill::tar
