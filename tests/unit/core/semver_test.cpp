#include "core/semver.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/error.h"

namespace waybill {
namespace {

TEST(SemVer, OrdersAsSection11Says) {
  // The two examples of semver.org, section 11, and what lies between and beyond them.
  const std::vector<const char*> ascending{"0.0.1",      "0.1.0",        "1.0.0-0",       "1.0.0-9",
                                           "1.0.0-10",   "1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                           "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
                                           "1.0.0",      "2.0.0",        "2.1.0",         "2.1.1",
                                           "2.1.10",     "10.0.0"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(SemVer::parse(ascending[i]) <=> SemVer::parse(ascending[j]), i <=> j)
          << ascending[i] << " " << ascending[j];
    }
  }
}

TEST(SemVer, IgnoresBuildAndLeadingLetterInOrder) {
  EXPECT_EQ(SemVer::parse("v1.2.3+a"), SemVer::parse("1.2.3+b.007"));
  EXPECT_EQ(SemVer::parse("v1.2.3+a").text(), "v1.2.3+a");
  EXPECT_EQ(SemVer::parse("1.2.3-x-y.1+b-c.d").prerelease(), "x-y.1");
  EXPECT_EQ(SemVer::parse("1.2.3-x-y.1+b-c.d").build(), "b-c.d");
}

TEST(SemVer, RefusesWhatSemverOrgRefuses) {
  for (const char* text :
       {"",       "v",      "1",      "1.2",      "1.2.3.4",    "01.1.1",    "1.01.1",
        "1.1.01", "1.2.3-", "1.2.3+", "1.2.3-01", "1.2.3-a..b", "1.2.3-a_b", "1.2.3+a+b",
        "-1.0.0", "1.2.3 ", " 1.2.3", "V1.2.3",   "vv1.2.3",    "1.2.3-ä",   "18446744073709551616.0.0",
        "a.b.c",  "+1.0.0"}) {
    EXPECT_FALSE(SemVer::try_parse(text).has_value()) << text;
    EXPECT_THROW(static_cast<void>(SemVer::parse(text)), Error) << text;
  }
  for (const char* text : {"0.0.0", "1.0.0--", "1.0.0-0a", "1.0.0-a+0", "1.0.0+001", "18446744073709551615.0.0",
                           "1.0.0-99999999999999999999999"}) {
    EXPECT_TRUE(SemVer::try_parse(text).has_value()) << text;
  }
  EXPECT_FALSE(SemVer::try_parse("1.2.3-" + std::string(300, 'a')).has_value());
}

}  // namespace
}  // namespace waybill
