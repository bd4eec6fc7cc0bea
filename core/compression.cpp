#include "core/compression.h"

#include <fmt/core.h>

#include <array>
#include <exception>
#include <new>
#include <utility>

#include "core/error.h"
#include "core/gzip.h"
#include "core/libarchive.h"

namespace waybill {
namespace {

// Gives back bytes that were read to look at them, then the rest.
class PeekedSource final : public ByteSource {
 public:
  explicit PeekedSource(ByteSource& rest) : rest_(rest) {
    while (size_ < bytes_.size()) {
      const std::size_t count = rest.read(std::span(bytes_).subspan(size_));
      if (count == 0) break;
      size_ += count;
    }
    peeked_ = SpanSource(Bytes(bytes_).first(size_));
  }
  PeekedSource(const PeekedSource&) = delete;
  PeekedSource& operator=(const PeekedSource&) = delete;
  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = peeked_.read(buffer);
    return count != 0 ? count : rest_.read(buffer);
  }
  [[nodiscard]] std::string_view peeked() const noexcept { return as_text(Bytes(bytes_).first(size_)); }

 private:
  ByteSource& rest_;
  std::array<std::byte, 4> bytes_{};
  std::size_t size_ = 0;
  SpanSource peeked_{Bytes{}};
};

// libarchive's filter in front of its format "raw", which has one entry.
class UnzstdSource final : public ByteSource {
 public:
  UnzstdSource(ByteSource& inner, const std::string& name) : reader_(inner) {
    reader_.support(libarchive().archive_read_support_filter_zstd);
    reader_.support(libarchive().archive_read_support_format_raw);
    reader_.open();
    if (reader_.next() == nullptr) throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is empty", name));
  }
  std::size_t read(std::span<std::byte> buffer) override { return reader_.read(buffer); }

 private:
  ArchiveReader reader_;
};

}  // namespace

Compression compression_of(std::string_view first_bytes) noexcept {
  if (first_bytes.starts_with("\x1f\x8b")) return Compression::Gzip;
  if (first_bytes.starts_with("\x28\xb5\x2f\xfd")) return Compression::Zstd;
  return Compression::None;
}

struct DecompressingSource::State {
  State(ByteSource& inner, std::string name) : whole(inner), compression(compression_of(whole.peeked())) {
    if (compression == Compression::Gzip) plain = std::make_unique<GunzipSource>(whole, std::move(name));
    if (compression == Compression::Zstd) plain = std::make_unique<UnzstdSource>(whole, name);
  }
  PeekedSource whole;
  Compression compression;
  std::unique_ptr<ByteSource> plain;  // null: not compressed
};

DecompressingSource::DecompressingSource(ByteSource& inner, std::string name)
    : state_(std::make_unique<State>(inner, std::move(name))) {}
DecompressingSource::~DecompressingSource() = default;

std::size_t DecompressingSource::read(std::span<std::byte> buffer) {
  return state_->plain ? state_->plain->read(buffer) : state_->whole.read(buffer);
}

Compression DecompressingSource::compression() const noexcept { return state_->compression; }

struct ZstdSink::State {
  explicit State(ByteSink& sink)
      : next(sink), writer(libarchive().archive_write_new(), libarchive().archive_write_free) {
    if (!writer) throw std::bad_alloc();
    const LibArchive& api = libarchive();
    // libarchive answers "warning" where it would start another program instead: not wanted.
    if (api.archive_write_add_filter_zstd(writer.get()) != ARCHIVE_OK)
      throw Error(ErrorCode::Unavailable, "this libarchive cannot write zstd");
    check(api.archive_write_set_filter_option(writer.get(), "zstd", "compression-level", "3"));
    check(api.archive_write_set_filter_option(writer.get(), "zstd", "threads", "1"));
    check(api.archive_write_set_format_raw(writer.get()));
    check(api.archive_write_set_bytes_per_block(writer.get(), 0));
    check(api.archive_write_open(writer.get(), this, nullptr, take, nullptr));
    const std::unique_ptr<archive_entry, decltype(archive_entry_free)*> entry(api.archive_entry_new(),
                                                                              api.archive_entry_free);
    if (!entry) throw std::bad_alloc();
    api.archive_entry_set_filetype(entry.get(), AE_IFREG);
    check(api.archive_write_header(writer.get(), entry.get()));
  }

  void check(int result) {
    if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
    if (result >= ARCHIVE_OK) return;
    const char* reason = libarchive().archive_error_string(writer.get());
    throw Error(ErrorCode::Internal, fmt::format("cannot compress: {}", reason != nullptr ? reason : "unknown reason"));
  }
  // No exception may pass through libarchive: kept here, thrown again by check.
  static la_ssize_t take(archive*, void* self, const void* bytes, std::size_t size) noexcept {
    auto& state = *static_cast<State*>(self);
    try {
      if (state.ended) return static_cast<la_ssize_t>(size);  // freed without finish: nobody wants the rest
      state.next.write(Bytes(static_cast<const std::byte*>(bytes), size));
      return static_cast<la_ssize_t>(size);
    } catch (...) {
      state.failure = std::current_exception();
      return -1;
    }
  }

  ByteSink& next;
  std::exception_ptr failure;
  bool ended = false;
  std::unique_ptr<archive, decltype(archive_write_free)*> writer;
};

ZstdSink::ZstdSink(ByteSink& next) : state_(std::make_unique<State>(next)) {}
ZstdSink::~ZstdSink() { state_->ended = true; }

void ZstdSink::write(Bytes bytes) {
  while (!bytes.empty()) {
    const la_ssize_t count = libarchive().archive_write_data(state_->writer.get(), bytes.data(), bytes.size());
    state_->check(count < 0 ? static_cast<int>(count) : ARCHIVE_OK);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void ZstdSink::finish() { state_->check(libarchive().archive_write_close(state_->writer.get())); }

}  // namespace waybill
