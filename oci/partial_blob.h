#pragma once
// A blob of a layout on its way to its final name. What arrived stays for the next process when this one fails or is
// killed, under a name that only says which blob it will be; that process reads it again to know its hash
// (docs/decisions/0020). Part of Layout.
#include <cstdint>
#include <filesystem>

#include "core/digest.h"
#include "oci/descriptor.h"
#include "oci/partial_file.h"
#include "oci/store.h"

namespace waybill::oci {

class PartialBlob {
 public:
  // In the blobs' own folder. When another process is at the same blob, this one begins a file of its own.
  PartialBlob(const std::filesystem::path& folder, const Descriptor& blob);
  PartialBlob(const PartialBlob&) = delete;
  PartialBlob& operator=(const PartialBlob&) = delete;

  // Fetches what is missing; Untrusted when the whole is not what the descriptor says, and nothing is kept then.
  void complete(const OpenBlob& open);
  // Once its content is on the disk: a medium that is pulled out may keep the name and lose the rest.
  void rename_to(const std::filesystem::path& target);

 private:
  void hash_what_is_there();
  void fetch(const OpenBlob& open);
  void clear();

  Descriptor blob_;
  PartialFile file_;
  Hasher hash_;
  std::uint64_t size_ = 0;
};

}  // namespace waybill::oci
