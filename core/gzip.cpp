#include "core/gzip.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

#include "core/dynamic_library.h"
#include "core/error.h"

namespace waybill {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib.h: the largest window, with gzip's header and trailer
constexpr int kMemoryLevel = 8;       // zlib's default, written out because it decides the bytes
constexpr std::size_t kChunk = std::size_t{64} * 1024;

// Opened when the first stream is packed or unpacked. zlib.h's inits are macros over functions that check the version.
struct Zlib {
  DynamicLibrary library{WAYBILL_ZLIB_SONAME};
  WAYBILL_LIBRARY_FUNCTION(deflate);
  WAYBILL_LIBRARY_FUNCTION(deflateEnd);
  WAYBILL_LIBRARY_FUNCTION(deflateInit2_);
  WAYBILL_LIBRARY_FUNCTION(inflate);
  WAYBILL_LIBRARY_FUNCTION(inflateEnd);
  WAYBILL_LIBRARY_FUNCTION(inflateInit2_);
  WAYBILL_LIBRARY_FUNCTION(inflateReset);
};

const Zlib& zlib() {
  static const Zlib table;
  return table;
}

struct EndDeflate {
  void operator()(z_stream* stream) const noexcept { static_cast<void>(zlib().deflateEnd(stream)); }
};
struct EndInflate {
  void operator()(z_stream* stream) const noexcept { static_cast<void>(zlib().inflateEnd(stream)); }
};

unsigned char* raw(std::span<std::byte> bytes) noexcept { return reinterpret_cast<unsigned char*>(bytes.data()); }

void refuse_failed_start(int result) {
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  if (result != Z_OK) throw Error(ErrorCode::Internal, fmt::format("zlib could not be started: status {}", result));
}

}  // namespace

struct GzipSink::State {
  explicit State(ByteSink& sink) : next(sink) {
    refuse_failed_start(zlib().deflateInit2_(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                                             Z_DEFAULT_STRATEGY, ZLIB_VERSION, static_cast<int>(sizeof stream)));
    end.reset(&stream);
  }
  ByteSink& next;
  z_stream stream{};
  std::unique_ptr<z_stream, EndDeflate> end;
  std::array<std::byte, kChunk> buffer;
};

GzipSink::GzipSink(ByteSink& next) : state_(std::make_unique<State>(next)) {}
GzipSink::~GzipSink() = default;

void GzipSink::deflate_pending(int flush) {
  z_stream& stream = state_->stream;
  do {
    stream.next_out = raw(state_->buffer);
    stream.avail_out = kChunk;
    if (zlib().deflate(&stream, flush) == Z_STREAM_ERROR) throw Error(ErrorCode::Internal, "zlib lost its state");
    state_->next.write(Bytes(state_->buffer).first(kChunk - stream.avail_out));
  } while (stream.avail_out == 0);
}

void GzipSink::write(Bytes bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
    // zlib reads only, but its field is not const.
    state_->stream.next_in = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data()));
    state_->stream.avail_in = static_cast<uInt>(count);
    deflate_pending(Z_NO_FLUSH);
    bytes = bytes.subspan(count);
  }
}

void GzipSink::finish() {
  state_->stream.next_in = nullptr;
  state_->stream.avail_in = 0;
  deflate_pending(Z_FINISH);
}

struct GunzipSource::State {
  State(ByteSource& source, std::string source_name) : inner(source), name(std::move(source_name)) {
    refuse_failed_start(zlib().inflateInit2_(&stream, kGzipWindow, ZLIB_VERSION, static_cast<int>(sizeof stream)));
    end.reset(&stream);
  }
  ByteSource& inner;
  std::string name;
  z_stream stream{};
  std::unique_ptr<z_stream, EndInflate> end;
  std::array<std::byte, kChunk> buffer;
  bool between_members = false;

  // False at the end of the compressed bytes.
  bool fill() {
    if (stream.avail_in != 0) return true;
    const std::size_t count = inner.read(buffer);
    stream.next_in = raw(buffer);
    stream.avail_in = static_cast<uInt>(count);
    return count != 0;
  }
};

GunzipSource::GunzipSource(ByteSource& inner, std::string name)
    : state_(std::make_unique<State>(inner, std::move(name))) {}
GunzipSource::~GunzipSource() = default;

std::size_t GunzipSource::read(std::span<std::byte> buffer) {
  if (buffer.empty()) return 0;
  z_stream& stream = state_->stream;
  const std::size_t wanted = std::min<std::size_t>(buffer.size(), std::numeric_limits<uInt>::max());
  stream.next_out = raw(buffer);
  stream.avail_out = static_cast<uInt>(wanted);
  while (stream.avail_out == wanted) {
    if (!state_->fill()) {
      if (state_->between_members) return 0;
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' ends in the middle of its gzip stream", state_->name));
    }
    if (state_->between_members) {
      if (zlib().inflateReset(&stream) != Z_OK) throw Error(ErrorCode::Internal, "zlib lost its state");
      state_->between_members = false;
    }
    const int result = zlib().inflate(&stream, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    state_->between_members = result == Z_STREAM_END;
    // Z_BUF_ERROR only asks for more input or room.
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not sound gzip data: {}", state_->name,
                                                       stream.msg != nullptr ? stream.msg : "unknown reason"));
    }
  }
  return wanted - stream.avail_out;
}

}  // namespace waybill
