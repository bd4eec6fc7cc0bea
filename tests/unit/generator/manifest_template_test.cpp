#include "generator/manifest_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/yaml/reader.h"
#include "tests/support/process.h"

#include "core/file_system.h"

namespace waybill {
namespace {

using ::testing::HasSubstr;

ManifestContext context() {
  return {Value::map(
              {{"gpu-operator", Value::map({{"name", "exporter"},
                                            {"enabled", true},
                                            {"zero", 0},
                                            {"empty", ""},
                                            {"count", 3},
                                            {"ratio", 0.5},
                                            {"lines", "a: 1\nb: 2"},
                                            {"marker", "--- x"},
                                            {"list", Value::list({"first", "second"})},
                                            {"selector", Value::map({{"zone", "a"}, {"app", "true"}})},
                                            {"tolerations", Value::list({Value::map({{"operator", "Exists"}})})}})}}),
          "gpu", "gpu-operator", "v25.10.1"};
}

std::string render(const std::string& text) {
  return render_manifest("{{- $c := index .Values \"gpu-operator\" }}" + text, "m.yaml", context());
}

Error failure(const std::string& text) {
  try {
    static_cast<void>(render_manifest(text, "m.yaml", context()));
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::Internal, "rendered without an error");
}

TEST(ManifestTemplate, TextWithoutActionsIsKept) {
  EXPECT_EQ(render_manifest("a: }} { {\r\n\n\n", "m.yaml", context()), "a: }} { {\r\n\n\n");
}

TEST(ManifestTemplate, PrintsReleaseAndChartWithoutLeadingV) {
  EXPECT_EQ(render_manifest("a: {{ .Release.Namespace }} {{.Release.Service}} {{ .Chart.Name }}-{{ .Chart.Version }}",
                            "m.yaml", context()),
            "a: gpu Helm gpu-operator-25.10.1");
}

TEST(ManifestTemplate, EmptyChartVersionHasADefault) {
  ManifestContext bare = context();
  bare.chart_version = "";
  EXPECT_EQ(render_manifest("a: {{ .Chart.Version }}", "m.yaml", bare), "a: 0.1.0");
}

TEST(ManifestTemplate, LeftMarkerEatsEverythingBeforeIt) { EXPECT_EQ(render("x: \t\r\n {{- $c.count }}"), "x:3"); }
TEST(ManifestTemplate, RightMarkerEatsEverythingAfterIt) { EXPECT_EQ(render("{{ $c.count -}} \n\t x"), "3x"); }
TEST(ManifestTemplate, CommentsVanishAndTrim) { EXPECT_EQ(render("a \n{{- /* }} not an end */ -}}\n b"), "ab"); }
TEST(ManifestTemplate, AMinusBeforeADigitIsASign) { EXPECT_EQ(render("a: {{-3}}"), "a: -3"); }

TEST(ManifestTemplate, IfElseChoosesByGoTruth) {
  for (const char* falsehood : {"$c.zero", "$c.empty", "$c.absent", "false", "0", "\"\""}) {
    EXPECT_EQ(render(std::string("{{ if ") + falsehood + " }}yes{{ else }}no{{ end }}"), "no") << falsehood;
  }
  for (const char* truth : {"$c.name", "$c.enabled", "$c.count", "$c.list", "$c.selector", "true", "1"}) {
    EXPECT_EQ(render(std::string("{{ if ") + truth + " }}yes{{ else }}no{{ end }}"), "yes") << truth;
  }
}

TEST(ManifestTemplate, ElseIfTakesTheFirstThatHolds) {
  EXPECT_EQ(render("{{ if $c.zero }}1{{ else if $c.name }}2{{ else if true }}3{{ else }}4{{ end }}"), "2");
  EXPECT_EQ(render("{{ if $c.zero }}1{{ else if $c.absent }}2{{ else }}4{{ end }}"), "4");
}

TEST(ManifestTemplate, AndStopsBeforeFieldsThatWouldFail) {
  EXPECT_EQ(render("{{ if and $c.absent $c.absent.deeper }}yes{{ else }}no{{ end }}"), "no");
  EXPECT_EQ(render("{{ or $c.name $c.absent.deeper }}"), "exporter");
}

TEST(ManifestTemplate, PipesPassTheLastArgument) {
  EXPECT_EQ(render("{{ $c.absent | default \"x\" }} {{ default \"x\" $c.name }} {{ $c.empty | default 7 }}"),
            "x exporter 7");
}

TEST(ManifestTemplate, DefaultKeepsFalseAndZero) {
  EXPECT_EQ(render("{{ $c.zero | default 5 }} {{ false | default true }}"), "0 false");
}

TEST(ManifestTemplate, ComparesTextsAndNegates) {
  EXPECT_EQ(render("{{ ne (toString ($c.enabled | default true)) \"false\" }}"), "true");
  EXPECT_EQ(render("{{ ne (toString (index $c \"absent\")) \"false\" }}"), "true");
  EXPECT_EQ(render("{{ eq $c.name \"a\" \"exporter\" }} {{ not $c.name }}"), "true false");
}

TEST(ManifestTemplate, ToYamlSortsQuotesAndIndents) {
  EXPECT_EQ(render("m:{{ toYaml $c.selector | nindent 2 }}\n"), "m:\n  app: \"true\"\n  zone: a\n");
  EXPECT_EQ(render("m:\n  {{- toYaml $c.tolerations | nindent 2 }}\n"), "m:\n  - operator: Exists\n");
  EXPECT_EQ(render("m:\n{{ toYaml $c.selector | indent 2 }}\n"), "m:\n  app: \"true\"\n  zone: a\n");
}

TEST(ManifestTemplate, QuoteMakesOneLineOfSeveral) {
  const std::string text = render("a: {{ quote $c.lines }}\nb: {{ $c.count | quote }}");
  EXPECT_EQ(text, "a: \"a: 1\\nb: 2\"\nb: \"3\"");
}

TEST(ManifestTemplate, IndexReachesIntoLists) { EXPECT_EQ(render("{{ index $c \"list\" 1 }}"), "second"); }

TEST(ManifestTemplate, VariablesEndWithTheirBlock) {
  EXPECT_THAT(failure("{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}").message(), HasSubstr("'$x' is not declared"));
}

TEST(ManifestTemplate, AnInnerVariableHidesTheOuterOne) {
  EXPECT_EQ(render("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}"), "21");
}

TEST(ManifestTemplate, AValueCannotBringLines) {
  for (const char* use : {"a: {{ $c.lines }}", "a: {{ $c.lines | nindent 2 }}", "a: {{ $c.lines | default \"x\" }}",
                          "a: {{ toString $c.lines }}"}) {
    const Error error = failure(std::string("{{ $c := index .Values \"gpu-operator\" }}") + use);
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput) << use;
    EXPECT_THAT(error.message(), HasSubstr("several lines")) << use;
  }
}

TEST(ManifestTemplate, AValueCannotBeginADocument) {
  EXPECT_THAT(failure("{{ $c := index .Values \"gpu-operator\" }}a: 1\n{{ $c.marker }}\n").message(),
              HasSubstr("new document"));
  EXPECT_EQ(render("a: x{{ $c.marker }}"), "a: x--- x");
}

TEST(ManifestTemplate, AMissingValueIsNotPrinted) {
  const Error error = failure("a: 1\nb: {{ .Values.nothing }}");
  EXPECT_THAT(error.message(), HasSubstr("missing"));
  ASSERT_TRUE(error.location().has_value());
  EXPECT_EQ(to_string(*error.location()), "m.yaml:2:7");
}

TEST(ManifestTemplate, BrokenYamlIsFoundAfterRendering) {
  const Error error = failure("a: {{ .Chart.Name }}: b: c\n  - d\n");
  EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
  EXPECT_THAT(error.context(), ::testing::ElementsAre(HasSubstr("rendered text of 'm.yaml'")));
}

struct Refused {
  const char* text;
  const char* location;
  const char* message;
};
class ManifestTemplateRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(ManifestTemplateRefuses, WhatTheLanguageDoesNotHave) {
  const Error error = failure(GetParam().text);
  EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
  EXPECT_THAT(error.message(), HasSubstr(GetParam().message));
  ASSERT_TRUE(error.location().has_value());
  EXPECT_EQ(to_string(*error.location()), GetParam().location);
}

INSTANTIATE_TEST_SUITE_P(
    All, ManifestTemplateRefuses,
    ::testing::Values(
        Refused{"a\n {{ range .Values }}{{ end }}", "m.yaml:2:5", "cannot use 'range'"},
        Refused{"{{ include \"x\" . }}", "m.yaml:1:4", "cannot use 'include'"},
        Refused{"{{ .Values.a", "m.yaml:1:1", "never closed"}, Refused{"{{ if true }}x", "m.yaml:1:4", "no 'end'"},
        Refused{"{{ end }}", "m.yaml:1:4", "without an 'if'"}, Refused{"{{ else }}", "m.yaml:1:4", "without an 'if'"},
        Refused{"{{ }}", "m.yaml:1:4", "empty"}, Refused{"{{ \"x }}", "m.yaml:1:4", "never closed"},
        Refused{"{{ `x` }}", "m.yaml:1:4", "raw strings"}, Refused{"{{ \"\\x41\" }}", "m.yaml:1:5", "escapes"},
        Refused{"{{ 1.5 }}", "m.yaml:1:5", "integers"}, Refused{"{{ 017 }}", "m.yaml:1:7", "begin with 0"},
        Refused{"{{ .Release.Name }}", "m.yaml:1:4", "no '.Release.Name'"},
        Refused{"{{ .Capabilities }}", "m.yaml:1:4", "no '.Capabilities'"},
        Refused{"{{ . }}", "m.yaml:1:4", "'.' alone"},
        Refused{"{{ $x := 1 }}{{ $x = 2 }}", "m.yaml:1:20", "assignment"},
        Refused{"{{ $y }}", "m.yaml:1:4", "not declared"}, Refused{"{{ .Values.a.b }}", "m.yaml:1:4", "is missing"},
        Refused{"{{ .Values }}", "m.yaml:1:4", "cannot be printed"},
        Refused{"{{ (.Values).a }}", "m.yaml:1:13", "parenthesis"},
        Refused{"{{ (true }}", "m.yaml:1:4", "never closed"}, Refused{"{{ true false }}", "m.yaml:1:4", "side by side"},
        Refused{"{{ true | false }}", "m.yaml:1:11", "only a function"},
        Refused{"{{ not }}", "m.yaml:1:4", "number of arguments"},
        Refused{"{{ not true false }}", "m.yaml:1:4", "number of arguments"},
        Refused{"{{ eq 1 \"1\" }}", "m.yaml:1:4", "cannot be compared"},
        Refused{"{{ index .Values 1 }}", "m.yaml:1:4", "cannot be indexed"},
        Refused{"{{ toYaml .Values | nindent 500 }}", "m.yaml:1:21", "from 0 to 100"},
        Refused{"{{ if true }}{{ else }}{{ else }}{{ end }}", "m.yaml:1:27", "nothing but 'end'"},
        Refused{"{{/* x", "m.yaml:1:3", "never closed"},
        Refused{"{{ default not true }}", "m.yaml:1:12", "parentheses"}));

TEST(ManifestTemplate, DeepNestingIsRefused) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "{{ if true }}";
  EXPECT_THAT(failure(text).message(), HasSubstr("nested deeper"));
  EXPECT_THAT(failure("{{ " + std::string(60, '(') + "1" + std::string(60, ')') + " }}").message(),
              HasSubstr("nested deeper"));
}

