// How the program speaks: help, refusals, the two streams, pipes, environment, completion, manual pages (spec: cli,
// Manners).
#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/functional/support/workspace.h"
#include "tests/support/source_path.h"

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const Words& verbs() {
  static const Words kVerbs{"recipe",
                            "recipe list",
                            "recipe diff",
                            "catalogue check",
                            "catalogue new-overlay",
                            "query",
                            "explain",
                            "plan",
                            "bundle",
                            "publish",
                            "commit",
                            "push",
                            "pull",
                            "copy",
                            "save",
                            "load",
                            "receipt",
                            "inspect",
                            "list",
                            "tag",
                            "delete",
                            "login",
                            "logout",
                            "bootstrap",
                            "simulate",
                            "keygen",
                            "key import",
                            "key public",
                            "sign",
                            "verify",
                            "verify-attestation",
                            "attest",
                            "attach",
                            "trust show",
                            "trust init",
                            "trust sign",
                            "trust update",
                            "completion",
                            "manual",
                            "version"};
  return kVerbs;
}

// "recipe list" as the words of a command line.
Words words_of(const std::string& verb) {
  const std::size_t blank = verb.find(' ');
  return blank == std::string::npos ? Words{verb} : Words{verb.substr(0, blank), verb.substr(blank + 1)};
}

std::string page_of(std::string verb) {
  std::replace(verb.begin(), verb.end(), ' ', '-');
  return "man/waybill-" + verb + ".1";
}

class Manners : public Workspace {
 protected:
  // Refused as invalid input with nothing on standard output; gives what was said.
  [[nodiscard]] std::string refusal(const Words& words, const Environment& environment = {}) const {
    const ProcessResult done = waybill(words, environment);
    EXPECT_THAT(done, Exited(2));
    EXPECT_THAT(done.out, IsEmpty());
    return done.err;
  }
  [[nodiscard]] std::string shell(const std::string& script) const {
    const ProcessResult done = execute({"bash", "-c", script, "bash", program()});
    EXPECT_THAT(done, Exited(0));
    return done.out;
  }
};

TEST_F(Manners, EveryCommandOfTheOverviewHasHelpWithExamples) {
  const ProcessResult overview = waybill({"--help"});
  ASSERT_THAT(overview, Exited(0));
  for (const std::string& verb : verbs()) {
    EXPECT_THAT(overview.out, HasSubstr("\n  " + verb + " "));
    const ProcessResult help = waybill(joined(words_of(verb), {"--help"}));
    EXPECT_THAT(help, Exited(0));
    EXPECT_THAT(help.out, AllOf(HasSubstr("Usage: waybill " + verb), HasSubstr("\nExamples:\n"), HasSubstr("--quiet")));
    EXPECT_THAT(help.err, IsEmpty());
    EXPECT_EQ(waybill(joined({"help"}, words_of(verb))).out, help.out);
    EXPECT_EQ(waybill(joined(words_of(verb), {"-h"})).out, help.out);
  }
  EXPECT_EQ(std::count(overview.out.begin(), overview.out.end(), '\n'),
            static_cast<std::ptrdiff_t>(verbs().size()) + 7);
}

// Every further library costs each run of the program (docs/decisions/0010).
TEST_F(Manners, StartsWithTheCLibraryAlone) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr bool kSanitized = true;  // by shared libraries
#else
  constexpr bool kSanitized = false;
#endif
  WAYBILL_REQUIRE("build", "one without sanitizers", !kSanitized);
  const ProcessResult headers = execute({"readelf", "--dynamic", "--wide", program()});
  ASSERT_THAT(headers, Exited(0));
  std::istringstream lines(headers.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("(NEEDED)") == std::string::npos) continue;
    EXPECT_THAT(line, ::testing::AnyOf(HasSubstr("[libc.so"), HasSubstr("[libm.so"), HasSubstr("[ld-linux")));
  }
}

