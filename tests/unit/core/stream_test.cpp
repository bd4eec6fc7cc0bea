#include "core/stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "core/error.h"

namespace waybill {
namespace {

// Gives its text in pieces of a few bytes, as a network does.
class TricklingSource final : public ByteSource {
 public:
  TricklingSource(std::string text, std::size_t piece) : text_(std::move(text)), source_(text_), piece_(piece) {}
  std::size_t read(std::span<std::byte> buffer) override {
    return source_.read(buffer.first(std::min(piece_, buffer.size())));
  }

 private:
  std::string text_;
  SpanSource source_;
  std::size_t piece_;
};

ErrorCode code_of(auto&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::Unclassified;
}

std::string verified(const std::string& content, const std::string& expected, std::size_t piece, std::uint64_t size) {
  VerifyingSource source(std::make_unique<TricklingSource>(content, piece), sha256(expected), size);
  StringSink sink;
  copy(source, sink);
  return sink.take();
}

TEST(VerifyingSource, HandsOutRightContent) {
  for (const std::size_t piece : {1U, 3U, 100U}) {
    EXPECT_EQ(verified("content", "content", piece, 7), "content");
    EXPECT_EQ(verified("", "", piece, 0), "");
  }
}

TEST(VerifyingSource, RefusesWrongLongAndShortContent) {
  for (const std::size_t piece : {1U, 3U, 100U}) {
    EXPECT_EQ(code_of([&] { verified("contenT", "content", piece, 7); }), ErrorCode::Untrusted);
    EXPECT_EQ(code_of([&] { verified("content+", "content", piece, 7); }), ErrorCode::Untrusted);
    EXPECT_EQ(code_of([&] { verified("conten", "content", piece, 7); }), ErrorCode::Untrusted);
    EXPECT_EQ(code_of([&] { verified("x", "", piece, 0); }), ErrorCode::Untrusted);
    EXPECT_EQ(code_of([&] { verified("", "x", piece, 0); }), ErrorCode::Untrusted);
  }
}

TEST(VerifyingSource, NeverHandsOutTheLastByteOfWrongContent) {
  // A caller that reads exactly the size it knows, and never asks for the end, is safe too.
  VerifyingSource source(std::make_unique<StringSource>("contenT"), sha256("content"), 7);
  std::array<std::byte, 7> buffer{};
  EXPECT_EQ(code_of([&] { static_cast<void>(source.read(buffer)); }), ErrorCode::Untrusted);
}

TEST(LimitedSource, FailsAboveTheLimit) {
  SpanSource exact(std::string_view("12345"));
  EXPECT_EQ(read_all(exact, 5, "it"), "12345");
  SpanSource above(std::string_view("123456"));
  EXPECT_EQ(code_of([&] { static_cast<void>(read_all(above, 5, "it")); }), ErrorCode::InvalidInput);
}

TEST(HashingSink, PassesOnAndHashes) {
  StringSink inner;
  HashingSink sink(inner);
  sink.write("ab");
  sink.write("c");
  EXPECT_EQ(inner.text(), "abc");
  EXPECT_EQ(sink.size(), 3U);
  EXPECT_EQ(sink.finish(), sha256("abc"));
}

TEST(FdSource, NamesWhatItCannotOpen) {
  EXPECT_EQ(code_of([] { static_cast<void>(FdSource::open("/nonexistent/file")); }), ErrorCode::NotFound);
}

TEST(FdSink, ReportsAFullDisk) {
  UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(static_cast<bool>(full));
  FdSink sink(std::move(full), "full");
  EXPECT_EQ(code_of([&] { sink.write("x"); }), ErrorCode::NoSpace);
}

}  // namespace
}  // namespace waybill
