#include "generator/duration.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace waybill {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsWhatGoWrites) {
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("1h5m"), 65min);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("10ms"), 10ms);
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* bad : {"", "5", "m", "1x", "-1m", "1 m", "1m ", "0s", "1e3s", "nan", "1.2.3s", "9999999999999h"})
    EXPECT_THROW(static_cast<void>(parse_duration(bad)), Error) << bad;
}

}  // namespace
}  // namespace waybill