TEST_F(Manners, AnOutputThatIsNoOrdinaryFileKeepsItsPlace) {
  const std::string expected = waybill({"recipe", "--service", "eks"}).out;
  EXPECT_EQ(waybill({"recipe", "--service", "eks", "-o", "/dev/stdout"}).out, expected);
  EXPECT_THAT(
      execute({"bash", "-c", "mkfifo pipe; cat pipe >got & \"$0\" recipe --service eks -o pipe; wait; test -p pipe",
               program()}),
      Exited(0));
  EXPECT_EQ(read_file(path("got")), expected);
  // By a link, so that nothing but the link could be harmed.
  std::filesystem::create_symlink("/dev/null", path("nothing"));
  EXPECT_THAT(waybill({"recipe", "--service", "eks", "-o", "nothing"}), Exited(0));
  EXPECT_TRUE(std::filesystem::is_character_file(path("nothing")));
  write_file(path("file"), "", Overwrite::No);
  std::filesystem::create_symlink("file", path("link"));
  EXPECT_THAT(waybill({"recipe", "--service", "eks", "-o", "link"}), Exited(0));
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(read_file(path("file")), expected);
}

TEST_F(Manners, WhatIsUnknownIsRefusedWithTheNearestWord) {
  EXPECT_THAT(refusal({"publsh"}), HasSubstr("did you mean 'publish'?"));
  EXPECT_THAT(refusal({"help", "recpie"}), HasSubstr("did you mean 'recipe'?"));
  EXPECT_THAT(refusal({"recipe", "--servce", "eks"}), HasSubstr("did you mean '--service'?"));
  EXPECT_THAT(refusal({"recipe", "--servce=eks"}),
              AllOf(HasSubstr("'--servce'"), HasSubstr("did you mean '--service'?")));
  EXPECT_THAT(refusal({"recipe", "--service", "ekz"}), HasSubstr("did you mean 'eks'?"));
  EXPECT_THAT(refusal({"recipe", "--intent", "trainin"}), HasSubstr("did you mean 'training'?"));
  EXPECT_THAT(refusal({"recipe", "--platform", "kubeflo"}), HasSubstr("did you mean 'kubeflow'?"));
  EXPECT_THAT(refusal({"plan", "--service", "eks", "--format", "jsn"}), HasSubstr("did you mean 'json'?"));
  EXPECT_THAT(refusal({"version", "--color", "alwys"}), HasSubstr("did you mean 'always'?"));
  EXPECT_THAT(refusal({"bundle", "--service", "eks", "--deployer", "argocdd", "-o", "b"}), HasSubstr("'argocd"));
  EXPECT_THAT(refusal({"completion", "basj"}), HasSubstr("did you mean 'bash'?"));
  EXPECT_THAT(refusal({"recipe", "--service", "eks", "surplus"}), HasSubstr("unexpected argument 'surplus'"));
  EXPECT_THAT(refusal({"recipe", "lst"}), AllOf(HasSubstr("'recipe lst'"), HasSubstr("did you mean 'recipe list'?")));
  EXPECT_THAT(refusal({"recipe", "surplus"}), HasSubstr("'waybill recipe' has list, diff"));
  EXPECT_THAT(refusal({"help", "recipe", "dif"}), HasSubstr("did you mean 'recipe diff'?"));
  EXPECT_THAT(refusal({"recipe", "list", "--servce", "eks"}), HasSubstr("no option of 'waybill recipe list'"));
}

TEST_F(Manners, WhatIsMissingOrDoubledIsRefused) {
  EXPECT_THAT(refusal({}), HasSubstr("no command given"));
  EXPECT_THAT(refusal({"recipe"}), HasSubstr("no criteria given"));
  EXPECT_THAT(refusal({"recipe", "--service"}), HasSubstr("'--service' needs a value"));
  EXPECT_THAT(refusal({"recipe", "--service", "eks", "--service", "eks"}),
              HasSubstr("'--service' is given more than once"));
  EXPECT_THAT(refusal({"recipe", "--gpu", "h100", "--accelerator", "h100"}), HasSubstr("more than once"));
  EXPECT_THAT(refusal({"recipe", "--service", "eks", "-t", "json", "--format", "json"}), HasSubstr("more than once"));
  EXPECT_THAT(refusal({"version", "--quiet", "-q"}), HasSubstr("more than once"));
  EXPECT_THAT(refusal({"recipe", "--service", "eks", "--nodes", "many"}), HasSubstr("'many' is no value of --nodes"));
  EXPECT_THAT(refusal({"recipe", "--service", "eks", "--nodes", "-1"}), HasSubstr("-1"));
  for (const char* verb : {"verify", "sign", "pull", "push", "bootstrap", "completion"}) {
    EXPECT_THAT(refusal({verb}), HasSubstr(std::string("'waybill ") + verb + "' needs "));
  }
  EXPECT_THAT(refusal({"push", "source"}), HasSubstr("needs TARGET"));
  EXPECT_THAT(refusal({"publish", "--service", "eks"}), AllOf(HasSubstr("--repo"), HasSubstr("--output")));
  EXPECT_THAT(refusal({"bundle", "--service", "eks"}), HasSubstr("--output"));
  EXPECT_THAT(refusal({"sign", "x"}), HasSubstr("--key"));
  EXPECT_THAT(refusal({"verify", "x"}), HasSubstr("--key"));
}

