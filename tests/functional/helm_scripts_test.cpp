// deploy.sh and undeploy.sh of a bundle for Helm, run by two shells against a helm and a kubectl that note what they
// are asked for (tests/support/helm_stub). tests/interop/helm_charts_test.cpp has the real Helm.
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "core/file_system.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/source_path.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Line {
  std::string step;
  std::string needs = "-";
  std::string kind = "local";
  std::string wait = "yes";
};

class HelmScripts : public Workspace, public ::testing::WithParamInterface<const char*> {
 protected:
  HelmScripts() {
    for (const char* name : {"releases", "fail", "meet", "hang", "namespaces", "answers"})
      fs::create_directories(folder() / "stub" / name);
    write_file(path("stub/version"), "v3.14.0", Overwrite::No);
    const ProcessResult made = waybill(joined({"bundle", "--deployer", "helm", "-o", "made"}, criteria()));
    EXPECT_THAT(made, Exited(0));
    fs::create_directory(folder() / "b");
    for (const char* name : {"deploy.sh", "undeploy.sh", "common.sh"})
      fs::copy(folder() / "made" / name, folder() / "b");
    write_file(path("b/namespaces.tsv"), "# namespace\tlabels\nn\ta=b,c=d\n", Overwrite::No);
  }

  // A bundle of these steps, each of a component of its own, in the namespace n.
  void write_steps(const std::vector<Line>& lines) const {
    std::string table = "# steps\n";
    for (const Line& line : lines) {
      const std::string& name = line.step;
      fs::create_directories(folder() / "b" / name);
      const bool chart = line.kind == "chart";
      write_file(path("b/" + name +
                      (chart                  ? "/values.yaml"
                       : line.kind == "local" ? "/Chart.yaml"
                                              : "/kustomization.yaml")),
                 "", Overwrite::Yes);
      table += name + "\t" + name + "\t" + line.kind + "\tn\t" + (chart ? "https://example.com/charts" : "-") + "\t" +
               name + "\t" + (chart ? "1.2.3" : "-") + "\t" + line.wait + "\t-\t" + line.needs + "\n";
    }
    write_file(path("b/steps.tsv"), table, Overwrite::Yes);
    write_checksums();
  }
  void write_checksums() const {
    ASSERT_THAT(execute({"sh", "-c",
                         "cd b && find . -type f ! -name checksums.txt | sed 's,^[.]/,,' | sort | xargs "
                         "sha256sum >../sums && mv ../sums checksums.txt"}),
                Exited(0));
  }

  [[nodiscard]] Environment stubs() const {
    return {{"STUB", path("stub")},
            {"PATH", source_path("tests/support/helm_stub") + ":" + std::string(std::getenv("PATH"))},
            {"TMPDIR", folder().string()}};
  }
  [[nodiscard]] ProcessResult script(const std::string& name, const Words& words, const Environment& more = {}) const {
    Environment environment = stubs();
    for (const auto& [key, value] : more) environment[key] = value;
    return execute(joined({GetParam(), path("b/" + name)}, words), environment);
  }
  [[nodiscard]] ProcessResult deploy(const Words& words = {}, const Environment& more = {}) const {
    return script("deploy.sh", joined({"--retries", "0"}, words), more);
  }
  [[nodiscard]] ProcessResult undeploy(const Words& words = {"--yes"}) const { return script("undeploy.sh", words); }

