#include "git/commit_date.h"

#include <gtest/gtest.h>

namespace waybill::git {
namespace {

TEST(CommitDate, SecondsAndCalendarAgree) {
  const CommitTime expected{.seconds = 1769860800, .offset_minutes = 0};
  for (const char* text : {"@1769860800", "1769860800", "@1769860800 +0000", "2026-01-31T12:00:00Z", "2026-01-31 12:00",
                           "2026-01-31T12:00:00.999Z"}) {
    EXPECT_EQ(parse_commit_time(text), expected) << text;
  }
}

TEST(CommitDate, TheOffsetIsKeptAndTakenOff) {
  EXPECT_EQ(parse_commit_time("2026-01-31T12:00:00+02:30"),
            (CommitTime{.seconds = 1769860800 - 9000, .offset_minutes = 150}));
  EXPECT_EQ(parse_commit_time("@5 -0330"), (CommitTime{.seconds = 5, .offset_minutes = -210}));
}

TEST(CommitDate, ADayIsItsMidnight) {
  EXPECT_EQ(parse_commit_time("1970-01-02"), (CommitTime{.seconds = 86400, .offset_minutes = 0}));
}

TEST(CommitDate, AnythingElseIsRefused) {
  for (const char* text : {"", "now", "@", "@-1", "2026-02-29", "2026-13-01", "2026-01-31T24:00", "2026-01-31T12",
                           "2026-01-31T12:00:60Z", "@1 +1500", "@1 x", "1969-12-31", "99999999999999999999",
                           "@253402300800", "2026-01-31T12:00:00Zx", "2026-01-31T12:00:00."}) {
    EXPECT_FALSE(parse_commit_time(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace waybill::git