TEST_F(Manners, ResultsAndProgressGoToDifferentStreams) {
  make_key();
  make_repository();
  const Words publish = joined({"publish", "--repo", "remote.git", "--output", "oci-layout:out:v1", "--key", "k.key",
                                "--workload-selector", "job=training", "--accelerated-node-selector", "gpu=true"},
                               criteria());
  const ProcessResult text = waybill(publish);
  ASSERT_THAT(text, Exited(0));
  EXPECT_THAT(text.out, AllOf(HasSubstr("sha256:"), Not(HasSubstr("pushing"))));
  EXPECT_THAT(text.err, HasSubstr("committed "));
  const ProcessResult quiet = waybill(joined(publish, {"--quiet", "--format", "json"}));
  EXPECT_THAT(quiet.err, IsEmpty());
  EXPECT_EQ(keys(parse_json(quiet.out)), (Words{"attestations", "bundle", "git", "oci", "recipe", "signatures"}));
  const ProcessResult lines = waybill(joined(publish, {"--log-format", "json"}));
  std::istringstream stream(lines.err);
  int count = 0;
  for (std::string line; std::getline(stream, line); ++count) EXPECT_THAT(keys(parse_json(line)), Contains("level"));
  EXPECT_GT(count, 0);
}

TEST_F(Manners, OutputNamesAFileOrStandardOutput) {
  const ProcessResult plain = waybill({"recipe", "--service", "eks"});
  ASSERT_THAT(plain, Exited(0));
  EXPECT_EQ(waybill({"recipe", "--service", "eks", "-o", "-"}).out, plain.out);
  EXPECT_EQ(waybill({"recipe", "--service", "eks", "--output", ""}).out, plain.out);
  const ProcessResult file = waybill({"recipe", "--service", "eks", "-o", "r.yaml"});
  EXPECT_THAT(file.out, IsEmpty());
  EXPECT_EQ(read_file(path("r.yaml")), plain.out);
  EXPECT_FALSE(std::filesystem::exists(path("-")));
  EXPECT_THAT(waybill({"recipe", "--service", "eks", "-o", "nowhere/r.yaml"}), Exited(3));
}

TEST_F(Manners, ErrorsForMachinesAreOneObject) {
  const Words always{"code", "context", "hint", "message"};
  const auto error_of = [&](const Words& words, int status, const Environment& environment = {}) {
    const ProcessResult done = waybill(words, environment);
    EXPECT_THAT(done, Exited(status));
    EXPECT_THAT(done.out, IsEmpty());
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
    return parse_json(done.err);
  };
  const Value unknown = error_of({"recipe", "--service", "ekz", "--format", "json"}, 2);
  EXPECT_EQ(keys(unknown), always);
  EXPECT_EQ(at(unknown, "code").as_string(), "invalid_input");
  EXPECT_THAT(at(unknown, "hint").as_string(), HasSubstr("'eks'"));
  EXPECT_EQ(keys(error_of({"recipe", "--servce", "x", "-t", "json"}, 2)), always);
  EXPECT_EQ(keys(error_of({"plan", "--format=json", "--service", "a", "--service", "b"}, 2)), always);
  EXPECT_EQ(at(error_of({"plan", "--service", "ekz"}, 2, {{"WAYBILL_PLAN_FORMAT", "json"}}), "code").as_string(),
            "invalid_input");
  make_key();
  EXPECT_EQ(at(error_of({"verify", "missing", "--key", "k.pub", "-t", "json"}, 3), "code").as_string(), "not_found");
  EXPECT_EQ(at(error_of({"verify", "oci://127.0.0.1:1/a:v", "--offline", "--key", "k.pub", "-t", "json"}, 2), "code")
                .as_string(),
            "invalid_input");
  std::ofstream(path("bad.yaml")) << "kind: RecipeResult\napiVersion: aicr.nvidia.com/v1alpha1\nmetadta: {}\n";
  const Value placed = error_of({"plan", "--recipe", "bad.yaml", "--format", "json"}, 2);
  EXPECT_EQ(keys(placed), (Words{"code", "column", "context", "file", "hint", "line", "message"}));
  EXPECT_EQ(at(placed, "file").as_string(), "bad.yaml");
  EXPECT_EQ(at(placed, "line").as_int(), 3);
  EXPECT_EQ(at(placed, "column").as_int(), 1);
}