  [[nodiscard]] std::string noted(const std::string& name) const {
    return fs::exists(path("stub/" + name)) ? read_file(path("stub/" + name)) : "";
  }
  // "begin a", "end a", "remove a", as they happened.
  [[nodiscard]] Words order() const {
    Words result;
    std::istringstream lines(noted("order"));
    for (std::string line; std::getline(lines, line);) result.push_back(line);
    return result;
  }
  [[nodiscard]] std::ptrdiff_t place(const std::string& what) const {
    const Words all = order();
    const auto found = std::find(all.begin(), all.end(), what);
    EXPECT_NE(found, all.end()) << what;
    return found - all.begin();
  }
  void tell(const std::string& file, const std::string& text = "") const {
    write_file(path("stub/" + file), text + "\n", Overwrite::Yes);
  }
  [[nodiscard]] Words releases() const {
    Words names;
    for (const auto& entry : fs::directory_iterator(path("stub/releases")))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
};

INSTANTIATE_TEST_SUITE_P(Shells, HelmScripts, ::testing::Values("dash", "bash"),
                         [](const auto& shell) { return std::string(shell.param); });

TEST_P(HelmScripts, InstallInTheOrderOfTheGraph) {
  write_steps({{"a"}, {"b", "a", "chart"}, {"c", "a"}, {"d", "b,c"}});
  EXPECT_THAT(deploy(), Exited(0));
  EXPECT_LT(place("end a"), place("begin b"));
  EXPECT_LT(place("end a"), place("begin c"));
  EXPECT_LT(place("end b"), place("begin d"));
  EXPECT_LT(place("end c"), place("begin d"));
  EXPECT_THAT(releases(), ElementsAre("n~a", "n~b", "n~c", "n~d"));
  EXPECT_THAT(noted("log"),
              HasSubstr("helm upgrade --install b b --repo https://example.com/charts --version 1.2.3 --values "
                        "../bundle/b/values.yaml --wait --namespace n --timeout 10m --labels "
                        "app.kubernetes.io/managed-by=waybill,waybill.dev/component=b,waybill.dev/bundle="));
}

TEST_P(HelmScripts, InstallIndependentStepsAtTheSameTime) {
  write_steps({{"a"}, {"b"}, {"c"}});
  tell("meet/a", "b");  // each ends only when the other has begun
  tell("meet/b", "a");
  EXPECT_THAT(deploy({"--jobs", "2"}), Exited(0));
}

TEST_P(HelmScripts, InstallNoMoreAtOnceThanAsked) {
  write_steps({{"a"}, {"b"}, {"c"}});
  EXPECT_THAT(deploy({"--jobs=1"}), Exited(0));
  EXPECT_THAT(order(), ElementsAre("begin a", "end a", "begin b", "end b", "begin c", "end c"));
}

TEST_P(HelmScripts, AFailureEndsTheRun) {
  write_steps({{"a"}, {"b", "a"}, {"c", "b"}, {"d", "a"}});
  tell("fail/b", "1");
  const ProcessResult done = deploy({"--jobs", "1", "--report", "r.json"});
  EXPECT_THAT(done, Exited(1));
  EXPECT_THAT(order(), Not(Contains("begin c")));
  EXPECT_THAT(order(), Not(Contains("begin d")));
  EXPECT_THAT(done.out, AllOf(HasSubstr("Error: b is broken"), HasSubstr("failed: b"), HasSubstr("not begun: c, d")));
  const Value report = parse_json(read_file(path("r.json")));
  EXPECT_EQ(at(report, "outcome"), Value("failed"));
  EXPECT_EQ(at(report, "steps").items()[1].text_or("state", ""), "failed");
  EXPECT_EQ(at(report, "steps").items()[3].text_or("state", ""), "skipped");
  EXPECT_FALSE(fs::exists(path("stub/lock")));
}

TEST_P(HelmScripts, BestEffortGoesOnAndDoesNotEndWellAfterAFailure) {
  write_steps({{"a"}, {"b", "a"}, {"c", "b"}, {"d", "a"}});
  tell("fail/b", "1");
  const ProcessResult done = deploy({"--best-effort", "--report=r.json"});
  EXPECT_THAT(done, Exited(4));
  EXPECT_THAT(order(), Not(Contains("begin c")));
  EXPECT_THAT(order(), Contains("end d"));
  EXPECT_EQ(at(parse_json(read_file(path("r.json"))), "outcome"), Value("partly"));
}

TEST_P(HelmScripts, AFailedStepIsTriedAgain) {
  write_steps({{"a"}});
  tell("fail/a", "2");
  const ProcessResult done = script("deploy.sh", {"--retries", "2", "--retry-pause", "0", "--report", "r.json"});
  EXPECT_THAT(done, Exited(0));
  EXPECT_EQ(at(parse_json(read_file(path("r.json"))), "steps").items()[0],
            Value::map({{"step", "a"}, {"component", "a"}, {"namespace", "n"}, {"state", "done"}, {"attempts", 3}}));
  tell("fail/a", "5");
  EXPECT_THAT(script("deploy.sh", {"--retries", "2", "--retry-pause", "0"}), Exited(1));
}

TEST_P(HelmScripts, ADryRunPrintsAndContactsNothing) {
  write_steps({{"a"}, {"b", "a", "chart"}, {"k", "b", "kustomize"}});
  fs::rename(path("b"), path("it's here"));
  const ProcessResult done =
      execute({GetParam(), path("it's here/deploy.sh"), "--dry-run", "--context", "c d"}, stubs());
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(
      done.out,
      AllOf(HasSubstr("kubectl create namespace n --context 'c d'\n"),
            HasSubstr("kubectl label namespace n app.kubernetes.io/managed-by=waybill a=b c=d --context 'c d'\n"),
            HasSubstr("helm upgrade --install a '" + path("it'\\''s here/a") + "' --wait"),
            HasSubstr("kubectl apply --server-side --field-manager=waybill --namespace n --kustomize")));
  const ProcessResult removed = execute({GetParam(), path("it's here/undeploy.sh"), "--dry-run"}, stubs());
  EXPECT_THAT(removed, Exited(0));
  EXPECT_LT(removed.out.find("helm uninstall b"), removed.out.find("helm uninstall a"));
  EXPECT_THAT(noted("log"), IsEmpty());
}

TEST_P(HelmScripts, RunAgainChangesNothingElse) {
  write_steps({{"a"}, {"b", "a"}});
  EXPECT_THAT(deploy(), Exited(0));
  fs::remove(path("stub/log"));
  EXPECT_THAT(deploy(), Exited(0));
  EXPECT_THAT(releases(), ElementsAre("n~a", "n~b"));
  // The namespace is there: it gets labels, but is not marked as made.
  EXPECT_THAT(noted("log"),
              AllOf(HasSubstr("kubectl label namespace n a=b c=d --context"), Not(HasSubstr("create namespace"))));
  for (const auto& entry : fs::directory_iterator(folder()))
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("waybill."))) << "a temporary folder is left";
}

