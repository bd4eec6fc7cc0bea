#pragma once
// What one upload leaves for the process that comes after this one: the address where the registry takes the rest, and
// how much it has (docs/decisions/0020). One small file an upload, readable by its owner alone; it holds no
// credentials. Failing to write it is no failure of the upload.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/unique_fd.h"
#include "oci/descriptor.h"

namespace waybill::oci {

struct UploadPosition {
  std::string location;      // absolute
  std::uint64_t offset = 0;  // bytes that the registry has acknowledged
  bool operator==(const UploadPosition&) const = default;
};

class UploadRecord {
 public:
  // Takes the record of a blob on its way into a repository ("registry/repository") for this object alone. Where
  // another process has it, or there is no folder, this one remembers nothing. Records that nobody has touched for a
  // week are removed: registries forget uploads too.
  UploadRecord(const std::filesystem::path& folder, const std::string& repository, const Descriptor& blob);
  UploadRecord(const UploadRecord&) = delete;
  UploadRecord& operator=(const UploadRecord&) = delete;
  ~UploadRecord();

  // What was saved last; nullopt when nothing was, or it cannot be read.
  [[nodiscard]] std::optional<UploadPosition> load() const;
  void save(const UploadPosition& position);
  void forget();

 private:
  std::filesystem::path path_;
  std::string repository_;
  Descriptor blob_;
  UniqueFd fd_;  // locked; none: nothing is remembered
  bool saved_ = false;
};

}  // namespace waybill::oci