TEST_F(Manners, AFailureSaysWhichOptionNamedTheFile) {
  const auto said = [&](const Words& words, const Environment& environment = {}) {
    const ProcessResult done = waybill(words, environment);
    EXPECT_NE(done.exit_status, 0);
    return done.err;
  };
  EXPECT_THAT(said({"recipe", "--criteria", "nope.yaml", "--data", "site"}),
              AllOf(HasSubstr("'site"), HasSubstr("\n  named by --data\n")));
  EXPECT_THAT(said({"recipe", "--criteria", "nope.yaml"}),
              AllOf(HasSubstr("'nope.yaml'"), HasSubstr("\n  named by --criteria\n")));
  EXPECT_THAT(said({"plan"}, {{"WAYBILL_PLAN_RECIPE", "nope.yaml"}}), HasSubstr("\n  named by --recipe\n"));
  EXPECT_THAT(said({"bundle", "--service", "eks", "-o", "b", "--cluster-file", "nope.yaml"}),
              HasSubstr("\n  named by --cluster-file\n"));
  EXPECT_THAT(said({"sign", "file", "--key", "nope.key"}), HasSubstr("\n  named by --key\n"));
  EXPECT_THAT(said({"recipe", "--catalogue", "nowhere/"}), HasSubstr("\n  named by --catalogue\n"));
  EXPECT_THAT(said({"recipe", "--service", "eks", "-o", "nowhere/r.yaml"}), HasSubstr("'nowhere'"));
  const Value error = parse_json(said({"plan", "--recipe", "nope.yaml", "--format", "json"}));
  EXPECT_EQ(at(error, "context"), Value::list({"named by --recipe"}));
  // Where the words name the option themselves, and where no file is meant.
  EXPECT_THAT(said({"plan", "--recipe", "https://example.org/r.yaml"}), Not(HasSubstr("named by")));
  EXPECT_THAT(said({"recipe", "--service", "ekz"}), Not(HasSubstr("named by")));
}

TEST_F(Manners, APlaceInAClusterIsRefusedWithTheWayAround) {
  EXPECT_THAT(refusal({"recipe", "--snapshot", "cm://gpu/snapshot"}), HasSubstr(".data.snapshot\\.yaml}"));
  EXPECT_THAT(refusal({"plan", "--recipe", "cm://gpu/recipe"}), HasSubstr(".data.snapshot\\.yaml}"));
  EXPECT_THAT(refusal({"recipe", "--criteria", "cm://gpu/criteria"}), HasSubstr(".data.KEY}"));
}

TEST_F(Manners, AReaderWhoLeavesIsNoError) {
  EXPECT_EQ(shell("\"$1\" recipe --service eks 2>err | head -c 1; echo \" ${PIPESTATUS[0]} $(wc -c <err)\""),
            "k 0 0\n");
  // Nobody reads at all: the pipe is closed before the first byte.
  EXPECT_EQ(shell("exec 3> >(true); wait $!; \"$1\" recipe --service eks >&3 2>err; echo $?; cat err"), "0\n");
}

