#include "generator/field_rules.h"

#include <gmock/gmock.h>

namespace waybill {
namespace {

TEST(FieldRules, LabelsAreThoseOfRfc1123) {
  for (const char* good : {"a", "gpu-operator", "0", "a-1"}) EXPECT_TRUE(is_dns_label(good)) << good;
  for (const std::string& bad :
       {std::string(), std::string("A"), std::string("-a"), std::string("a-"), std::string("a.b"), std::string("a/b"),
        std::string("../a"), std::string("a\n"), std::string(64, 'a')})
    EXPECT_FALSE(is_dns_label(bad)) << bad;
  EXPECT_TRUE(is_dns_label(std::string(63, 'a')));
}

TEST(FieldRules, SourcesAreUrlsWithoutCredentialsOrTricks) {
  for (const char* good : {"https://charts.example", "https://charts.example:8443/stable/x", "oci://ghcr.io/nvidia",
                           "http://127.0.0.1:5000/charts", "https://git.example/team/repo.git"})
    EXPECT_TRUE(is_source_url(good)) << good;
  for (const char* bad : {"", "charts.example", "file:///etc", "ssh://git@host/x", "https://", "https:///x",
                          "https://user:pw@host/x", "https://host/a b", "https://host/a?ref=x", "https://host/#x",
                          "https://host/../x", "https://host//x", "https://host:port/x", "https://host/\nx",
                          "HTTPS://host/x", "git@host:x", "https://host/{{x}}", "https://host/\"x"})
    EXPECT_FALSE(is_source_url(bad)) << bad;
}

TEST(FieldRules, VersionsAreExact) {
  for (const char* good : {"1.2.3", "v0.13.0", "25.04.0", "1.2.3-rc.1", "1.2.3+build.5", "v1.2.3-a+b"})
    EXPECT_TRUE(is_exact_version(good)) << good;
  for (const char* bad : {"", "1", "1.2", "1.2.x", "*", "^1.2.3", ">=1.2.3", "1.2.3 || 2.0.0", "latest", "1.2.3-",
                          "1.2.3\n", "1.2.3-${x}", "vv1.2.3"})
    EXPECT_FALSE(is_exact_version(bad)) << bad;
}

TEST(FieldRules, RevisionsAndChartsHaveNoWayOut) {
  EXPECT_TRUE(is_git_revision("release/v1.2"));
  EXPECT_TRUE(is_chart_name("nvidia/gpu-operator"));
  for (const char* bad : {"../x", "a/../b", "-x", "a//b", "/a", "a/", "a b", "a?b", "a\tb"}) {
    EXPECT_FALSE(is_git_revision(bad)) << bad;
    EXPECT_FALSE(is_chart_name(bad)) << bad;
  }
}

TEST(FieldRules, DoesNotShowASourceThatMayHoldAPassword) {
  ComponentRef component;
  component.name = "a";
  component.source = "https://user:secret@host/x";
  const std::vector<FieldProblem> problems = check_fields(component);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems[0].message, ::testing::Not(::testing::HasSubstr("secret")));
}

TEST(FieldRules, SaysWhatADeploymentMisses) {
  ComponentRef component;
  component.name = "a";
  component.type = "Helm";
  EXPECT_THAT(check_complete(component), ::testing::SizeIs(1));
  component.manifest_files = {"components/a/manifests/x.yaml"};
  EXPECT_THAT(check_complete(component), ::testing::IsEmpty());
  component.source = "https://charts.example";
  EXPECT_THAT(check_complete(component), ::testing::SizeIs(2));  // chart, version
  component.type = "Kustomize";
  EXPECT_THAT(check_complete(component), ::testing::SizeIs(2));  // path, tag
}

}  // namespace
}  // namespace waybill
