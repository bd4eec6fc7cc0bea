#include "signing/identity_rule.h"

#include <gtest/gtest.h>

#include "tests/unit/signing/refusal.h"

namespace waybill::signing {
namespace {

TEST(TextRule, TakesOneTextExactly) {
  const TextRule rule = TextRule::exactly("a.b");
  EXPECT_TRUE(rule.matches("a.b"));
  EXPECT_FALSE(rule.matches("axb"));
  EXPECT_FALSE(rule.matches("a.b "));
  EXPECT_FALSE(rule.matches(std::string("a.b\0", 4)));
}

TEST(TextRule, MatchesTheWholeText) {
  const TextRule rule = TextRule::matching("https://github\\.com/example/.*");
  EXPECT_TRUE(rule.matches("https://github.com/example/repository"));
  EXPECT_FALSE(rule.matches("https://evil.example/https://github.com/example/repository"));
  EXPECT_FALSE(rule.matches("https://githubxcom/example/repository"));
  EXPECT_FALSE(rule.matches("https://github.com/example/" + std::string(5000, 'x')));
}

TEST(TextRule, RefusesABadExpression) {
  EXPECT_EQ(refusal([] { return TextRule::matching("(a").matches(""); }), "'(a' is not a regular expression");
}

}  // namespace
}  // namespace waybill::signing
