#include "generator/constraint_syntax.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "generator/constraint_strength.h"

namespace waybill {
namespace {

using Operator = ConstraintExpression::Operator;

TEST(ConstraintSyntax, SplitsPathsAtTheFirstTwoDots) {
  const ConstraintPath path = parse_constraint_path("OS.sysctl./proc/sys/kernel.osrelease");
  EXPECT_EQ(path.type, "OS");
  EXPECT_EQ(path.subtype, "sysctl");
  EXPECT_EQ(path.key, "/proc/sys/kernel.osrelease");
  for (const char* bad : {"", "K8s", "K8s.server", "k8s.server.version", "Deployment.a.b"})
    EXPECT_THROW(static_cast<void>(parse_constraint_path(bad)), Error) << bad;
}

TEST(ConstraintSyntax, ReadsOperatorsAndOperands) {
  EXPECT_EQ(parse_constraint_expression(" >= 1.32 ").op, Operator::AtLeast);
  EXPECT_EQ(parse_constraint_expression(">=1.32").operand, "1.32");
  EXPECT_EQ(parse_constraint_expression("> v1").op, Operator::Above);
  EXPECT_EQ(parse_constraint_expression("!= x").op, Operator::NotEqual);
  EXPECT_EQ(parse_constraint_expression("ubuntu").op, Operator::Exact);
  for (const char* bad : {"", " ", ">=", "< ", ">= jammy", "<= 1.2.3.4", "> 1..2", "== "})
    EXPECT_THROW(static_cast<void>(parse_constraint_expression(bad)), Error) << bad;
}

TEST(ConstraintSyntax, ReadsVersionsAsAicrDoes) {
  EXPECT_EQ(parse_constraint_version("v1.31.0-eks-1")->precision, 3U);
  EXPECT_EQ(parse_constraint_version("6.8")->precision, 2U);
  EXPECT_EQ(parse_constraint_version("1.29.3+k3s1")->numbers[2], 3U);
  for (const char* bad : {"", "v", "1.", ".1", "1.2.3.4", "1.29.3.gke", "x", "-1", "99999999999999999999"})
    EXPECT_FALSE(parse_constraint_version(bad)) << bad;
}

TEST(ConstraintStrength, TellsWhatAsksForLess) {
  const auto weaker = [](const std::string& before, const std::string& after) {
    Constraint first;
    first.value = before;
    Constraint second;
    second.value = after;
    return !weakening(first, second).empty();
  };
  EXPECT_TRUE(weaker(">= 1.34", ">= 1.30"));
  EXPECT_TRUE(weaker("> 1.30", ">= 1.30"));
  EXPECT_TRUE(weaker("<= 6.8", "<= 6.11"));
  EXPECT_FALSE(weaker(">= 1.30", ">= 1.34"));
  EXPECT_FALSE(weaker(">= 1.30", "<= 1.20")) << "not comparable";
  EXPECT_FALSE(weaker("ubuntu", "rhel"));
  Constraint error;
  error.value = "ubuntu";
  Constraint warning = error;
  warning.severity = "warning";
  EXPECT_NE(weakening(error, warning), "");
  EXPECT_EQ(weakening(warning, error), "");
}

}  // namespace
}  // namespace waybill