TEST_P(HelmScripts, RefuseFilesThatAreNotAsListed) {
  const auto refused = [&](const std::string& what) {
    const ProcessResult done = deploy();
    EXPECT_THAT(done, Exited(3));
    EXPECT_THAT(done.err, HasSubstr(what));
    EXPECT_THAT(undeploy(), Exited(3));
    EXPECT_THAT(noted("log"), IsEmpty());
  };
  write_steps({{"a"}});
  write_file(path("b/a/Chart.yaml"), "changed", Overwrite::Yes);
  refused("a/Chart.yaml: FAILED");
  EXPECT_THAT(deploy({"--no-verify"}), Exited(0));
  fs::remove(path("stub/log"));
  write_steps({{"a"}});
  write_file(path("b/a/evil.yaml"), "", Overwrite::No);
  refused("a/evil.yaml");
  fs::remove(path("b/a/evil.yaml"));
  fs::remove(path("b/namespaces.tsv"));
  refused("namespaces.tsv");
  write_file(path("elsewhere"), "# \n", Overwrite::Yes);
  fs::create_symlink(path("elsewhere"), path("b/namespaces.tsv"));
  write_checksums();
  std::ofstream(path("b/checksums.txt"), std::ios::app)
      << execute({"sha256sum", path("elsewhere")}).out.substr(0, 64) << "  namespaces.tsv\n";
  write_file(path("b/checksums.txt"), execute({"sort", "-k2", path("b/checksums.txt")}).out, Overwrite::Yes);
  refused("no links");
  fs::remove(path("b/checksums.txt"));
  refused("no checksums.txt");
}

