#include "core/gzip.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/process.h"

namespace waybill {
namespace {

std::string compressed(std::string_view text) {
  StringSink sink;
  GzipSink gzip(sink);
  gzip.write(text);
  gzip.finish();
  return sink.take();
}

std::string decompressed(const std::string& bytes) {
  SpanSource source{std::string_view(bytes)};
  GunzipSource plain(source, "test.gz");
  return read_all(plain, 1 << 28, "test.gz");
}

std::string refusal(const std::string& bytes) {
  try {
    (void)decompressed(bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    return error.message();
  }
  return "accepted";
}

TEST(GzipSink, WritesNoTimeAndNoName) {
  const std::string bytes = compressed("hello\n");
  EXPECT_EQ(to_hex(as_bytes(std::string_view(bytes).substr(0, 10))), "1f8b0800000000000203");
}

TEST(GzipSink, DoesNotDependOnHowItIsFed) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919 % 1000);
  StringSink sink;
  GzipSink gzip(sink);
  for (std::size_t i = 0; i < text.size(); i += 1013) gzip.write(std::string_view(text).substr(i, 1013));
  gzip.finish();
  EXPECT_EQ(sink.text(), compressed(text));
  EXPECT_EQ(decompressed(sink.text()), text);
}

TEST(GzipSink, IsReadByGzip) {
  WAYBILL_REQUIRE_PEER("gzip");
  const testing::ProcessResult result = testing::run({"gzip", "-dc"}, {.input = compressed("some text")});
  EXPECT_EQ(result.out, "some text");
  EXPECT_EQ(result.exit_status, 0);
}

TEST(GunzipSource, ReadsNothingAndSeveralMembers) {
  EXPECT_EQ(decompressed(compressed("")), "");
  EXPECT_EQ(decompressed(compressed("one ") + compressed("") + compressed("two")), "one two");
}

TEST(GunzipSource, RefusesTruncationGarbageAndWrongChecksums) {
  const std::string bytes = compressed("some text that is long enough");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(refusal(bytes.substr(0, size)), "'test.gz' ends in the middle of its gzip stream") << size;
  }
  EXPECT_EQ(refusal(bytes + "x"), "'test.gz' ends in the middle of its gzip stream");
  EXPECT_EQ(refusal(bytes + "xyz"), "'test.gz' is not sound gzip data: incorrect header check");
  std::string flipped = bytes;
  flipped[bytes.size() - 5] = static_cast<char>(flipped[bytes.size() - 5] ^ 1);
  EXPECT_NE(refusal(flipped), "accepted");
}

}  // namespace
}  // namespace waybill
