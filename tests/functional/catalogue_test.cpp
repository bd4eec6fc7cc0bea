// catalogue check, catalogue new-overlay, and --data with folders that are wrong (spec: cli; recipe-engine 7 and 11).
#include <sys/stat.h>

#include <fstream>

#include "tests/functional/support/workspace.h"
#include "tests/support/source_path.h"

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Catalogues : public Workspace {
 protected:
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder() / name).parent_path());
    std::ofstream(folder() / name, std::ios::binary) << text;
  }
  // An overlay of that name in the folder `site`.
  void overlay(const std::string& name, const std::string& spec) const {
    write("site/registry.yaml", "");
    write(
        "site/overlays/" + name + ".yaml",
        "apiVersion: aicr.nvidia.com/v1alpha1\nkind: RecipeMetadata\nmetadata:\n  name: " + name + "\nspec:\n" + spec);
  }
  [[nodiscard]] ProcessResult recipe(const Words& more = {}) const {
    return waybill(joined({"recipe", "--service", "eks", "--data", "site"}, more));
  }
  // What is said of a folder that is refused by every command that takes one.
  [[nodiscard]] std::string refusal(int status = 2) const {
    const ProcessResult done = recipe();
    EXPECT_THAT(done, Exited(status));
    EXPECT_THAT(done.out, IsEmpty());
    EXPECT_THAT(waybill({"catalogue", "check", "--data", "site"}), Exited(status));
    EXPECT_THAT(waybill({"plan", "--service", "eks", "--data", "site"}), Exited(status));
    return done.err;
  }
};

TEST_F(Catalogues, TheEmbeddedOneIsSound) {
  const ProcessResult done = waybill({"catalogue", "check"});
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(done.out, StartsWith("0 errors, "));
  EXPECT_THAT(done.err, IsEmpty());
  EXPECT_EQ(waybill({"catalogue", "check", source_path("recipes")}).out, done.out);
}

TEST_F(Catalogues, EveryMistakeIsFoundInOneRun) {
  overlay("one", "  base: ekss\n  criteria: {service: eks}\n  constrants: []\n");
  overlay("two", "  criteria: {service: EKS}\n  componentRefs:\n    - name: gpu-operator\n      version: latest\n");
  write("site/overlays/three.yaml", "a: [\n");
  const ProcessResult done = waybill({"catalogue", "check", "--data", "site"});
  EXPECT_THAT(done, Exited(2));
  EXPECT_THAT(done.err, IsEmpty()) << "findings are the result";
  EXPECT_THAT(done.out, AllOf(HasSubstr("site/overlays/one.yaml:6:9: error: the overlay 'one' is based on 'ekss'"),
                              HasSubstr("site/overlays/one.yaml:8:3: error: the spec has no field 'constrants'"),
                              HasSubstr("site/overlays/two.yaml:6:23: error: 'EKS' never matches"),
                              HasSubstr("site/overlays/two.yaml:9:16: error"), HasSubstr("[version-not-pinned]"),
                              HasSubstr("site/overlays/three.yaml:2:1: error"), HasSubstr("did you mean 'eks'?")));
}

TEST_F(Catalogues, FindingsInJsonHaveFileLineAndRule) {
  overlay("one", "  base: ekss\n  criteria: {service: eks}\n");
  const ProcessResult done = waybill({"catalogue", "check", "--data", "site", "--format", "json"});
  EXPECT_THAT(done, Exited(2));
  const Value report = parse_json(done.out);
  const Value& finding = at(report, "findings").items().at(0);
  EXPECT_EQ(at(finding, "file").as_string(), "site/overlays/one.yaml");
  EXPECT_EQ(at(finding, "line").as_int(), 6);
  EXPECT_EQ(at(finding, "column").as_int(), 9);
  EXPECT_EQ(at(finding, "rule").as_string(), "unknown-base");
  EXPECT_EQ(at(finding, "severity").as_string(), "error");
  EXPECT_EQ(at(report, "errors").as_int(), 1);
  EXPECT_THAT(waybill({"catalogue", "check", "--data", "site", "--format", "table"}).out,
              AllOf(StartsWith("SEVERITY"), HasSubstr("unknown-base")));
}

TEST_F(Catalogues, WarningsFailOnlyWhenAskedTo) {
  overlay("one", "  criteria: {service: eks}\n");
  write("site/components/gpu-operator/values-old.yaml", "a: 1\n");
  const ProcessResult done = waybill({"catalogue", "check", "--data", "site"});
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(done.out, HasSubstr("values-old.yaml:1:1: warning: nothing uses this file [unused-file]"));
  EXPECT_THAT(waybill({"catalogue", "check", "--data", "site", "--strict"}), Exited(2));
}

