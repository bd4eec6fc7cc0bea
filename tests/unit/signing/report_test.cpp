#include "signing/report.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "tests/unit/signing/refusal.h"

namespace waybill::signing {
namespace {

const Check kPassed{"signature", true, "signed by k", "a"};
const Check kFailed{"signature", false, "no signature", "b"};

TEST(VerificationReport, TrustsNothingThatWasNotChecked) {
  EXPECT_FALSE(VerificationReport().trusted());
  EXPECT_EQ(refusal([] { return Verified<int>(1, {}); }, ErrorCode::Untrusted), "nothing was verified");
}

TEST(VerificationReport, IsTrustedOnlyWhenEverythingPassed) {
  VerificationReport report;
  report.add(kPassed);
  EXPECT_TRUE(report.trusted());
  VerificationReport more;
  more.add(kFailed);
  report.add(more);
  EXPECT_FALSE(report.trusted());
  EXPECT_EQ(report.checks(), (std::vector<Check>{kPassed, kFailed}));
  EXPECT_EQ(refusal([&] { return Verified<int>(1, report); }, ErrorCode::Untrusted),
            "verification failed: signature of 'b': no signature");
}

TEST(VerificationReport, NamesAtMostTenFailures) {
  VerificationReport report;
  for (int i = 0; i < 12; ++i) report.add(kFailed);
  EXPECT_TRUE(refusal(
                  [&] {
                    report.throw_unless_trusted();
                    return 0;
                  },
                  ErrorCode::Untrusted)
                  .ends_with("; and 2 more"));
}

TEST(Verified, HoldsTheValueAndItsReport) {
  VerificationReport report;
  report.add(kPassed);
  Verified<std::string> verified("content", report);
  EXPECT_EQ(verified.value(), "content");
  EXPECT_EQ(verified.report().checks().size(), 1U);
  EXPECT_EQ(std::move(verified).take(), "content");
  static_assert(!std::is_constructible_v<Verified<std::string>, std::string>);
  static_assert(!std::is_default_constructible_v<Verified<std::string>>);
}

}  // namespace
}  // namespace waybill::signing