TEST(ManifestTemplate, HasContentIgnoresCommentsAndMarkers) {
  EXPECT_FALSE(has_content(""));
  EXPECT_FALSE(has_content("\n  # a: 1\n---\n \t\r\n--- \n"));
  EXPECT_TRUE(has_content("# x\n---\n  a: 1"));
}

// The manifests that aicr ships: what its own renderer makes of one of them, written out by hand.
TEST(ManifestTemplate, RendersAiCrsDcgmManifest) {
  WAYBILL_REQUIRE_SHARED("data/aicr-v0.11.1/recipes/components/gpu-operator/manifests/dcgm-exporter.yaml");
  const std::string text =
      read_file(testing::shared_data("data/aicr-v0.11.1/recipes/components/gpu-operator/manifests/dcgm-exporter.yaml"));
  ManifestContext chart{
      Value::map(
          {{"gpu-operator", Value::map({{"dcgmExporter", Value::map({{"config", Value::map({{"name", "mine"}})}})}})}}),
      "gpu-ns", "gpu-operator", "v1.2.3"};
  const std::string rendered = render_manifest(text, "dcgm-exporter.yaml", chart);
  const std::vector<yaml::Node> documents = yaml::parse_all(rendered, "dcgm-exporter.yaml");
  ASSERT_EQ(documents.size(), 1U);
  const Value object = documents.front().to_value();
  EXPECT_EQ(object.find("metadata")->text_or("name", ""), "mine");
  EXPECT_EQ(object.find("metadata")->text_or("namespace", ""), "gpu-ns");
  EXPECT_EQ(object.find("metadata")->find("labels")->text_or("helm.sh/chart", ""), "gpu-operator-1.2.3");

  chart.values = Value::map(
      {{"gpu-operator",
        Value::map({{"dcgmExporter", Value::map({{"config", Value::map({{"name", "mine"}, {"create", false}})}})}})}});
  EXPECT_FALSE(has_content(render_manifest(text, "dcgm-exporter.yaml", chart)));
}

}  // namespace
}  // namespace waybill