TEST_F(Catalogues, AFolderWithoutABaseLiesOverTheEmbeddedCatalogue) {
  overlay("one", "  base: eks\n  criteria: {service: eks}\n");
  const ProcessResult done = waybill({"catalogue", "check", "site"});
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(done.err, HasSubstr("over the embedded catalogue"));
  write("more/registry.yaml", "");
  write("more/overlays/x.yaml", "metadata: {name: two}\nspec: {base: one, criteria: {service: eks, os: ubuntu}}\n");
  EXPECT_THAT(waybill({"catalogue", "check", "site", "more"}), Exited(0));
  EXPECT_THAT(waybill({"catalogue", "check", "more"}), Exited(2)) << "'one' lies in the other";
}

TEST_F(Catalogues, ANewOverlayPassesTheCheckAndIsUsed) {
  const ProcessResult made = waybill({"catalogue", "new-overlay", "site-h100", "--base", "eks", "--service", "eks",
                                      "--gpu", "H100", "--output", "site"});
  ASSERT_THAT(made, Exited(0));
  EXPECT_EQ(made.out, "wrote site/overlays/site-h100.yaml\nwrote site/registry.yaml\n");
  EXPECT_THAT(waybill({"catalogue", "check", "--data", "site", "--strict"}), Exited(0));
  const ProcessResult done = recipe({"--accelerator", "h100"});
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(done.out, HasSubstr("- site-h100\n"));
  EXPECT_THAT(recipe().out, Not(HasSubstr("site-h100")));
}

TEST_F(Catalogues, ANewOverlayReplacesNothingUnasked) {
  const Words words{"catalogue", "new-overlay", "x", "--service", "eks", "--output", "site"};
  ASSERT_THAT(waybill(words), Exited(0));
  write("site/overlays/x.yaml", read_file(folder() / "site/overlays/x.yaml") + "# mine\n");
  EXPECT_THAT(waybill(words), Exited(9));
  EXPECT_THAT(read_file(folder() / "site/overlays/x.yaml"), HasSubstr("# mine"));
  write("site/registry.yaml", "# mine\n");
  EXPECT_THAT(waybill(joined(words, {"--force"})), Exited(0));
  EXPECT_THAT(read_file(folder() / "site/overlays/x.yaml"), Not(HasSubstr("# mine")));
  EXPECT_EQ(read_file(folder() / "site/registry.yaml"), "# mine\n");
}

TEST_F(Catalogues, ANewOverlayWithWrongWordsWritesNothing) {
  const auto complaint = [&](const Words& words) {
    const ProcessResult done = waybill(joined({"catalogue", "new-overlay", "--output", "site"}, words));
    EXPECT_NE(done.exit_status, 0);
    EXPECT_FALSE(std::filesystem::exists(path("site")));
    return done.err;
  };
  EXPECT_THAT(complaint({"../x", "--service", "eks"}), HasSubstr("cannot be the name"));
  EXPECT_THAT(complaint({"base"}), HasSubstr("one base recipe"));
  EXPECT_THAT(complaint({"x", "--service", "ekz"}), HasSubstr("did you mean 'eks'?"));
  EXPECT_THAT(complaint({"x", "--base", "ekz"}), HasSubstr("did you mean 'eks'?"));
  EXPECT_THAT(complaint({"eks"}), HasSubstr("there is an overlay 'eks' already"));
  EXPECT_THAT(complaint({}), HasSubstr("NAME"));
}

TEST_F(Catalogues, ANewServiceIsDeclared) {
  const Words meant{"--new-value", "service=rke2"};
  EXPECT_THAT(waybill({"catalogue", "new-overlay", "rke2", "--service", "rke2", "--output", "site"}), Exited(2));
  ASSERT_THAT(waybill(joined({"catalogue", "new-overlay", "rke2", "--service", "rke2", "--output", "site"}, meant)),
              Exited(0));
  EXPECT_THAT(waybill({"catalogue", "check", "site"}).out, HasSubstr("--new-value service=rke2"));
  EXPECT_THAT(waybill(joined({"catalogue", "check", "site"}, meant)), Exited(0));
  EXPECT_THAT(waybill({"recipe", "--service", "rke2", "--data", "site"}), Exited(0));
  EXPECT_THAT(waybill({"catalogue", "check", "--new-value", "servce=x"}).err, HasSubstr("did you mean 'service'?"));
}

TEST_F(Catalogues, WithoutOutputTheOverlayIsWrittenToStandardOutput) {
  const ProcessResult done = waybill({"catalogue", "new-overlay", "x", "--service", "eks"});
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(done.out, HasSubstr("kind: RecipeMetadata\n"));
}

