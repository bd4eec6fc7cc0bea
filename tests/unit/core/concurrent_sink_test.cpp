#include "core/concurrent_sink.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "core/error.h"

namespace waybill {
namespace {

class FailingSink final : public ByteSink {
 public:
  explicit FailingSink(std::size_t after) noexcept : left_(after) {}
  using ByteSink::write;
  void write(Bytes bytes) override {
    if (bytes.size() > left_) throw Error(ErrorCode::NoSpace, "full");
    left_ -= bytes.size();
  }

 private:
  std::size_t left_;
};

TEST(ConcurrentSink, PassesEverythingOnInOrder) {
  for (const std::size_t piece :
       {std::size_t{1000}, std::size_t{512} * 1024, std::size_t{777'777}, std::size_t{5} << 20}) {
    StringSink kept;
    std::string all;
    ConcurrentSink sink(kept);
    for (std::size_t i = 0; all.size() < (std::size_t{6} << 20); ++i) {
      const std::string text(piece, static_cast<char>('a' + i % 26));
      sink.write(text);
      all += text;
    }
    sink.finish();
    EXPECT_TRUE(kept.text() == all) << piece;
  }
}

TEST(ConcurrentSink, NothingIsNothing) {
  StringSink kept;
  ConcurrentSink sink(kept);
  sink.finish();
  EXPECT_EQ(kept.text(), "");
}

TEST(ConcurrentSink, AFailureReachesTheWriterAtTheLatestAtTheEnd) {
  const std::string text(std::size_t{1} << 20, 'x');
  for (const std::size_t after : {std::size_t{0}, std::size_t{3} << 20, (std::size_t{20} << 20) - 1}) {
    FailingSink full(after);
    ConcurrentSink sink(full);
    try {
      for (int i = 0; i < 20; ++i) sink.write(text);
      sink.finish();
      FAIL() << after;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::NoSpace);
    }
  }
}

TEST(ConcurrentSink, EndsWithoutAnEnd) {
  const std::string text(std::size_t{3} << 19, 'x');
  StringSink kept;
  { ConcurrentSink(kept).write(text); }
  EXPECT_TRUE(text.starts_with(kept.text()));
}

}  // namespace
}  // namespace waybill
