#include "generator/constraint_check.h"

#include <gmock/gmock.h>

namespace waybill {
namespace {

using ::testing::MatchesRegex;

Snapshot cluster(const std::string& version) {
  Subtype server{"server", {{"version", version}}};
  Subtype sysctl{"sysctl", {{"/proc/sys/kernel/osrelease", "6.8.0-1028-aws"}}};
  return Snapshot({{"K8s", {server}}, {"OS", {sysctl}}});
}

ConstraintResult check(const std::string& expression, const std::string& actual) {
  return check_constraint({"K8s.server.version", expression, "", "", ""}, cluster(actual));
}

struct Case {
  const char* expression;
  const char* actual;
  bool holds;
};

// What aicr's own evaluator says (spec: snapshot-validate-api, appendix C).
TEST(ConstraintCheck, ComparesAsAicrDoes) {
  for (const auto& [expression, actual, holds] : {Case{">= 1.32.4", "v1.33.5-eks-3025e55", true},
                                                  Case{">= 1.32.4", "1.32.3", false},
                                                  Case{">= 1.32.4", "1.32", true},
                                                  Case{"> 1.30", "1.30.9", false},
                                                  Case{"> 1.30", "1.31", true},
                                                  Case{"<= 1.33", "1.33.9", true},
                                                  Case{"< 1.33", "1.33.0", false},
                                                  Case{">= 6.8", "6.8.0-1028-aws", true},
                                                  Case{">= 6.8", "6.6.56+", false},
                                                  Case{">= 6.8", "5.14.0-427.el9.x86_64", false},
                                                  Case{">= 6.1", "6.1.112-122.189.amzn2023.x86_64", true},
                                                  Case{"24.04", "24.04", true},
                                                  Case{"24.04", "24.04.1", false},
                                                  Case{"24.04", "24.4", false},
                                                  Case{"== 24.04", "24.4", true},
                                                  Case{"== 24.04", "24.04.1", false},
                                                  Case{"== 1.33", "1.33.5", false},
                                                  Case{"!= 1.33", "v1.33.0-rc.1", false},
                                                  Case{"== v1.2.3", "1.2.3+build", true},
                                                  Case{">= 1.33", "1.33.0-rc.1", true},
                                                  Case{"ubuntu", "Ubuntu", false},
                                                  Case{"ubuntu", " ubuntu ", true},
                                                  Case{"= ubuntu", "ubuntu", false},
                                                  Case{"=> 1", "1", false},
                                                  Case{"~> 1", "1", false},
                                                  Case{">=1.30", "1.30.0", true},
                                                  Case{">= v24.6.0", "v25.10.1", true},
                                                  Case{">= +1", "1", true},
                                                  Case{">= 08", "8", true},
                                                  Case{"== ubuntu", "ubuntu", true},
                                                  Case{"!= ubuntu", "rhel", true}}) {
    EXPECT_EQ(check(expression, actual).holds, holds) << expression << " against " << actual;
  }
}

TEST(ConstraintCheck, SaysWhatWasExpectedAndWhatWasThere) {
  const ConstraintResult result = check(">= 1.32.4", "v1.31.0-eks-1");
  EXPECT_FALSE(result.holds);
  EXPECT_EQ(result.actual, "v1.31.0-eks-1");
  EXPECT_EQ(result.reason, "expected >= 1.32.4, got v1.31.0-eks-1");
  EXPECT_EQ(check(">= 1.32.4", "v1.33.0").reason, "");
}

TEST(ConstraintCheck, WhatCannotBeComparedIsAnInternalReasonWithTheReading) {
  for (const auto& [expression, actual] :
       std::initializer_list<std::pair<const char*, const char*>>{{">= ubuntu", "24.04"},
                                                                  {">= 1.0", "not-a-version"},
                                                                  {">= 1.0", "<nil>"},
                                                                  {">= 570", "570.86.10.01"},
                                                                  {">= 1.2", "1.29.3.gke"},
                                                                  {">= 1", "v"},
                                                                  {">= 1", "-1.2"},
                                                                  {">= 1", "1..2"},
                                                                  {">= 1", "1.2.a"}}) {
    const ConstraintResult result = check(expression, actual);
    EXPECT_FALSE(result.holds) << expression << " against " << actual;
    EXPECT_THAT(result.reason, MatchesRegex(R"(\[INTERNAL\] .*: \[INVALID_REQUEST\] .*)"));
    EXPECT_EQ(result.actual, actual);
  }
}

TEST(ConstraintCheck, AnExpressionWithoutAnOperandHasTheReadingToo) {
  for (const char* expression : {"", "  ", ">=", "== "}) {
    const ConstraintResult result = check(expression, "1.30");
    EXPECT_THAT(result.reason, MatchesRegex(R"(\[INVALID_REQUEST\] .*: \[INVALID_REQUEST\] .*)")) << expression;
    EXPECT_EQ(result.actual, "1.30");
  }
}

TEST(ConstraintCheck, ABadNameIsAReasonOfItsOwn) {
  for (const char* name : {"", "nonsense", "K8s.server", "k8s.server.version", "Deployment.gpu-operator.version"}) {
    const ConstraintResult result = check_constraint({name, "1", "", "", ""}, cluster("1"));
    EXPECT_FALSE(result.holds);
    EXPECT_THAT(result.reason, MatchesRegex(R"(\[INVALID_REQUEST\] .*: \[INVALID_REQUEST\] .*)")) << name;
    EXPECT_EQ(result.actual, "");
  }
}

TEST(ConstraintCheck, AMissingReadingTellsWhichPartIsMissing) {
  const auto reason = [](const char* name) { return check_constraint({name, "1", "", "", ""}, cluster("1")).reason; };
  EXPECT_THAT(reason("GPU.smi.model"), MatchesRegex(R"(\[NOT_FOUND\] .*: \[NOT_FOUND\] .*measurement of type 'GPU')"));
  EXPECT_THAT(reason("K8s.node.provider"), MatchesRegex(R"(\[NOT_FOUND\] .*: \[NOT_FOUND\] .*subtype 'node')"));
  EXPECT_THAT(reason("K8s.server.goVersion"), MatchesRegex(R"(\[NOT_FOUND\] .*: \[NOT_FOUND\] .*key 'goVersion')"));
}

TEST(ConstraintCheck, KeysMayHoldDotsAndSlashes) {
  EXPECT_TRUE(check_constraint({"OS.sysctl./proc/sys/kernel/osrelease", ">= 6.8", "", "", ""}, cluster("1")).holds);
}

}  // namespace
}  // namespace waybill