TEST_F(Catalogues, DataMustBeAFolderWithARegistry) {
  EXPECT_THAT(refusal(3), HasSubstr("'site'"));
  write("site", "a file");
  EXPECT_THAT(refusal(), HasSubstr("is not a folder"));
  std::filesystem::remove(path("site"));
  write("site/overlays/x.yaml", "");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("no file 'registry.yaml' at its top"), HasSubstr("an empty one will do")));
  std::filesystem::create_directory(path("site/registry.yaml"));
  EXPECT_THAT(refusal(), HasSubstr("no file 'registry.yaml'"));
  EXPECT_THAT(waybill({"recipe", "--service", "eks", "--data", ""}), Exited(0)) << "as if it were not given";
}

TEST_F(Catalogues, DataHoldsNoLinksAndNothingSpecial) {
  write("site/registry.yaml", "");
  write("elsewhere/overlays/x.yaml", "metadata: {name: x}\nspec: {criteria: {}}\n");
  EXPECT_THAT(recipe(), Exited(0));
  for (const char* target :
       {"../elsewhere/overlays/x.yaml", "../elsewhere", "/etc/passwd", "nowhere", "registry.yaml"}) {
    std::filesystem::create_symlink(target, path("site/link.yaml"));
    EXPECT_THAT(refusal(), HasSubstr("'site/link.yaml' is a link")) << target;
    std::filesystem::remove(path("site/link.yaml"));
  }
  ASSERT_EQ(::mkfifo(path("site/pipe.yaml").c_str(), 0600), 0);
  EXPECT_THAT(refusal(), HasSubstr("special file"));
  std::filesystem::remove(path("site/pipe.yaml"));
  std::filesystem::create_symlink("site", path("linked"));
  EXPECT_THAT(waybill({"recipe", "--service", "eks", "--data", "linked"}), Exited(0));
  EXPECT_THAT(waybill({"recipe", "--service", "eks", "--data", "linked/"}), Exited(0));
}

TEST_F(Catalogues, FilesOfDataAreNotTooLarge) {
  write("site/registry.yaml", "");
  write("site/a..b.txt", "dots in a name are no way out");
  write("site/large.txt", std::string(10U << 20U, 'x'));
  EXPECT_THAT(recipe(), Exited(0));
  write("site/large.txt", std::string((10U << 20U) + 1, 'x'));
  EXPECT_THAT(refusal(), HasSubstr("large.txt"));
  std::filesystem::remove(path("site/large.txt"));
  write("site/.git/objects/pack/large", std::string((10U << 20U) + 1, 'x'));
  EXPECT_THAT(recipe(), Exited(0));
  write(
      "site/" +
          [] {
            std::string deep;
            for (int i = 0; i < 100; ++i) deep += "d/";
            return deep;
          }() +
          "x",
      "");
  EXPECT_THAT(refusal(), HasSubstr("folders deep"));
}

TEST_F(Catalogues, ABrokenRegistryOrOverlayIsRefusedWithItsPlace) {
  write("site/registry.yaml", "components: [\n");
  EXPECT_THAT(refusal(), HasSubstr("site/registry.yaml:2:1"));
  write("site/registry.yaml", "- a\n");
  EXPECT_THAT(refusal(), HasSubstr("site/registry.yaml:1:1"));
  write("site/registry.yaml", "");
  for (const char* broken : {"kind: RecipeMetadata\nspec: [\n", "kind: RecipeMetadata\nspec: []\n",
                             "metadata: {name: {}}\n", "spec: {criteria: {nodes: many}}\nmetadata: {name: x}\n",
                             "a: 1\na: 2\n", "spec: {criteria: {}}\n", "metadata: {name: base}\n"}) {
    write("site/any/folder/x.yaml", broken);
    EXPECT_THAT(refusal(), HasSubstr("site/any/folder/x.yaml:")) << broken;
  }
}

TEST_F(Catalogues, WhatAicrAcceptsIsAcceptedWithAWarning) {
  overlay("odd",
          "  criteria: {service: eks}\n  components: []\n  componentRefs:\n    - name: gpu-operator\n"
          "      version: 82.10\n      cleanup: yes\n    - name: gpu-operator\n      namespace: elsewhere\n");
  const ProcessResult done = recipe();
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(done.out,
              AllOf(HasSubstr("version: \"82.10\""), HasSubstr("cleanup: true"), HasSubstr("namespace: elsewhere")));
  EXPECT_THAT(done.err, AllOf(HasSubstr("no field 'components'"), HasSubstr("'82.10'"), HasSubstr("appears twice")));
  EXPECT_THAT(waybill({"catalogue", "check", "--data", "site"}), Exited(2));
  EXPECT_THAT(waybill({"bundle", "--service", "eks", "--data", "site", "-o", "b"}), Exited(2));
  EXPECT_FALSE(std::filesystem::exists(path("b")));
}