TEST_F(Manners, OutputThatCannotBeWrittenIsAnError) {
  EXPECT_EQ(shell("\"$1\" recipe --service eks >/dev/full 2>err; echo $?"), "10\n");
  EXPECT_EQ(shell("\"$1\" recipe --service eks >&- 2>err; echo $?; grep -c 'standard output' err"), "1\n1\n");
  EXPECT_EQ(shell("\"$1\" recipe --service eks 2>&- | wc -l | grep -qv '^0$'; echo $?"), "0\n");
}

TEST_F(Manners, StandardInputIsReadOnlyWhereItIsNamed) {
  make_key();
  ASSERT_THAT(waybill(joined({"recipe", "-o", "r.yaml"}, criteria())), Exited(0));
  ASSERT_THAT(waybill({"bundle", "--recipe", "r.yaml", "-o", "b"}), Exited(0));
  for (const std::string command :
       {"recipe --service eks", "plan --recipe r.yaml", "bundle --recipe r.yaml -o b --force", "sign b --key k.key",
        "verify b --key k.pub", "publish --recipe r.yaml --output oci-layout:l:v1 --key k.key",
        "push b oci-layout:p:v1", "pull oci-layout:l:v1 -o c", "keygen --password-file /dev/null"}) {
    EXPECT_EQ(shell("printf rest | { \"$1\" " + command + " >out 2>err || cat err; cat; }"), "rest") << command;
  }
}

TEST_F(Manners, ADashIsStandardInput) {
  const ProcessResult recipe = waybill(joined({"recipe"}, criteria()));
  const ProcessResult plan = waybill({"plan", "--recipe", "-"}, {}, recipe.out);
  ASSERT_THAT(plan, Exited(0));
  EXPECT_EQ(plan.out, waybill(joined({"plan"}, criteria())).out);
  ASSERT_THAT(waybill({"keygen", "--output-prefix", "p", "--password-file", "-"}, {}, "pass word\n"), Exited(0));
  std::ofstream(path("right")) << "pass word";
  std::ofstream(path("file")) << "content";
  EXPECT_THAT(waybill({"sign", "file", "--key", "p.key", "--password-file", "right"}), Exited(0));
  EXPECT_THAT(waybill({"verify", "file", "--key", "p.pub"}), Exited(0));
}

TEST_F(Manners, WithoutATerminalAPasswordIsNeverAskedFor) {
  std::ofstream(path("password")) << "secret";
  ASSERT_THAT(waybill({"keygen", "--output-prefix", "p", "--password-file", "password"}), Exited(0));
  std::ofstream(path("file")) << "content";
  const ProcessResult asked = execute({"setsid", "-w", program(), "sign", "file", "--key", "p.key"});
  EXPECT_THAT(asked, Exited(2));
  EXPECT_THAT(asked.err,
              AllOf(HasSubstr("--password-file"), HasSubstr("WAYBILL_PASSWORD"), HasSubstr("COSIGN_PASSWORD")));
  EXPECT_THAT(waybill({"sign", "file", "--key", "p.key"}, {{"WAYBILL_PASSWORD", "secret"}}), Exited(0));
  EXPECT_THAT(waybill({"sign", "file", "--key", "p.key"}, {{"COSIGN_PASSWORD", "wrong"}}), Exited(4));
}

TEST_F(Manners, TheEnvironmentStandsBehindTheFlags) {
  const std::string eks = waybill({"recipe", "--service", "eks"}).out;
  EXPECT_EQ(waybill({"recipe"}, {{"WAYBILL_RECIPE_SERVICE", "eks"}}).out, eks);
  EXPECT_EQ(waybill({"recipe", "--service", "eks"}, {{"WAYBILL_RECIPE_SERVICE", "nonsense"}}).out, eks);
  EXPECT_EQ(waybill({"recipe", "--service", "eks"}, {{"WAYBILL_PLAN_SERVICE", "nonsense"}}).out, eks);
  EXPECT_THAT(refusal({"recipe"}, {{"WAYBILL_RECIPE_SERVICE", "ekz"}}), HasSubstr("did you mean 'eks'?"));
  EXPECT_THAT(refusal({"recipe", "--service", "eks"}, {{"WAYBILL_RECIPE_FORMAT", "xml"}}), HasSubstr("'xml'"));
  EXPECT_THAT(waybill({"recipe", "list"}, {{"WAYBILL_RECIPE_LIST_FORMAT", "json"}}).out, StartsWith("{"));
  EXPECT_THAT(
      refusal({"recipe", "list"}, {{"WAYBILL_RECIPE_LIST_SERVICE", "ekz"}, {"WAYBILL_RECIPE_LIST_FORMAT", "json"}}),
      StartsWith("{"));
  EXPECT_THAT(waybill({"recipe", "list"}, {{"WAYBILL_RECIPE_SERVICE", "nonsense"}}), Exited(0));
  EXPECT_THAT(refusal({"version"}, {{"WAYBILL_COLOR", "alwys"}}), HasSubstr("did you mean 'always'?"));
  EXPECT_THAT(waybill({"manual"}).err, HasSubstr("man"));
  EXPECT_THAT(waybill({"manual"}, {{"WAYBILL_QUIET", "true"}}).err, IsEmpty());
  EXPECT_THAT(waybill({"manual"}, {{"WAYBILL_LOG_FORMAT", "json"}}).err, StartsWith("{"));
}

