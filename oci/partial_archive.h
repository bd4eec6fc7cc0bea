#pragma once
// An archive on its way to its final name, beside it. What was written stays for the next process when this one fails
// or is killed. Since an archive is a function of what is in it, that process writes the same bytes from the first one
// on: as long as they are there already they are compared, or hashed, and not written again (docs/decisions/0020).
#include <cstdint>
#include <filesystem>

#include "core/digest.h"
#include "core/stream.h"
#include "oci/partial_file.h"

namespace waybill::oci {

class PartialArchive final : public ByteSink {
 public:
  // Locked while this object lives; when another process is at the same archive, this one begins a file of its own.
  // Removes what others left in the folder a week ago. Throws Denied, NoSpace, Conflict.
  explicit PartialArchive(std::filesystem::path file);
  PartialArchive(const PartialArchive&) = delete;
  PartialArchive& operator=(const PartialArchive&) = delete;

  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  using ByteSink::write;
  void write(Bytes bytes) override;
  // Passes over what is there from here on, at most `size` bytes, and gives it to `hash`. How many these were.
  std::uint64_t take_over(std::uint64_t size, Hasher& hash);
  // Drops everything from a byte on that was written or taken over before.
  void go_back(std::uint64_t position);
  // Lets the archive end here, reach the disk and have its name.
  void commit(Overwrite overwrite);

 private:
  void cut();  // what is there behind the position belongs to another archive

  std::filesystem::path file_;
  PartialFile partial_;
  std::uint64_t position_ = 0;
  std::uint64_t kept_ = 0;  // the end of what another process wrote, or of what this one did
};

}  // namespace waybill::oci
