#include "generator/catalogue_check.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "core/file_system.h"
#include "generator/embedded.h"
#include "tests/support/process.h"
#include "tests/support/source_path.h"
#include "tests/unit/generator/memory_catalogue.h"

namespace waybill {
namespace {

using ::testing::AllOf;
using testing::Files;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::small_catalogue;
using testing::source_of;

std::string as_text(const CatalogueReport& report) {
  std::string text;
  for (const Diagnostic& finding : report.findings) text += to_string(finding) + "\n";
  return text;
}

std::string findings(const Files& files, const CheckOptions& options = {}) {
  static const std::string documented = read_file(testing::source_path("docs/catalogue-rules.md"), 1U << 20U);
  const CatalogueReport report = check_catalogue({source_of(files)}, options);
  for (const Diagnostic& finding : report.findings)
    EXPECT_THAT(documented, HasSubstr('`' + finding.rule + '`')) << to_string(finding);
  return as_text(report);
}

Files with(const std::string& path, const std::string& text) {
  Files files = small_catalogue();
  files[path] = text;
  return files;
}

Files with_overlay(const std::string& spec) {
  return with("overlays/new.yaml", "kind: RecipeMetadata\nmetadata:\n  name: new\nspec:\n" + spec);
}

TEST(CatalogueCheck, HasNothingToSayAboutASoundCatalogue) {
  const CatalogueReport report = check_catalogue({source_of(small_catalogue())});
  EXPECT_EQ(as_text(report), "");
  EXPECT_EQ(report.overlays, 1U);
  EXPECT_EQ(report.components, 2U);
  EXPECT_EQ(report.targets, 2U) << "nothing, and eks";
  EXPECT_TRUE(report.all_targets);
}

TEST(CatalogueCheck, NamesPlaceRuleAndNearestWordOfEveryProblem) {
  const std::string found = findings(
      with_overlay("  criteira: {}\n  componentRefs:\n    - name: alpha\n      valuesFiles: x\n      type: helm\n"));
  EXPECT_THAT(found, HasSubstr("overlays/new.yaml:5:3: error: the spec has no field 'criteira' (did you mean "
                               "'criteria'?) [unknown-field]"));
  EXPECT_THAT(found, HasSubstr("overlays/new.yaml:8:7: error: the component has no field 'valuesFiles' (did you mean "
                               "'valuesFile'?) [unknown-field]"));
  EXPECT_THAT(found, HasSubstr("'helm' is no known type (did you mean 'Helm'?) [bad-value]"));
}

TEST(CatalogueCheck, AComponentWithoutANameIsOneFinding) {
  const std::string found =
      findings(with_overlay("  criteria: {service: eks}\n  componentRefs:\n    - overrides: {x: 2}\n"));
  EXPECT_EQ(found, "overlays/new.yaml:7:7: error: 'name' of the component is missing [missing-field]\n");
}

TEST(CatalogueCheck, WhatAQueryOnlyDoubtsIsAnError) {
  EXPECT_THAT(findings(with_overlay("  criteria: {nodes: 8.9}\n  other: 1\n")),
              AllOf(HasSubstr("5:21: error"), HasSubstr("6:3: error: the spec has no field 'other'")));
  Files files = small_catalogue();
  files["more/eks.yaml"] = files["overlays/eks.yaml"];
  EXPECT_THAT(findings(files), HasSubstr("error: the overlay 'eks' is defined in 'more/eks.yaml' too"));
  EXPECT_THAT(findings(with_overlay("  criteria: {service: gke}\n  componentRefs: [{name: alpha}, {name: alpha}]\n")),
              HasSubstr("6:34: error: the component 'alpha' appears twice"));
}

TEST(CatalogueCheck, FindsOverridesThatARecipeCouldNotRepeat) {
  EXPECT_THAT(
      findings(with_overlay("  criteria: {service: gke}\n  componentRefs: [{name: alpha, overrides: {1: x, a: {b: {80: "
                            "x}, c: {\"80\": x}}}}]\n")),
      AllOf(HasSubstr("6:58: error: 'a.b' of the overrides has a key that YAML takes for no text"),
            HasSubstr("put such keys in quotes"), HasSubstr("[non-text-key]"), Not(HasSubstr("'a.c'"))));
}

TEST(CatalogueCheck, FindsReferencesThatLeadNowhere) {
  const std::string found =
      findings(with_overlay("  base: ekss\n  componentRefs:\n    - name: alpha\n      valuesFile: "
                            "components/alpha/value.yaml\n      manifestFiles: [a.yaml, /etc/passwd.yaml]\n"));
  EXPECT_THAT(found, HasSubstr("5:9: error: the overlay 'new' is based on 'ekss', which does not exist (did you mean "
                               "'eks'?) [unknown-base]"));
  EXPECT_THAT(found, HasSubstr("8:19: error: the file 'components/alpha/value.yaml' of 'alpha' does not exist (did "
                               "you mean 'components/alpha/values.yaml'?) [missing-file]"));
  EXPECT_THAT(found, AllOf(HasSubstr("9:23: error: the file 'a.yaml'"), HasSubstr("9:31: error")));
}

TEST(CatalogueCheck, FindsDependenciesThatSomeRecipeDoesNotHave) {
  EXPECT_THAT(
      findings(with_overlay("  criteria: {service: gke}\n  componentRefs:\n    - {name: alpha, dependencyRefs: "
                            "[bete]}\n")),
      HasSubstr("overlays/new.yaml:7:38: error: 'alpha' depends on 'bete', which no overlay names (did you mean "
                "'beta'?) [unknown-dependency]"));
  // Nor does it take a query that meets it.
  EXPECT_THAT(
      findings(with_overlay("  base: nowhere\n  criteria: {service: gke}\n  componentRefs:\n    - {name: alpha, "
                            "dependencyRefs: [bete]}\n")),
      HasSubstr("'alpha' depends on 'bete', which no overlay names"));
  // Another overlay has it, but not for this query.
  EXPECT_THAT(findings(with_overlay("  criteria: {service: gke}\n  componentRefs:\n    - {name: alpha, dependencyRefs: "
                                    "[extras]}\n")),
              HasSubstr("'alpha' depends on 'extras', which its recipe does not have"));
}

TEST(CatalogueCheck, FindsEveryCircle) {
  Files files = with_overlay("  base: other\n  criteria: {service: gke}\n");
  files["overlays/other.yaml"] = "metadata: {name: other}\nspec: {base: new}\n";
  files["overlays/self.yaml"] = "metadata: {name: self}\nspec: {base: self}\n";
  EXPECT_THAT(findings(files), AllOf(HasSubstr("in a circle: new -> other -> new"), HasSubstr("self -> self")));
  EXPECT_THAT(findings(with_overlay("  criteria: {service: gke}\n  componentRefs:\n    - {name: alpha, dependencyRefs: "
                                    "[beta]}\n    - {name: c, dependencyRefs: [c]}\n")),
              AllOf(HasSubstr("alpha -> beta -> alpha"), HasSubstr("c -> c"), HasSubstr("[circular-dependency]")));
}

TEST(CatalogueCheck, FindsOverlaysThatNothingReaches) {
  EXPECT_THAT(findings(with_overlay("  componentRefs: []\n")),
              HasSubstr("overlays/new.yaml:5:3: error: the overlay 'new' is never applied"));
  Files files = with_overlay("  componentRefs: []\n");
  files["overlays/child.yaml"] = "metadata: {name: child}\nspec: {base: new}\n";
  EXPECT_THAT(findings(files), AllOf(HasSubstr("'new' is never"), HasSubstr("'child' is never")));
  files["overlays/child.yaml"] = "metadata: {name: child}\nspec: {base: new, criteria: {service: gke}}\n";
  EXPECT_EQ(findings(files), "");
}

TEST(CatalogueCheck, AsksWhetherUnknownWordsAreMeant) {
  const Files files = with_overlay("  criteria: {service: rke2, accelerator: h200}\n");
  EXPECT_THAT(findings(files),
              AllOf(HasSubstr("5:23: error: 'rke2' is no known service"), HasSubstr("--new-value service=rke2"),
                    HasSubstr("'h200' is no known accelerator")));
  EXPECT_EQ(findings(files, {{{Dimension::Service, "rke2"}, {Dimension::Accelerator, "h200"}}}), "");
}

TEST(CatalogueCheck, TellsASlipOnce) {
  const std::string found = findings(with_overlay("  criteria: {service: EKS}\n"));
  EXPECT_THAT(found, HasSubstr("5:23: error: 'EKS' never matches: queries say 'eks'"));
  EXPECT_THAT(found, Not(HasSubstr("no known service")));
}

TEST(CatalogueCheck, FindsUnrelatedOverlaysThatDisagree) {
  Files files = small_catalogue();
  const auto overlay = [](const std::string& name, const std::string& criteria, const std::string& rest) {
    return "metadata: {name: " + name + "}\nspec:\n  criteria: {" + criteria + "}\n" + rest;
  };
  const auto version = [](const std::string& text) {
    return "  componentRefs:\n    - name: alpha\n      version: " + text + "\n";
  };
  files["overlays/h100.yaml"] = overlay("h100", "accelerator: h100", version("1.0.1"));
  files["overlays/ubuntu.yaml"] = overlay("ubuntu", "os: ubuntu", version("1.0.2"));
  EXPECT_THAT(findings(files),
              HasSubstr("overlays/ubuntu.yaml:6:16: error: 'ubuntu' and 'h100' can match together, are equally "
                        "specific, and set 'version' of 'alpha' differently"));
  files["overlays/ubuntu.yaml"] = overlay("ubuntu", "os: ubuntu", version("1.0.1"));
  EXPECT_EQ(findings(files), "") << "they agree";
  files["overlays/ubuntu.yaml"] = overlay("ubuntu", "accelerator: gb200", version("1.0.2"));
  EXPECT_EQ(findings(files), "") << "they never match together";
  files["overlays/ubuntu.yaml"] = overlay("ubuntu", "os: ubuntu", "  base: h100\n" + version("1.0.2"));
  EXPECT_EQ(findings(files), "") << "one is the other's parent";
  files["overlays/ubuntu.yaml"] = overlay("ubuntu", "os: ubuntu, intent: training", version("1.0.2"));
  EXPECT_EQ(findings(files), "") << "the more specific one wins";
}

TEST(CatalogueCheck, AParentWithoutCriteriaSpeaksForItsChildren) {
  Files files = small_catalogue();
  files["overlays/parent.yaml"] =
      "metadata: {name: parent}\nspec: {componentRefs: [{name: alpha, overrides: {replicas: 5}}]}\n";
  files["overlays/a.yaml"] = "metadata: {name: a}\nspec: {base: parent, criteria: {os: ubuntu}}\n";
  files["overlays/b.yaml"] =
      "metadata: {name: b}\nspec: {criteria: {intent: training}, componentRefs: [{name: alpha, overrides: {replicas: "
      "6}}]}\n";
  EXPECT_THAT(findings(files), HasSubstr("'b' and 'a' can match together, are equally specific, and set the value "
                                         "'replicas' of 'alpha' differently"));
}

TEST(CatalogueCheck, FindsConstraintsThatNobodyCanEvaluate) {
  const std::string found = findings(with_overlay(
      "  criteria: {service: gke}\n  constraints:\n    - {name: K8s.version, value: \">= 1.3\"}\n    - "
      "{name: k8s.server.version, value: \"x\"}\n    - {name: OS.release.ID, value: \">= \"}\n    - {name: "
      "OS.release.VERSION_ID, value: \">= jammy\"}\n"));
  EXPECT_THAT(found, AllOf(HasSubstr("7:14: error: 'K8s.version' is no path"),
                           HasSubstr("8:14: error: 'k8s' is no type of measurement (did you mean 'K8s'?)"),
                           HasSubstr("9:36: error: the constraint has nothing to compare with"),
                           HasSubstr("10:44: error: 'jammy' is no version"), HasSubstr("[bad-constraint]")));
}

TEST(CatalogueCheck, WarnsOfWeakenedConstraints) {
  EXPECT_THAT(findings(with_overlay("  criteria: {service: gke}\n  constraints:\n    - {name: K8s.server.version, "
                                    "value: \">= 1.20\"}\n")),
              HasSubstr("7:41: warning: 'new' weakens the constraint 'K8s.server.version' of 'base': '>= 1.25' becomes "
                        "'>= 1.20'"));
  EXPECT_EQ(findings(with_overlay("  criteria: {service: gke}\n  constraints:\n    - {name: K8s.server.version, value: "
                                  "\">= 1.30\"}\n")),
            "");
}

TEST(CatalogueCheck, FindsVersionsThatAreNotPinned) {
  for (const char* version : {"latest", "'*'", "^1.2.0", "1.2", "'>=1.0.0'", "~1"}) {
    EXPECT_THAT(findings(with_overlay("  criteria: {service: gke}\n  componentRefs: [{name: alpha, version: " +
                                      std::string(version) + "}]\n")),
                HasSubstr("[version-not-pinned]"))
        << version;
  }
  EXPECT_THAT(findings(with_overlay("  criteria: {service: gke}\n  componentRefs:\n    - {name: n, type: Helm, source: "
                                    "'https://x.example/y', chart: n}\n")),
              HasSubstr("7:14: error: component 'n': version is missing"));
  const std::string kustomize =
      "  criteria: {service: gke}\n  componentRefs: [{name: k, type: Kustomize, source: 'https://x.example/y', path: p";
  EXPECT_THAT(findings(with_overlay(kustomize + "}]\n")), HasSubstr("tag is missing"));
  EXPECT_THAT(findings(with_overlay(kustomize + ", tag: main}]\n")), HasSubstr("looks like a branch"));
  EXPECT_EQ(findings(with_overlay(kustomize + ", tag: v1.2.3}]\n")), "");
}

TEST(CatalogueCheck, FindsFilesThatNobodyUsesOrReads) {
  Files files = small_catalogue();
  files["components/alpha/values-old.yaml"] = "a: 1\n";
  files["components/beta/values.yaml"] = "a: 1\n";
  files["overlays/x.yml"] = "";
  files["mixins/x.yaml"] = "kind: RecipeMixin\n";
  files["overlays/eks.yaml"] += "---\nkind: RecipeMetadata\n";
  EXPECT_THAT(findings(files), AllOf(HasSubstr("components/alpha/values-old.yaml:1:1: warning: nothing uses this file"),
                                     HasSubstr("it counts only if an overlay gives 'beta' a valuesFile"),
                                     HasSubstr("overlays/x.yml:1:1: warning"), HasSubstr("mixins/x.yaml:1:7: warning"),
                                     HasSubstr("overlays/eks.yaml:16:1: warning: only the first document")));
}

TEST(CatalogueCheck, FindsValueFilesThatHoldNoValues) {
  EXPECT_THAT(findings(with("components/alpha/values.yaml", "- a\n")),
              HasSubstr("components/alpha/values.yaml:1:1: error: a value file is a mapping"));
  EXPECT_THAT(findings(with("components/alpha/values.yaml", "a: [\n")), HasSubstr("[bad-values-file]"));
}

TEST(CatalogueCheck, RendersManifestsForEveryRecipeThatUsesThem) {
  const std::string path = "components/extras/manifests/one.yaml";
  EXPECT_THAT(findings(with(path, "kind: {{ .Values.extras.x")), HasSubstr(path + ":1:"));
  EXPECT_THAT(findings(with(path, "kind: {{ frobnicate 1 }}\n")), HasSubstr("[bad-manifest]"));
  EXPECT_THAT(findings(with(path, "kind: {{ \"[\" }}\n")), HasSubstr("renders to something that is no YAML"));
  EXPECT_THAT(findings(with(path, "a: [\n")), HasSubstr("[bad-manifest]"));
  EXPECT_EQ(findings(with(path, "kind: {{ .Release.Namespace }}\n")), "");
}

TEST(CatalogueCheck, LooksIntoTheRegistry) {
  Files files = small_catalogue();
  files["registry.yaml"] += R"(  - name: beta
    displayName: Beta
    valueOverrideKeys: [al]
    nodeScheduling:
      system:
        nodeSelectorPaths: [a.b, a..b, "a[0]", a.b]
    healthCheck: {assertFile: checks/beta/none.yaml}
    validations:
      - function: CheckWorkloadSelectorMising
        severity: loud
        conditions: {intend: [training], intent: [traning], service: eks}
    helm: {defaultChart: x}
    kustomize: {defaultSource: 'https://x.example/y'}
  - name: nobody
    helm: {defaultVersion: latest}
)";
  EXPECT_THAT(findings(files),
              AllOf(HasSubstr("'al' names 'alpha' and 'beta' of the registry"), HasSubstr("'a..b' is no path"),
                    HasSubstr("'a[0]' is no path"), HasSubstr("'a.b' appears twice"),
                    HasSubstr("'checks/beta/none.yaml' does not exist"),
                    HasSubstr("did you mean 'CheckWorkloadSelectorMissing'?"), HasSubstr("'loud' is no severity"),
                    HasSubstr("did you mean 'intent'?"), HasSubstr("'traning' is no known intent"),
                    HasSubstr("the condition 'service' must be a list"), HasSubstr("[two-types]"),
                    HasSubstr("'displayName' of the registry entry is missing"),
                    HasSubstr("'latest' is no valid version"), HasSubstr("no overlay uses the component 'nobody'")));
}

TEST(CatalogueCheck, LooksIntoValidatorsAndHealthChecks) {
  Files files = with_overlay(
      "  criteria: {service: gke}\n  validation:\n    deployment: {timeout: soon, checks: [one, "
      "tow, perf]}\n");
  files["validators/catalog.yaml"] = R"(apiVersion: aicr.nvidia.com/v1
kind: ValidatorCatalog
metadata: {name: x, version: "1"}
validators:
  - {name: one, phase: deployment, image: x}
  - {name: two, phase: deploymen, image: x, timeout: 1x}
  - {name: one, phase: deployment}
  - {name: perf, phase: performance, image: x}
)";
  files["checks/alpha/health-check.yaml"] = "apiVersion: v1\nkind: Pod\n";
  EXPECT_THAT(findings(files),
              AllOf(HasSubstr("'deploymen' is no phase"), HasSubstr("'1x' is no duration"),
                    HasSubstr("the validator 'one' appears twice"), HasSubstr("'image' of the validator is missing"),
                    HasSubstr("7:27: error: 'soon' is no duration"), HasSubstr("no validator has the name 'tow'"),
                    HasSubstr("the validator 'perf' belongs to the phase 'performance'"),
                    HasSubstr("a health check has the kind 'Test'"), HasSubstr("checks/alpha/health-check.yaml:1:1")));
}