TEST_F(Catalogues, AMistakeThatAQueryDoesNotMeetDoesNotStopIt) {
  overlay("elsewhere", "  base: nowhere\n  criteria: {service: gke}\n");
  EXPECT_THAT(recipe(), Exited(0));
  const ProcessResult met = waybill({"recipe", "--service", "gke", "--data", "site"});
  EXPECT_THAT(met, Exited(2));
  EXPECT_THAT(met.err, AllOf(HasSubstr("site/overlays/elsewhere.yaml"), HasSubstr("'nowhere', which does not exist")));
  overlay("elsewhere", "  base: elsewhere\n  criteria: {service: gke}\n");
  EXPECT_THAT(waybill({"recipe", "--service", "gke", "--data", "site"}).err, HasSubstr("in a circle"));
}

TEST_F(Catalogues, AFileThatARecipeNamesMustBeThere) {
  overlay("x",
          "  criteria: {service: eks}\n  componentRefs:\n    - name: gpu-operator\n      valuesFile: "
          "components/gpu-operator/vales.yaml\n");
  const ProcessResult done = recipe();
  EXPECT_THAT(done, Exited(0)) << "as aicr, which does not even warn";
  EXPECT_NE(waybill({"bundle", "--service", "eks", "--data", "site", "-o", "b"}).exit_status, 0);
  EXPECT_FALSE(std::filesystem::exists(path("b")));
  EXPECT_THAT(done.err, AllOf(HasSubstr("site/overlays/x.yaml:9"),
                              HasSubstr("did you mean 'components/gpu-operator/values.yaml'?")));
  overlay("x",
          "  criteria: {service: eks}\n  componentRefs:\n    - name: gpu-operator\n      valuesFile: "
          "./components//gpu-operator/values.yaml\n");
  EXPECT_THAT(recipe(), Exited(0)) << "the path is cleaned";
  EXPECT_THAT(recipe().err, Not(HasSubstr("does not exist")));
  overlay("x",
          "  criteria: {service: eks}\n  componentRefs:\n    - name: gpu-operator\n      valuesFile: "
          "../../../etc/hostname\n");
  EXPECT_THAT(recipe().err, HasSubstr("does not exist"));
  EXPECT_THAT(waybill({"query", "--service", "eks", "--data", "site", "--selector", "components.gpu-operator"}),
              Exited(3));
}

TEST_F(Catalogues, AnOverlayOfTheSameNameReplacesTheLowerOne) {
  overlay("eks", "  criteria: {service: eks}\n");
  std::filesystem::rename(path("site/overlays/eks.yaml"), path("site/overlays/another-file.yaml"));
  EXPECT_THAT(recipe().out, Not(HasSubstr("name: aws-efa\n")));
  std::filesystem::rename(path("site/overlays/another-file.yaml"), path("site/overlays/eks.yaml"));
  EXPECT_THAT(recipe().out, Not(HasSubstr("name: aws-efa\n")));
}

TEST_F(Catalogues, TheOrderOfSeveralFoldersDecides) {
  for (const std::string name : {"one", "two"}) {
    write(name + "/registry.yaml", "components:\n  - name: extra\n    helm: {defaultVersion: 1.0." +
                                       std::string(name == "one" ? "1" : "2") +
                                       ", defaultRepository: 'https://x.example/c', defaultChart: extra}\n");
    write(name + "/overlays/extra.yaml",
          "metadata: {name: extra}\nspec: {criteria: {service: eks}, componentRefs: [{name: extra}]}\n");
  }
  const auto version = [&](const Words& folders) {
    Words words{"recipe", "--service", "eks"};
    for (const std::string& name : folders) words = joined(words, {"--data", name});
    return waybill(words).out;
  };
  EXPECT_THAT(version({"one", "two"}), HasSubstr("version: 1.0.2\n"));
  EXPECT_THAT(version({"two", "one"}), HasSubstr("version: 1.0.1\n"));
}

TEST_F(Catalogues, NothingFromAFileSteersTheTerminal) {
  overlay("x", "  criteria: {service: eks}\n  \"\\e[31mred\": 1\n");
  EXPECT_THAT(waybill({"catalogue", "check", "--data", "site"}).out, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace waybill::testing