TEST_F(Manners, ColourIsAskedForOrLeftOut) {
  // A warning has colour; criteria that nothing depends on give one.
  const Words command{"recipe", "--service", "eks", "--platform", "kubeflow"};
  ASSERT_THAT(waybill(command).err, HasSubstr("warning: "));
  EXPECT_THAT(waybill(command).err, Not(HasSubstr("\033[")));
  EXPECT_THAT(waybill(joined(command, {"--color", "always"})).err, HasSubstr("\033[33m"));
  WAYBILL_REQUIRE_PEER("script");
  const auto on_a_terminal = [&](const Environment& environment) {
    return execute({"script", "-qec", "'" + program() + "' recipe --service eks --platform kubeflow -o r.yaml",
                    "/dev/null"},
                   environment)
        .out;
  };
  EXPECT_THAT(on_a_terminal({}), HasSubstr("\033[33m"));
  EXPECT_THAT(on_a_terminal({{"NO_COLOR", "1"}}), AllOf(HasSubstr("warning"), Not(HasSubstr("\033["))));
}

TEST_F(Manners, GlobalOptionsStandOnEitherSideOfTheCommand) {
  const std::string expected = waybill({"recipe", "--service", "eks"}).out;
  EXPECT_EQ(waybill({"-q", "--color", "never", "recipe", "--service", "eks"}).out, expected);
  EXPECT_EQ(waybill({"recipe", "--service", "eks", "-vv", "--no-progress", "--log-format", "json"}).out, expected);
}

TEST_F(Manners, VersionNamesProgramCatalogueAndLibraries) {
  EXPECT_THAT(waybill({"--version"}).out, AllOf(StartsWith("waybill "), EndsWith("\n")));
  const Value version = waybill_json({"version"});
  EXPECT_EQ(keys(version), (Words{"catalogue", "commit", "libraries", "version"}));
  EXPECT_EQ(keys(at(version, "catalogue")), (Words{"digest", "version"}));
  EXPECT_EQ("waybill " + at(version, "version").as_string() + "\n", waybill({"--version"}).out);
}

TEST_F(Manners, BashCompletesCommandsFlagsChoicesAndFiles) {
  ASSERT_THAT(waybill({"completion", "bash"}), Exited(0));
  const auto complete = [&](const std::string& line) {
    return shell("PATH=$(dirname \"$1\"):$PATH; . <(waybill completion bash); COMP_WORDS=(" + line +
                 "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
                 "$(complete -p waybill | sed 's/.*-F \\([^ ]*\\).*/\\1/'); echo \"${COMPREPLY[@]}\"");
  };
  EXPECT_EQ(complete("waybill pub"), "publish\n");
  EXPECT_EQ(complete("waybill ver"), "verify verify-attestation version\n");
  EXPECT_EQ(complete("waybill --color always ver"), "verify verify-attestation version\n");
  EXPECT_EQ(complete("waybill recipe --acc"), "--accelerator\n");
  EXPECT_EQ(complete("waybill recipe --format \"\""), "yaml json table\n");
  EXPECT_EQ(complete("waybill plan -t j"), "json\n");
  EXPECT_EQ(complete("waybill publish --color a"), "auto always\n");
  EXPECT_EQ(complete("waybill completion z"), "zsh\n");
  EXPECT_EQ(complete("waybill recipe \"\""), "list diff\n");
  EXPECT_EQ(complete("waybill recipe l"), "list\n");
  EXPECT_EQ(complete("waybill --color always recipe list --format t"), "table\n");
  EXPECT_EQ(complete("waybill recipe list --acc"), "--accelerator\n");
  std::ofstream(path("some-file")) << "x";
  EXPECT_EQ(complete("waybill verify some"), "some-file\n");
}

