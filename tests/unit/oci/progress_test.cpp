#include "oci/progress.h"

#include <gmock/gmock.h>

#include <array>
#include <map>
#include <vector>

#include "core/digest.h"

namespace waybill::oci {
namespace {

using ::testing::ElementsAre;

// Remembers how many bytes of all there were, each time it was told.
class Remembering final : public Reporter {
 public:
  void message(Level, std::string_view) noexcept override {}
  void progress(std::string_view what, std::uint64_t done, std::uint64_t) noexcept override {
    if (what == "all") all.push_back(done);
  }
  std::vector<std::uint64_t> all;
};

// A transfer that was broken off or refused reads its blob again, from the start or further on.
TEST(CopyProgress, CountsBytesThatAreReadAgainOnce) {
  const std::string bytes = "0123456789";
  const Descriptor blob{"text/plain", sha256(bytes), bytes.size(), {}, {}, {}};
  Remembering reporter;
  CopyProgress progress(&reporter, 30);
  const OpenBlob open = progress.counted(
      blob, [&](std::uint64_t offset) { return std::make_unique<SpanSource>(as_bytes(bytes).subspan(offset)); });
  const auto read = [](ByteSource& source, std::size_t count) {
    std::array<std::byte, 16> buffer{};
    static_cast<void>(source.read(std::span(buffer).first(count)));
  };
  read(*open(0), 10);
  read(*open(0), 4);
  read(*open(4), 6);
  EXPECT_THAT(reporter.all, ElementsAre(10, 4, 4, 10));
}

}  // namespace
}  // namespace waybill::oci
