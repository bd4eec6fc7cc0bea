#include "generator/constraint_strength.h"

#include <gtest/gtest.h>

namespace waybill {
namespace {

TEST(ConstraintStrength, ALowerBoundIsWeakerWhenItIsLower) {
  EXPECT_TRUE(is_weaker(">= 1.30", ">= 1.34"));
  EXPECT_TRUE(is_weaker(">=1.32", ">= 1.32.4"));
  EXPECT_TRUE(is_weaker(">= 1.30", "> 1.30"));
  EXPECT_TRUE(is_weaker("> v1.9", "> v1.10"));
  EXPECT_FALSE(is_weaker(">= 1.34", ">= 1.30"));
  EXPECT_FALSE(is_weaker(">= 1.30", ">= 1.30.0"));
}

TEST(ConstraintStrength, AnUpperBoundIsWeakerWhenItIsHigher) {
  EXPECT_TRUE(is_weaker("<= 1.34", "<= 1.30"));
  EXPECT_TRUE(is_weaker("<= 2", "< 2"));
  EXPECT_FALSE(is_weaker("< 1.30", "<= 1.34"));
}

TEST(ConstraintStrength, WhatCannotBeComparedIsNotWeaker) {
  EXPECT_FALSE(is_weaker("<= 1.30", ">= 1.34"));
  EXPECT_FALSE(is_weaker("ubuntu", ">= 1.34"));
  EXPECT_FALSE(is_weaker(">= 1.30", "== 1.34"));
  EXPECT_FALSE(is_weaker(">= ", ">= 1.34"));
  EXPECT_FALSE(is_weaker(">= one", ">= 1.34"));
  EXPECT_FALSE(is_weaker(">= 1.2.3.4", ">= 9.9"));
  EXPECT_FALSE(is_weaker("", ""));
}

}  // namespace
}  // namespace waybill
