#pragma once
// A medium with a file system of its own that can be pulled out in the middle of everything: ext4 in a file, which the
// kernel is told to treat as gone (EXT4_IOC_SHUTDOWN). From then on every access fails (EIO), and content that
// had not reached the medium is lost.
#include <cstdint>
#include <filesystem>

namespace waybill::testing {

class Medium {
 public:
  // Mounted at `place` for this process and those that it starts, if that is permitted. `file` becomes the medium.
  Medium(std::filesystem::path file, std::filesystem::path place, std::uint64_t size);
  Medium(const Medium&) = delete;
  Medium& operator=(const Medium&) = delete;
  ~Medium();

  [[nodiscard]] bool is_there() const noexcept { return there_; }
  // Bytes that are in use; 0 while it is away.
  [[nodiscard]] std::uint64_t used() const;
  // What of the latest changes of names and sizes is on the medium: all, as if the journal had just been written, or
  // what it happened to have.
  enum class Journal : bool { Lost, Written };
  // Whether it could be done.
  [[nodiscard]] bool pull_out(Journal journal) const;
  // When no process uses it any more.
  [[nodiscard]] bool plug_in_again();

 private:
  [[nodiscard]] bool mount();
  [[nodiscard]] bool unmount() const;

  std::filesystem::path file_;
  std::filesystem::path place_;
  bool there_ = false;
};

}  // namespace waybill::testing