TEST(CatalogueCheck, TellsNothingOfTheEmbeddedCatalogueButErrors) {
  const CatalogueReport report = check_catalogue({embedded_catalogue(), source_of({{"registry.yaml", ""}}, "site")});
  EXPECT_EQ(as_text(report), "");
}

TEST(CatalogueCheck, FindsTheSameInTheSameOrder) {
  Files files = with_overlay("  base: x\n  criteria: {service: EKS}\n  other: 1\n");
  files["overlays/eks.yaml"] += "  nonsense: 1\n";
  const CatalogueReport report = check_catalogue({source_of(files)});
  for (const Diagnostic& finding : report.findings) {
    EXPECT_NE(finding.location.file, "");
    EXPECT_GE(finding.location.line, 1U);
    EXPECT_NE(finding.rule, "");
  }
  EXPECT_TRUE(std::is_sorted(report.findings.begin(), report.findings.end(),
                             [](const Diagnostic& a, const Diagnostic& b) { return a.location < b.location; }));
  EXPECT_EQ(findings(files), findings(files));
}

TEST(CatalogueCheck, TheEmbeddedCatalogueHasNoErrors) {
  const CatalogueReport report = check_catalogue({embedded_catalogue()});
  EXPECT_EQ(report.count(Severity::Error), 0U) << as_text(report);
}

