#include "oci/partial_blob.h"

#include <fmt/core.h>

#include <memory>

#include "core/error.h"
#include "core/interrupt.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

constexpr std::size_t kBufferSize = std::size_t{512} * 1024;

class Buffer {
 public:
  [[nodiscard]] std::span<std::byte> span() const noexcept { return {storage_.get(), kBufferSize}; }

 private:
  std::unique_ptr<std::byte[]> storage_ = std::make_unique_for_overwrite<std::byte[]>(kBufferSize);
};

}  // namespace

PartialBlob::PartialBlob(const fs::path& folder, const Descriptor& blob)
    : blob_(blob),
      file_(folder, fmt::format("{}{}", kPartialPrefix, blob.digest.hex()), blob.digest.hex().substr(0, 16)),
      hash_(blob.digest.algorithm()) {
  if (file_.can_go_on()) hash_what_is_there();
}

void PartialBlob::hash_what_is_there() {
  const Buffer buffer;
  while (true) {
    const std::size_t count = file_.read_at(size_, buffer.span());
    if (count == 0) break;
    throw_if_interrupted();
    size_ += count;
    if (size_ > blob_.size) return clear();
    hash_.update(Bytes(buffer.span()).first(count));
  }
}

void PartialBlob::complete(const OpenBlob& open) {
  // What was there may be to blame, after a power failure for instance: then once from the first byte.
  for (bool begun_by_another = size_ != 0;; begun_by_another = false) {
    try {
      return fetch(open);
    } catch (const Error& failure) {
      if (failure.code() != ErrorCode::Untrusted) throw;
      clear();
      if (!begun_by_another) throw;
    }
  }
}

void PartialBlob::fetch(const OpenBlob& open) {
  if (size_ < blob_.size || blob_.size == 0) {
    const std::unique_ptr<ByteSource> source = open(size_);
    const Buffer buffer;
    while (const std::size_t count = source->read(buffer.span())) {
      throw_if_interrupted();
      if (count > blob_.size - size_) {
        throw Error(ErrorCode::Untrusted, fmt::format("content of {} has more than the {} bytes it should have",
                                                      blob_.digest.to_string(), blob_.size));
      }
      const Bytes bytes = Bytes(buffer.span()).first(count);
      hash_.update(bytes);
      file_.write_at(size_, bytes);
      size_ += count;
    }
  }
  if (size_ != blob_.size) {
    throw Error(ErrorCode::Untrusted,
                fmt::format("content of {} ends after {} of {} bytes", blob_.digest.to_string(), size_, blob_.size));
  }
  if (const Digest actual = hash_.finish(); actual != blob_.digest) {
    throw Error(ErrorCode::Untrusted,
                fmt::format("content should be {} but is {}", blob_.digest.to_string(), actual.to_string()));
  }
}

void PartialBlob::rename_to(const fs::path& target) {
  file_.write_back();
  file_.rename_to(target);
}

void PartialBlob::clear() {
  file_.cut(0);
  hash_ = Hasher(blob_.digest.algorithm());
  size_ = 0;
}

}  // namespace waybill::oci