TEST_P(HelmScripts, RefuseATableThatHoldsMoreThanNames) {
  const std::string harm = "touch " + path("harmed");
  const Words good{"a", "a", "chart", "n", "https://example.com/c", "a", "1.0.0", "yes", "10m", "-"};
  for (std::size_t column = 0; column < good.size(); ++column) {
    for (const std::string& attack :
         {"$(" + harm + ")", "`" + harm + "`", "a;" + harm, std::string("a b"), std::string("-x"), std::string("*"),
          std::string("'"), std::string("\""), std::string("../../x"), std::string("a\\"), std::string("a\x01"),
          std::string("é"), std::string("A'")}) {
      write_steps({{"a", "-", "chart"}});
      std::string table;
      for (std::size_t i = 0; i < good.size(); ++i) table += (i == 0 ? "" : "\t") + (i == column ? attack : good[i]);
      write_file(path("b/steps.tsv"), table + "\n", Overwrite::Yes);
      const ProcessResult done = deploy({"--no-verify"});
      EXPECT_THAT(done, Exited(3)) << column << " " << attack;
      EXPECT_THAT(undeploy({"--no-verify", "--yes"}), Exited(3)) << column << " " << attack;
    }
  }
  write_steps({{"a"}});
  for (const std::string& labels : {"a=$(" + harm + ")", std::string("a"), std::string("a=b c"), std::string("-a=b")}) {
    write_file(path("b/namespaces.tsv"), "n\t" + labels + "\n", Overwrite::Yes);
    EXPECT_THAT(deploy({"--no-verify"}), Exited(3)) << labels;
  }
  EXPECT_FALSE(fs::exists(path("harmed")));
  EXPECT_THAT(noted("log"), IsEmpty());
}

TEST_P(HelmScripts, RefuseStepsThatNeedWhatIsNotBeforeThem) {
  write_steps({{"a", "b"}, {"b"}});
  EXPECT_THAT(deploy(), Exited(3));
  write_steps({{"a"}, {"a"}});
  EXPECT_THAT(deploy(), Exited(3));
  write_file(path("b/steps.tsv"), "# nothing\n", Overwrite::Yes);
  write_checksums();
  EXPECT_THAT(deploy(), Exited(3));
}

TEST_P(HelmScripts, OneRunAtATime) {
  write_steps({{"a"}});
  fs::create_directory(path("stub/lock"));
  const ProcessResult refused = deploy();
  EXPECT_THAT(refused, Exited(3));
  EXPECT_THAT(refused.err, HasSubstr("another run is at work in this cluster: somebody"));
  EXPECT_TRUE(fs::exists(path("stub/lock"))) << "it is not ours to remove";
  EXPECT_THAT(order(), IsEmpty());
  EXPECT_THAT(deploy({"--break-lock"}), Exited(0));
  EXPECT_FALSE(fs::exists(path("stub/lock")));
}