TEST(CatalogueCheck, AicrsCatalogueHasNoErrors) {
  WAYBILL_REQUIRE_SHARED("data/aicr-v0.11.1/recipes");
  const CatalogueReport report = check_catalogue({folder_source(testing::shared_data("data/aicr-v0.11.1/recipes"))});
  EXPECT_EQ(report.count(Severity::Error), 0U) << as_text(report);
  EXPECT_THAT(as_text(report), HasSubstr("[weakened-constraint]")) << "its AKS overlays do (B13)";
}

TEST(CatalogueCheck, CopesWithThousandsOfOverlaysThatSetTheSameThing) {
  Files files = small_catalogue();
  for (int i = 0; i < 4000; ++i) {
    const std::string name = "o" + std::to_string(i);
    files["overlays/" + name + ".yaml"] =
        "metadata: {name: " + name + "}\nspec:\n  criteria: {service: s" + std::to_string(i) +
        ", intent: training}\n  componentRefs:\n    - name: alpha\n      version: 1.0." + std::to_string(i) + "\n";
  }
  CheckOptions options;
  for (int i = 0; i < 4000; ++i) options.new_values.emplace_back(Dimension::Service, "s" + std::to_string(i));
  const CatalogueReport report = check_catalogue({source_of(files)}, options);
  EXPECT_EQ(as_text(report), "");
  EXPECT_GE(report.targets, 4000U);
}

}  // namespace
}  // namespace waybill
