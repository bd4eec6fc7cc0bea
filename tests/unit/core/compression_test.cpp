#include "core/compression.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/gzip.h"

namespace waybill {
namespace {

std::string text() {
  std::string result;
  for (int i = 0; i < 50'000; ++i) result += std::to_string(i * 7919);
  return result;
}

std::string zstd(std::string_view bytes) {
  StringSink sink;
  ZstdSink packer(sink);
  while (!bytes.empty()) {
    packer.write(bytes.substr(0, 1000));
    bytes.remove_prefix(std::min<std::size_t>(1000, bytes.size()));
  }
  packer.finish();
  return sink.take();
}

std::string unpacked(std::string_view bytes) {
  SpanSource source(bytes);
  DecompressingSource plain(source, "test");
  return read_all(plain, 1 << 24, "test");
}

TEST(Compression, ZstdIsReadBackAndEqualInputGivesEqualBytes) {
  const std::string packed = zstd(text());
  EXPECT_LT(packed.size(), text().size());
  EXPECT_EQ(compression_of(packed), Compression::Zstd);
  EXPECT_EQ(unpacked(packed), text());
  EXPECT_EQ(zstd(text()), packed);
}

TEST(Compression, GzipAndPlainBytesAreTold) {
  StringSink sink;
  GzipSink packer(sink);
  packer.write(text());
  packer.finish();
  EXPECT_EQ(compression_of(sink.text()), Compression::Gzip);
  EXPECT_EQ(unpacked(sink.text()), text());
  for (const char* plain : {"", "a", "\x1f", "plain text"}) {
    EXPECT_EQ(compression_of(plain), Compression::None);
    EXPECT_EQ(unpacked(plain), plain);
  }
}

TEST(Compression, DamagedZstdIsRefused) {
  std::string packed = zstd(text());
  EXPECT_THROW(static_cast<void>(unpacked(packed.substr(0, packed.size() / 2))), Error);
  packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 0x40);
  EXPECT_THROW(static_cast<void>(unpacked(packed)), Error);
}

class FailingSink final : public ByteSink {
 public:
  void write(Bytes) override { throw Error(ErrorCode::NoSpace, "full"); }
};

TEST(Compression, AFailureOfTheSinkComesThroughAndAPackerMayBeGivenUp) {
  FailingSink sink;
  ZstdSink packer(sink);
  try {
    for (int i = 0; i < 100; ++i) packer.write(text());
    packer.finish();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::NoSpace);
  }
  ZstdSink given_up(sink);
  given_up.write(std::string_view("x"));
}

}  // namespace
}  // namespace waybill
