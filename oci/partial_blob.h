#pragma once
// A blob of a layout on its way to its final name. What arrived stays for the next process when this one fails or is
// killed, under a name that only says which blob it will be; that process reads it again to know its hash
// (docs/decisions/0020). Part of Layout.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "core/digest.h"
#include "core/unique_fd.h"
#include "oci/descriptor.h"
#include "oci/store.h"

namespace waybill::oci {

// All temporary names of a layout begin with the first, those of blobs that can go on with the second.
inline constexpr std::string_view kTemporaryPrefix = ".waybill-";
inline constexpr std::string_view kPartialPrefix = ".waybill-partial-";

class PartialBlob {
 public:
  // In the blobs' own folder. Locked while this object lives, so that a cleaner can tell it from what was left behind;
  // when another process is at the same blob, this one begins a file of its own.
  PartialBlob(const std::filesystem::path& folder, const Descriptor& blob);
  PartialBlob(const PartialBlob&) = delete;
  PartialBlob& operator=(const PartialBlob&) = delete;
  ~PartialBlob();

  // Fetches what is missing; Untrusted when the whole is not what the descriptor says, and nothing is kept then.
  void complete(const OpenBlob& open);
  void rename_to(const std::filesystem::path& target);

 private:
  bool take(const std::filesystem::path& path, bool reused);
  void hash_what_is_there();
  void fetch(const OpenBlob& open);
  void clear();

  Descriptor blob_;
  std::filesystem::path path_;  // empty: renamed
  UniqueFd fd_;
  bool can_go_on_ = false;
  Sha256 hash_;
  std::uint64_t size_ = 0;
};

}  // namespace waybill::oci