TEST_P(HelmScripts, AnInterruptEndsWhatRunsAndSaysWhatWasDone) {
  write_steps({{"a"}, {"b", "a"}, {"c", "b"}});
  tell("hang/b");
  for (const auto& [number, status] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    fs::remove(path("stub/hanging"));
    fs::remove(path("stub/order"));
    Environment environment = isolated_environment();
    for (const auto& [key, value] : stubs()) environment[key] = value;
    Background running({GetParam(), path("b/deploy.sh"), "--report", path("r.json")}, path("out"),
                       {.folder = folder().string(), .environment = environment});
    for (int i = 0; i < 600 && !fs::exists(path("stub/hanging")); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ASSERT_EQ(::kill(running.pid(), number), 0);
    EXPECT_EQ(running.wait(), status);
    EXPECT_THAT(order(), ElementsAre("begin a", "end a", "begin b", "signal b"));
    EXPECT_THAT(read_file(path("out")),
                AllOf(HasSubstr("done     a"), HasSubstr("interrupted: b"), HasSubstr("not begun: c")));
    EXPECT_EQ(at(parse_json(read_file(path("r.json"))), "outcome"), Value("interrupted"));
    EXPECT_FALSE(fs::exists(path("stub/lock")));
  }
}

TEST_P(HelmScripts, LeaveReleasesAloneThatNoBundleMade) {
  write_steps({{"a"}, {"b", "a"}});
  tell("releases/n~b", "somebody deployed");
  const ProcessResult refused = deploy();
  EXPECT_THAT(refused, Exited(3));
  EXPECT_THAT(refused.err, HasSubstr("no bundle made them: n/b"));
  EXPECT_THAT(order(), IsEmpty());
  EXPECT_THAT(undeploy(), Exited(0));
  EXPECT_THAT(releases(), ElementsAre("n~b"));
  EXPECT_THAT(deploy({"--adopt"}), Exited(0));
  EXPECT_THAT(undeploy(), Exited(0));
  EXPECT_THAT(releases(), IsEmpty());
}

TEST_P(HelmScripts, NameReleasesThatTheBundleNoLongerHolds) {
  write_steps({{"a"}});
  tell("releases/m~old", "app.kubernetes.io/managed-by=waybill deployed");
  const ProcessResult done = deploy();
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(done.out, HasSubstr("helm uninstall old --namespace m"));
  EXPECT_THAT(releases(), Contains("m~old"));
}

TEST_P(HelmScripts, MendWhatAKilledRunLeft) {
  write_steps({{"a"}, {"b"}});
  tell("releases/n~a", "app.kubernetes.io/managed-by=waybill pending-install");
  tell("releases/n~b", "app.kubernetes.io/managed-by=waybill pending-upgrade");
  EXPECT_THAT(deploy({"--jobs", "1"}), Exited(0));
  EXPECT_THAT(order(), ElementsAre("remove a", "begin a", "end a", "rollback b", "begin b", "end b"));
}

TEST_P(HelmScripts, RefuseANamespaceThatIsBeingDeleted) {
  write_steps({{"a"}});
  tell("namespaces/n", "Terminating");
  EXPECT_THAT(deploy(), Exited(3));
  EXPECT_THAT(order(), IsEmpty());
}

TEST_P(HelmScripts, WaitAsTheTableSays) {
  write_steps({{"a", "-", "local", "no"}, {"b"}, {"c-definitions"}});
  write_file(path("b/steps.tsv"),
             read_file(path("b/steps.tsv")) + "d-definitions\td\tlocal\tn\t-\tc-definitions\t-\tyes\t90s\t-\n",
             Overwrite::Yes);
  write_checksums();
  EXPECT_THAT(deploy(), Exited(0));
  EXPECT_THAT(noted("log"),
              AllOf(HasSubstr("--install a ../bundle/a --namespace"), HasSubstr("--install b ../bundle/b --wait"),
                    HasSubstr("../bundle/c-definitions --wait --namespace n --timeout 90s")));
  fs::remove(path("stub/log"));
  EXPECT_THAT(deploy({"--no-wait", "--timeout", "30s"}), Exited(0));
  EXPECT_THAT(noted("log"), AllOf(HasSubstr("--install b ../bundle/b --namespace n --timeout 30s"),
                                  HasSubstr("../bundle/c-definitions --wait --namespace n --timeout 30s")));
}

TEST_P(HelmScripts, BothProgramsMeanTheSameCluster) {
  write_steps({{"a"}});
  EXPECT_THAT(deploy({}, {{"HELM_KUBECONTEXT", "other"}, {"HELM_NAMESPACE", "other"}}), Exited(0));
  EXPECT_THAT(deploy({"--context", "mine"}), Exited(0));
  std::set<std::string> contexts;
  std::istringstream lines(noted("contexts"));
  for (std::string line; std::getline(lines, line);) contexts.insert(line);
  EXPECT_THAT(contexts, ElementsAre("mine", "stub"));
  EXPECT_THAT(deploy({"--kubeconfig", "nowhere"}), Exited(2));
}

TEST_P(HelmScripts, NoFolderCanBeTakenForAChart) {
  write_steps({{"a", "-", "chart"}});
  EXPECT_THAT(deploy(), Exited(0));
  EXPECT_THAT(noted("folder"), IsEmpty());  // what lies where Helm looks for the chart
}

TEST_P(HelmScripts, RefuseWrongOptionsAndAnOldHelm) {
  write_steps({{"a"}});
  for (const Words& words : std::vector<Words>{{"--job", "1"},
                                               {"--jobs", "0"},
                                               {"--jobs", "x"},
                                               {"--jobs"},
                                               {"--timeout", "1"},
                                               {"--retries=-1"},
                                               {"surplus"},
                                               {"--dry-run=yes"},
                                               {"--yes"}}) {
    EXPECT_THAT(deploy(words), Exited(2)) << words.front();
  }
  EXPECT_THAT(deploy({"--help"}), Exited(0));
  tell("version", "v3.13.9");
  EXPECT_THAT(deploy(), Exited(3));
  tell("version", "v4.3");
  EXPECT_THAT(deploy(), Exited(0));
}

TEST_P(HelmScripts, RemoveInReverseOrderWhatTheBundleMade) {
  write_steps({{"a"}, {"b", "a"}, {"c", "a"}, {"d", "b,c"}});
  EXPECT_THAT(deploy(), Exited(0));
  tell("releases/n~other", "somebody deployed");
  EXPECT_THAT(undeploy(), Exited(0));
  EXPECT_LT(place("remove d"), place("remove b"));
  EXPECT_LT(place("remove d"), place("remove c"));
  EXPECT_LT(place("remove b"), place("remove a"));
  EXPECT_LT(place("remove c"), place("remove a"));
  EXPECT_THAT(releases(), ElementsAre("n~other"));
  EXPECT_THAT(noted("log"), Not(HasSubstr("kubectl delete namespace")));
  EXPECT_THAT(noted("log"), Not(HasSubstr("finalizers")));
  EXPECT_THAT(undeploy(), Exited(0)) << "nothing is there any more";
}

TEST_P(HelmScripts, RefuseWhenReleasesCannotBeListed) {
  write_steps({{"a"}});
  EXPECT_THAT(deploy(), Exited(0));
  tell("fail/list");
  EXPECT_THAT(deploy(), Exited(3));
  EXPECT_THAT(undeploy(), Exited(3));
  EXPECT_THAT(releases(), ElementsAre("n~a"));
  EXPECT_FALSE(fs::exists(path("stub/lock")));
}

TEST_P(HelmScripts, RemoveNothingWithoutAYes) {
  write_steps({{"a"}});
  EXPECT_THAT(deploy(), Exited(0));
  EXPECT_THAT(undeploy({}), Exited(2));
  EXPECT_THAT(releases(), ElementsAre("n~a"));
}

TEST_P(HelmScripts, KeepWhatAStepStandsOnWhenItsRemovalFails) {
  write_steps({{"a"}, {"b", "a"}, {"c"}});
  EXPECT_THAT(deploy(), Exited(0));
  tell("fail/b", "1");
  EXPECT_THAT(undeploy({"--yes", "--best-effort"}), Exited(4));
  EXPECT_THAT(releases(), ElementsAre("n~a", "n~b"));
}

TEST_P(HelmScripts, SayWhatStaysAndWhatGoesAlong) {
  write_steps({{"a"}});
  EXPECT_THAT(deploy(), Exited(0));
  tell("answers/customresourcedefinitions",
       "kept.example.com\tn/a\tkeep\t\ngone.example.com\tn/a\t\t\nforeign.example.com\tn/x\t\t");
  tell("answers/persistentvolumeclaims", "persistentvolumeclaim/models");
  const ProcessResult done = undeploy();
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(done.out, AllOf(HasSubstr("every object of theirs in the cluster:\n  gone.example.com\n"),
                              HasSubstr("kubectl delete customresourcedefinition kept.example.com"),
                              HasSubstr("kubectl delete --namespace n persistentvolumeclaim/models"),
                              HasSubstr("kubectl delete namespace n"), Not(HasSubstr("foreign.example.com"))));
}

TEST_P(HelmScripts, DeleteNamespacesOnlyWhenAskedAndEmpty) {
  write_steps({{"a"}});
  EXPECT_THAT(deploy(), Exited(0));
  tell("namespaces/m", "Active");  // not of this bundle
  tell("releases/n~other", "somebody deployed");
  EXPECT_THAT(undeploy({"--yes", "--delete-namespaces"}), Exited(0));
  EXPECT_TRUE(fs::exists(path("stub/namespaces/n")));
  fs::remove(path("stub/releases/n~other"));
  EXPECT_THAT(undeploy({"--yes", "--delete-namespaces"}), Exited(0));
  EXPECT_FALSE(fs::exists(path("stub/namespaces/n")));
  EXPECT_TRUE(fs::exists(path("stub/namespaces/m")));
}

TEST_P(HelmScripts, RemoveOfAKustomizationOnlyWhatHasItsLabel) {
  write_steps({{"k", "-", "kustomize"}});
  EXPECT_THAT(deploy(), Exited(0));
  EXPECT_THAT(noted("log"),
              HasSubstr("kubectl apply --server-side --field-manager=waybill --namespace n --kustomize ../bundle/k"));
  tell("answers/configmaps,deployments.apps", "v1\tConfigMap\napps/v1\tDeployment");
  EXPECT_THAT(undeploy(), Exited(0));
  EXPECT_THAT(noted("log"), HasSubstr("kubectl delete ConfigMap,Deployment.v1.apps --all-namespaces --selector "
                                      "app.kubernetes.io/managed-by=waybill,waybill.dev/component=k"));
}

TEST_P(HelmScripts, KeepTheOutputOfEveryStepWhenAsked) {
  write_steps({{"a"}, {"b"}});
  tell("fail/b", "1");
  EXPECT_THAT(deploy({"--logs", "logs"}), Exited(1));
  EXPECT_THAT(read_file(path("logs/b.log")),
              AllOf(HasSubstr("helm upgrade --install b"), HasSubstr("Error: b is broken")));
}

// --- The program around them
// -------------------------------------------------------------------------------------------

class HelmBundles : public Workspace {
 protected:
  void bundle() const {
    ASSERT_THAT(waybill(joined({"bundle", "--deployer", " Helm ", "-o", "b"}, criteria())), Exited(0));
  }
};

TEST_F(HelmBundles, AreCheckedByTheirOwnScript) {
  bundle();
  EXPECT_EQ(at(parse_json(read_file(path("b/bundle.json"))), "deployer"), Value("helm"));
  const ProcessResult done = execute({path("b/deploy.sh"), "--dry-run"});
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(done.out, HasSubstr("helm upgrade --install gpu-operator gpu-operator --repo"));
  EXPECT_THAT(execute({path("b/undeploy.sh"), "--dry-run"}), Exited(0));
}

TEST_F(HelmBundles, HaveScriptsThatShellcheckAccepts) {
  WAYBILL_REQUIRE_PEER("shellcheck");
  bundle();
  const ProcessResult done =
      execute({"shellcheck", "--external-sources", path("b/deploy.sh"), path("b/undeploy.sh"), path("b/common.sh")});
  EXPECT_THAT(done, Exited(0));
}

TEST_F(HelmBundles, RefuseOptionsOfArgoCd) {
  for (const Words& words : std::vector<Words>{
           {"--argocd-version", "3.4"}, {"--cluster", "east"}, {"--cluster-file", "f"}, {"--ordering", "waves"}}) {
    const ProcessResult done = waybill(joined(joined({"bundle", "--deployer", "helm", "-o", "b"}, words), criteria()));
    EXPECT_THAT(done, Exited(2));
    EXPECT_THAT(done.err, HasSubstr(words.front() + " means nothing to the deployer 'helm'"));
  }
}

TEST_F(HelmBundles, HaveNoRootAndNothingToSimulate) {
  bundle();
  for (const Words& words : std::vector<Words>{{"bootstrap", "b", "--repo-url", "https://git.example.com/x.git"},
                                               {"bundle", "--deployer", "helm", "--service", "eks", "-o", "c", "--repo",
                                                "https://git.example.com/x.git"}}) {
    const ProcessResult done = waybill(words);
    EXPECT_THAT(done, Exited(2));
    EXPECT_THAT(done.err, HasSubstr("a bundle for 'helm' has no root"));
  }
  EXPECT_FALSE(fs::exists(path("c")));
  const ProcessResult done = waybill({"simulate", "b"});
  EXPECT_THAT(done, Exited(2));
  EXPECT_THAT(done.err, HasSubstr("'b' is a bundle for 'helm'"));
}

TEST_F(HelmBundles, AreCommittedWithoutARootAndPackedAsAnyOther) {
  make_key();
  const GitRepository remote = make_repository();
  const Value done = waybill_json(joined({"publish", "--deployer", "helm", "--repo", path("remote.git"), "--path",
                                          "site", "--output", "oci-layout:layout:v1", "--key", "k.key"},
                                         criteria()));
  ASSERT_THAT(execute({"git", "clone", "-q", path("remote.git"), "clone"}), Exited(0));
  EXPECT_TRUE(fs::exists(path("clone/site/bundle/deploy.sh")));
  EXPECT_FALSE(fs::exists(path("clone/site/root.yaml")));
  EXPECT_NE(::access(path("clone/site/bundle/deploy.sh").c_str(), X_OK), -1);
  EXPECT_THAT(execute({path("clone/site/bundle/deploy.sh"), "--dry-run"}), Exited(0));
  ASSERT_THAT(waybill({"pull", "oci-layout:layout:v1", "--key", "k.pub", "--output", "pulled"}), Exited(0));
  EXPECT_THAT(execute({path("pulled/deploy.sh"), "--dry-run"}), Exited(0));
}

}  // namespace
}  // namespace waybill::testing
