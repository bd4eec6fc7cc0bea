#pragma once
// How far a copy is, told to a Reporter: all blobs together, and each that is on its way.
#include <cstdint>
#include <memory>
#include <mutex>

#include "core/reporter.h"
#include "oci/descriptor.h"
#include "oci/store.h"

namespace waybill::oci {

class CopyProgress {
 public:
  // `reporter` may be null; then nothing is told.
  CopyProgress(Reporter* reporter, std::uint64_t total_bytes) noexcept : reporter_(reporter), total_(total_bytes) {}
  CopyProgress(const CopyProgress&) = delete;
  CopyProgress& operator=(const CopyProgress&) = delete;

  // The same content, counted while it is read. What lies before the byte where it is opened counts as done. Both must
  // outlive what is opened.
  [[nodiscard]] OpenBlob counted(const Descriptor& blob, OpenBlob open);
  // A blob that did not have to be copied.
  void skipped(const Descriptor& blob) noexcept;

 private:
  class CountingSource;
  void add(std::uint64_t bytes) noexcept;
  void take_back(std::uint64_t bytes) noexcept;

  Reporter* reporter_;
  std::mutex mutex_;  // guards done_ and total_
  std::uint64_t done_ = 0;
  std::uint64_t total_;
};

}  // namespace waybill::oci
