#pragma once
// Bytes that come faster than they are wanted: in memory while they are few, else in a file that has no name and
// vanishes with this object. For the .cpp files of this room.
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "core/stream.h"
#include "core/unique_fd.h"

namespace waybill::git {

class Spool final : public ByteSink {
 public:
  // More than `limit` bytes are InvalidInput, naming `name`.
  Spool(std::filesystem::path folder, std::uint64_t limit, std::string name)
      : folder_(std::move(folder)), limit_(limit), name_(std::move(name)) {}
  using ByteSink::write;
  void write(Bytes bytes) override;
  // From the start, after the last write; 0 at the end.
  [[nodiscard]] std::size_t read(std::span<char> buffer);

 private:
  void move_to_file();

  std::filesystem::path folder_;
  std::uint64_t limit_;
  std::string name_;
  std::string memory_;
  UniqueFd file_;
  std::uint64_t written_ = 0;
  std::uint64_t read_ = 0;
};

}  // namespace waybill::git
