#pragma once
// Bytes that may be compressed, as they are inside.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/stream.h"

namespace waybill {

enum class Compression : std::uint8_t { None, Gzip, Zstd };

// What the first bytes of a content say; four are enough.
[[nodiscard]] Compression compression_of(std::string_view first_bytes) noexcept;

// Decompresses gzip (core/gzip.h) and zstd (libarchive's filter, opened on first use), told by the first bytes, and
// hands on everything else. Does not own `inner`. InvalidInput, naming `name`, for damaged data.
class DecompressingSource final : public ByteSource {
 public:
  DecompressingSource(ByteSource& inner, std::string name);
  ~DecompressingSource() override;
  std::size_t read(std::span<std::byte> buffer) override;
  [[nodiscard]] Compression compression() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Compresses with zstd at level 3 in one thread: equal input gives equal bytes for one version of libzstd. Does not own
// `next`, which gets its last bytes in finish().
class ZstdSink final : public ByteSink {
 public:
  explicit ZstdSink(ByteSink& next);
  ~ZstdSink() override;
  using ByteSink::write;
  void write(Bytes bytes) override;
  // Must be called once at the end; does not end `next`.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace waybill
