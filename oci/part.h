#pragma once
// How an archive is cut into files that are carried (docs/formats.md, "Parts"; docs/decisions/0023).
//
// A part is a tar of three entries that any tar program reads: what the part is (waybill-part.json), its bytes of the
// archive (waybill-data, or waybill-parity), and the SHA-256 of every MiB of these (waybill-hashes). An archive that is
// not cut has the first and the last beside its own entries, and is read as what it is.
//
// All that a description says is known before the first byte of the archive; what stands before and behind the bytes
// is a function of the description and the hashes.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"

namespace waybill::oci {

inline constexpr std::uint64_t kPartBlock = 1ULL << 20;  // what has a hash of its own
inline constexpr std::uint64_t kSmallestPart = 4ULL << 20;
inline constexpr std::uint64_t kLargestFatFile = (4ULL << 30) - 1;
inline constexpr std::uint64_t kMostParts = 99'999;

enum class PartKind : std::uint8_t { Whole, Data, Parity };

// How a set is divided: the same in all of its parts.
//
// With several groups, data part i (from 1) belongs to group (i - 1) % groups, and so do parity parts. Within a group
// the parts are the blocks of an ErasureCode: data first, then parity, each in the order of their numbers.
struct PartDivision {
  Digest root;                // of the archive (archive_root)
  std::uint64_t archive = 0;  // its size, without the end of the tar if it is not cut
  std::uint64_t slice = 0;    // bytes of it in each data part but the last, and of each parity part
  std::uint64_t data = 1;     // how many parts
  std::uint64_t parity = 0;
  std::uint64_t groups = 1;

  [[nodiscard]] bool is_whole() const noexcept { return data == 1 && parity == 0; }
  // Tells sets apart: of everything above.
  [[nodiscard]] Digest id() const;
  [[nodiscard]] std::string short_id() const { return id().hex().substr(0, 12); }
  // Of the data parts of this group, as numbers from 1; of its parity parts.
  [[nodiscard]] std::vector<std::uint64_t> data_of(std::uint64_t group) const;
  [[nodiscard]] std::vector<std::uint64_t> parity_of(std::uint64_t group) const;
  auto operator<=>(const PartDivision&) const = default;
};

struct PartDescription {
  PartDivision set;
  PartKind kind = PartKind::Data;
  std::uint64_t index = 1;

  // How many bytes of the archive, or of parity, it has.
  [[nodiscard]] std::uint64_t body_size() const noexcept;
  [[nodiscard]] std::uint64_t blocks() const noexcept { return (body_size() + kPartBlock - 1) / kPartBlock; }
  // "waybill-0123456789ab-part-001.tar": sorted by name, they are in order.
  [[nodiscard]] std::string file_name() const;
  // "part 2 of 5", "parity part 1 of 2", "the archive"
  [[nodiscard]] std::string words() const;
  auto operator<=>(const PartDescription&) const = default;
};

// What the user asked for.
struct PartChoice {
  std::uint64_t largest = kLargestFatFile;  // size of a part's file
  unsigned parity_percent = 0;              // of the data parts, at least one a group
  bool by_user = false;                     // whether `largest` is the user's own
};
// Parts of one size that are no larger than that; a single one if everything fits, and no parity was asked for. With
// parity and no size of the user's, there are so many parts that the parity costs about what was asked for.
// InvalidInput for more than kMostParts.
[[nodiscard]] PartDivision divide_archive(const Digest& root, std::uint64_t tar_size, const PartChoice& choice);

[[nodiscard]] std::string write_description(const PartDescription& part);
// InvalidInput, without naming a file, for everything that this program would not write.
[[nodiscard]] PartDescription parse_description(std::string_view json);

// The bytes of the file before and behind its bytes of the archive.
[[nodiscard]] std::string part_front(const PartDescription& part);
[[nodiscard]] std::string part_back(const PartDescription& part, std::span<const Digest> blocks);
[[nodiscard]] std::uint64_t part_back_size(const PartDescription& part);
[[nodiscard]] std::uint64_t part_file_size(const PartDescription& part);
// The part's own hash: of its description and its blocks' hashes.
[[nodiscard]] Digest part_digest(const PartDescription& part, std::span<const Digest> blocks);

// The description in the first bytes of a file (kPartHead of them); nullopt when it is none, or damaged.
inline constexpr std::size_t kPartHead = 1024;
[[nodiscard]] std::optional<PartDescription> find_description(std::string_view head);
// Whether these first bytes are those of a part, or were once.
[[nodiscard]] bool looks_like_part(std::string_view head) noexcept;
// The hashes in the bytes behind the archive's; nullopt unless they and the description have the hash that is written
// there.
[[nodiscard]] std::optional<std::vector<Digest>> find_hashes(const PartDescription& part, std::string_view back);

}  // namespace waybill::oci