TEST_F(Manners, ZshCompletes) {
  WAYBILL_REQUIRE_PEER("zsh");
  const ProcessResult script = waybill({"completion", "zsh"});
  ASSERT_THAT(script, Exited(0));
  std::ofstream(path("script")) << script.out;
  // The functions that the script calls say what they are given.
  const auto complete = [&](const std::string& line, int current) {
    const ProcessResult done = execute(
        {"zsh", "-f", "-c",
         "compdef() { :; }; _describe() { print -l -- $verbs; }; _arguments() { print -l -- \"$@\"; }; . ./script; "
         "words=(" +
             line + "); CURRENT=" + std::to_string(current) + "; _waybill"});
    EXPECT_THAT(done, Exited(0));
    return done.out;
  };
  EXPECT_THAT(complete("waybill p", 2), HasSubstr("\npublish:resolve, render"));
  EXPECT_THAT(complete("waybill recipe --f", 3),
              AllOf(HasSubstr("--format["), HasSubstr("-t["), HasSubstr(":FORMAT:(yaml json table)")));
  EXPECT_THAT(complete("waybill completion z", 3), HasSubstr("(bash zsh fish)"));
  EXPECT_THAT(complete("waybill recipe l", 3), StartsWith("list:list all targets"));
  EXPECT_THAT(complete("waybill recipe list --f", 4), HasSubstr(":FORMAT:(table json yaml)"));
}

TEST_F(Manners, FishCompletes) {
  WAYBILL_REQUIRE_PEER("fish");
  const ProcessResult script = waybill({"completion", "fish"});
  ASSERT_THAT(script, Exited(0));
  std::ofstream(path("script")) << script.out;
  const auto complete = [&](const std::string& line) {
    const ProcessResult done = execute({"fish", "--no-config", "-c", "source script; complete -C '" + line + "'"});
    EXPECT_THAT(done, Exited(0));
    return done.out;
  };
  EXPECT_THAT(complete("waybill pub"), StartsWith("publish\t"));
  EXPECT_THAT(complete("waybill recipe --gp"), StartsWith("--gpu"));
  EXPECT_THAT(complete("waybill recipe --format "), AllOf(HasSubstr("yaml"), HasSubstr("json")));
  EXPECT_THAT(complete("waybill completion z"), StartsWith("zsh"));
  EXPECT_THAT(complete("waybill recipe "), AllOf(HasSubstr("list\t"), HasSubstr("diff\t")));
  EXPECT_THAT(complete("waybill recipe list --format "), AllOf(HasSubstr("table"), HasSubstr("json")));
}

TEST_F(Manners, ManualPagesAreReadByGroff) {
  ASSERT_THAT(waybill({"manual", "--output", "man"}), Exited(0));
  for (const std::string& verb : verbs()) EXPECT_TRUE(std::filesystem::exists(path(page_of(verb)))) << verb;
  WAYBILL_REQUIRE_PEER("groff");
  for (const std::string& verb : verbs()) {
    const ProcessResult read = execute({"groff", "-man", "-Tutf8", "-K", "utf8", "-ww", page_of(verb)});
    EXPECT_THAT(read, Exited(0));
    EXPECT_THAT(read.err, IsEmpty()) << verb;
    EXPECT_THAT(read.out, HasSubstr("waybill")) << verb;
  }
}

TEST_F(Manners, PagesOfCommandsAreAsTheProgramWritesThem) {
  ASSERT_THAT(waybill({"manual", "--format", "markdown", "--output", "pages"}), Exited(0));
  const ProcessResult compared = execute({"diff", "-r", source_path("docs/cli"), "pages"});
  EXPECT_THAT(compared, Exited(0)) << "./dev docs writes them";
}

}  // namespace
}  // namespace waybill::testing
