#include "oci/progress.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace waybill::oci {
namespace {

constexpr std::string_view kAll = "all";

std::string short_name(const Digest& digest) {
  return fmt::format("{}:{}", name_of(digest.algorithm()), digest.hex().substr(0, 12));
}

}  // namespace

class CopyProgress::CountingSource final : public ByteSource {
 public:
  // A transfer that goes on after a failure does so with a new source; what the one before counted is taken back.
  CountingSource(std::unique_ptr<ByteSource> inner, CopyProgress& progress, const Descriptor& blob,
                 std::uint64_t offset, std::shared_ptr<std::uint64_t> count)
      : inner_(std::move(inner)),
        progress_(progress),
        name_(short_name(blob.digest)),
        size_(blob.size),
        count_(std::move(count)) {
    progress_.take_back(std::exchange(*count_, 0));
    add(offset);
  }
  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t got = inner_->read(buffer);
    add(got);
    return got;
  }
  [[nodiscard]] bool is_sendable() const noexcept override { return inner_->is_sendable(); }
  std::optional<std::size_t> send_to(int socket, std::size_t most) override {
    const std::optional<std::size_t> sent = inner_->send_to(socket, most);
    if (sent) add(*sent);
    return sent;
  }

 private:
  void add(std::uint64_t bytes) {
    if (bytes == 0) return;
    *count_ += bytes;
    progress_.reporter_->progress(name_, std::min(*count_, size_), size_);
    progress_.add(bytes);
  }

  std::unique_ptr<ByteSource> inner_;
  CopyProgress& progress_;
  std::string name_;
  std::uint64_t size_;
  std::shared_ptr<std::uint64_t> count_;  // of the blob
};

OpenBlob CopyProgress::counted(const Descriptor& blob, OpenBlob open) {
  if (reporter_ == nullptr) return open;
  return [this, blob, open = std::move(open), count = std::make_shared<std::uint64_t>(0)](std::uint64_t offset) {
    return std::make_unique<CountingSource>(open(offset), *this, blob, offset, count);
  };
}

void CopyProgress::skipped(const Descriptor& blob) noexcept {
  const std::lock_guard lock(mutex_);
  total_ -= std::min(total_, blob.size);
}

void CopyProgress::add(std::uint64_t bytes) noexcept {
  const std::lock_guard lock(mutex_);
  done_ += bytes;
  reporter_->progress(kAll, std::min(done_, total_), total_);
}

void CopyProgress::take_back(std::uint64_t bytes) noexcept {
  const std::lock_guard lock(mutex_);
  done_ -= std::min(done_, bytes);
}

}  // namespace waybill::oci
