#pragma once
// gzip (RFC 1952) as streams, on zlib.
//
//   GzipSink sink(file);
//   write_tar(tree, sink);
//   sink.finish();
#include <memory>
#include <string>

#include "core/stream.h"

namespace waybill {

// Compresses at level 9 with no time stamp and no name, so equal input gives equal bytes for one version of zlib. Does
// not own `next`, which gets its last bytes in finish().
class GzipSink final : public ByteSink {
 public:
  explicit GzipSink(ByteSink& next);
  ~GzipSink() override;
  using ByteSink::write;
  void write(Bytes bytes) override;
  // Must be called once at the end; does not end `next`.
  void finish();

 private:
  struct State;
  void deflate_pending(int flush);
  std::unique_ptr<State> state_;
};

// Decompresses one or more members until the end of `inner`, which it does not own. Throws InvalidInput, naming `name`,
// for a wrong checksum or length, a truncated stream, and bytes after the last member.
class GunzipSource final : public ByteSource {
 public:
  GunzipSource(ByteSource& inner, std::string name);
  ~GunzipSource() override;
  std::size_t read(std::span<std::byte> buffer) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace waybill
