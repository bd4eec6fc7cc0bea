#include "signing/repository_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::signing {
namespace {

TEST(RepositoryPattern, MatchesTheWholeName) {
  EXPECT_TRUE(matches_repository("registry.example.com/gpu/bundle", "registry.example.com/gpu/bundle"));
  EXPECT_FALSE(matches_repository("registry.example.com/gpu", "registry.example.com/gpu/bundle"));
  EXPECT_FALSE(matches_repository("gpu/bundle", "registry.example.com/gpu/bundle"));
  EXPECT_FALSE(matches_repository("registryXexample.com/a", "registry.example.com/a")) << "a dot is a dot";
  EXPECT_FALSE(matches_repository("", "a"));
  EXPECT_TRUE(matches_repository("", ""));
}

TEST(RepositoryPattern, OneStarStaysInItsSegment) {
  EXPECT_TRUE(matches_repository("registry.example.com/gpu/*", "registry.example.com/gpu/bundle"));
  EXPECT_FALSE(matches_repository("registry.example.com/gpu/*", "registry.example.com/gpu/a/b"));
  EXPECT_FALSE(matches_repository("registry.example.com/*", "registry.example.com.evil.com/gpu"));
  EXPECT_TRUE(matches_repository("*.example.com/gpu-*", "registry.example.com/gpu-a"));
  EXPECT_FALSE(matches_repository("*.example.com/gpu", "evil.com/x.example.com/gpu"));
}

TEST(RepositoryPattern, TwoStarsCrossSegments) {
  EXPECT_TRUE(matches_repository("registry.example.com/**", "registry.example.com/a/b/c"));
  EXPECT_TRUE(matches_repository("**", "anything/at/all"));
  EXPECT_TRUE(matches_repository("**/bundle", "registry.example.com/gpu/bundle"));
  EXPECT_FALSE(matches_repository("**/bundle", "registry.example.com/gpu/bundles"));
}

TEST(RepositoryPattern, IsQuickForHostilePatterns) {
  std::string pattern;
  for (int i = 0; i < 250; ++i) pattern += "a*";
  EXPECT_FALSE(matches_repository(pattern + "b", std::string(500, 'a')));
}

}  // namespace
}  // namespace waybill::signing
