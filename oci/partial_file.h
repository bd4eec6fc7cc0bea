#pragma once
// A file that is half there and waits, beside its final name, for the next process that wants the whole
// (docs/decisions/0020). Part of PartialBlob and PartialArchive.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/file_system.h"
#include "core/unique_fd.h"
#include "core/write_back.h"

namespace waybill::oci {

// All temporary names begin with the first, those of files that can go on with the second.
inline constexpr std::string_view kTemporaryPrefix = ".waybill-";
inline constexpr std::string_view kPartialPrefix = ".waybill-partial-";

class PartialFile {
 public:
  // The file `name` in the folder, which every process that wants it finds. Locked while this object lives, so that a
  // cleaner can tell it from what was left behind; when another process is at it, a file of this one alone whose name
  // begins with kTemporaryPrefix and `own`.
  PartialFile(const std::filesystem::path& folder, const std::string& name, const std::string& own);
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  // Stays if others can find it and it is worth it.
  ~PartialFile();

  [[nodiscard]] bool can_go_on() const noexcept { return can_go_on_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::uint64_t size() const;
  // As many bytes as there are from `offset` on, up to the buffer's size.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer) const;
  void write_at(std::uint64_t offset, Bytes bytes);
  // Waits until the content was handed to the disk, which may still have it in a cache of its own.
  void write_back();
  void cut(std::uint64_t size);
  void rename_to(const std::filesystem::path& target);
  // The same after the content has reached the disk, and so that the name does.
  void commit(const std::filesystem::path& target, Overwrite overwrite);

 private:
  bool take(const std::filesystem::path& path, bool reused);

  std::filesystem::path path_;  // empty: it has its final name
  UniqueFd fd_;
  WriteBack write_back_;
  bool can_go_on_ = false;
};

// Whether it waits for longer than a week.
[[nodiscard]] bool is_too_old(const std::filesystem::path& partial);
// Unless somebody is at it.
void remove_unless_locked(const std::filesystem::path& partial);

}  // namespace waybill::oci
