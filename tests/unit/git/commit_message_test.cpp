#include "git/commit_message.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace waybill::git {
namespace {

TEST(CommitMessage, TrailersStandInAParagraphOfTheirOwn) {
  EXPECT_EQ(commit_message("Roll out\n\n", {{.key = "A-B", .value = "c: d"}, {.key = "E", .value = "f"}}),
            "Roll out\n\nA-B: c: d\nE: f\n");
  EXPECT_EQ(commit_message("Roll out", {}), "Roll out\n");
}

TEST(CommitMessage, WhatWouldBreakTheFormIsRefused) {
  EXPECT_THROW(static_cast<void>(commit_message(" \n", {})), Error);
  EXPECT_THROW(static_cast<void>(commit_message("a\x1b[2J", {})), Error);
  EXPECT_THROW(static_cast<void>(commit_message("a\xff", {})), Error);
  EXPECT_THROW(static_cast<void>(commit_message("a", {{.key = "a b", .value = "c"}})), Error);
  EXPECT_THROW(static_cast<void>(commit_message("a", {{.key = "a", .value = "c\nd: e"}})), Error);
}

}  // namespace
}  // namespace waybill::git
