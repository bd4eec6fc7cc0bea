#include "generator/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/file_system.h"
#include "core/json/reader.h"
#include "tests/support/process.h"

namespace waybill {

void PrintTo(const FileProblem& problem, std::ostream* out) { *out << problem.path << ": " << problem.reason; }

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RelPath path(std::string_view text) { return RelPath::parse(text); }

BundleInfo info() {
  BundleInfo info;
  info.tool_version = "1.2.3";
  info.catalogue = {"v0.11.1", "sha256:" + std::string(64, 'a')};
  info.recipe_digest = "sha256:" + std::string(64, 'b');
  info.criteria.set(Dimension::Service, "eks");
  info.criteria.set_nodes(4);
  info.deployer = "argocd";
  info.options = Value::map({{"set", Value::list({"gpu-operator:driver.enabled=false"})}, {"cluster", "west"}});
  return info;
}

FileTree rendered() {
  FileTree tree;
  tree.add(path("apps/Chart.yaml"), "name: x\n");
  tree.add(path("manifests/a/b.yaml"), "a: 1\n");
  tree.add(path("tool.sh"), "#!/bin/sh\n", Executable::Yes);
  return tree;
}

std::vector<std::string> lines(const std::vector<FileProblem>& problems) {
  std::vector<std::string> result;
  for (const FileProblem& problem : problems) result.push_back(problem.path + ": " + problem.reason);
  return result;
}

FileTree without(const FileTree& tree, std::string_view removed) {
  FileTree result;
  for (const auto& [name, file] : tree.files()) {
    if (name.text() != removed) result.add(name, file.bytes, file.executable);
  }
  return result;
}

TEST(Bundle, ASealedTreeHasNoProblems) { EXPECT_THAT(lines(check_files(seal(rendered(), info()).tree)), IsEmpty()); }

TEST(Bundle, SealingTwiceGivesEqualBytes) { EXPECT_EQ(seal(rendered(), info()).tree, seal(rendered(), info()).tree); }

TEST(Bundle, ReadsBackWhatItWasSealedWith) {
  const BundleInfo read = read_bundle_info(seal(rendered(), info()).tree);
  EXPECT_EQ(read.tool_version, "1.2.3");
  EXPECT_EQ(read.catalogue, info().catalogue);
  EXPECT_EQ(read.recipe_digest, info().recipe_digest);
  EXPECT_EQ(read.criteria, info().criteria);
  EXPECT_EQ(read.deployer, "argocd");
  EXPECT_EQ(read.options, info().options);
}

TEST(Bundle, ListsEveryFileWithSizeDigestAndExecutableBit) {
  const Value document = json::parse(seal(rendered(), info()).tree.at(path("bundle.json")).bytes, "bundle.json");
  const Value& files = *document.find("files");
  ASSERT_EQ(files.items().size(), 3U);
  EXPECT_EQ(
      files.items()[2],
      Value::map(
          {{"path", "tool.sh"}, {"size", 10}, {"digest", sha256("#!/bin/sh\n").to_string()}, {"executable", true}}));
}

TEST(Bundle, Sha256sumAgrees) {
  WAYBILL_REQUIRE_PEER("sha256sum");
  const TemporaryFolder folder;
  const auto target = folder.path() / "bundle";
  write_folder(target, seal(rendered(), info()).tree, Overwrite::No);
  const auto result = testing::run({"sha256sum", "--check", "--strict", "checksums.txt"}, {.folder = target.string()});
  EXPECT_EQ(result.exit_status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("bundle.json: OK"));
  EXPECT_THAT(result.out, HasSubstr("manifests/a/b.yaml: OK"));
}

TEST(Bundle, ARenderedTreeMustNotHoldWhatSealingMakes) {
  for (const char* name : {"bundle.json", "checksums.txt", "attestation/x.json"}) {
    FileTree tree = rendered();
    tree.add(path(name), "x");
    EXPECT_THROW(static_cast<void>(seal(std::move(tree), info())), Error) << name;
  }
}

TEST(BundleCheck, FindsAChangedByte) {
  FileTree tree = seal(rendered(), info()).tree;
  tree.set(path("manifests/a/b.yaml"), "a: 2\n");
  EXPECT_THAT(lines(check_files(tree)), ElementsAre(HasSubstr("manifests/a/b.yaml: changed: checksums.txt"),
                                                    HasSubstr("manifests/a/b.yaml: changed: bundle.json")));
}

TEST(BundleCheck, FindsAFileThatIsNotListed) {
  FileTree tree = seal(rendered(), info()).tree;
  tree.add(path("manifests/a/evil.yaml"), "a: 2\n");
  EXPECT_THAT(lines(check_files(tree)), ElementsAre("manifests/a/evil.yaml: not listed in checksums.txt",
                                                    "manifests/a/evil.yaml: not listed in bundle.json"));
}

TEST(BundleCheck, FindsAMissingFile) {
  EXPECT_THAT(lines(check_files(without(seal(rendered(), info()).tree, "tool.sh"))),
              ElementsAre("tool.sh: missing: listed in checksums.txt", "tool.sh: missing: listed in bundle.json"));
}

TEST(BundleCheck, FindsAnExecutableBit) {
  FileTree tree = seal(rendered(), info()).tree;
  tree.set(path("apps/Chart.yaml"), "name: x\n", Executable::Yes);
  const std::string bundle = tree.at(path("bundle.json")).bytes;
  tree.set(path("bundle.json"), bundle, Executable::Yes);
  EXPECT_THAT(lines(check_files(tree)),
              ElementsAre("apps/Chart.yaml: executable bit differs", "bundle.json: executable bit differs"));
}

TEST(BundleCheck, FindsAChangedBundleFile) {
  FileTree tree = seal(rendered(), info()).tree;
  std::string bundle = tree.at(path("bundle.json")).bytes;
  bundle.replace(bundle.find("1.2.3"), 5, "1.2.4");
  tree.set(path("bundle.json"), bundle);
  EXPECT_THAT(lines(check_files(tree)), ElementsAre(HasSubstr("bundle.json: changed")));
}

TEST(BundleCheck, AttestationsDoNotCount) {
  FileTree tree = seal(rendered(), info()).tree;
  tree.add(path("attestation/checksums.sigstore.json"), "{}");
  EXPECT_THAT(lines(check_files(tree)), IsEmpty());
}

TEST(BundleCheck, MissingListsAreProblems) {
  EXPECT_THAT(lines(check_files(FileTree())), ElementsAre("checksums.txt: missing", "bundle.json: missing"));
  EXPECT_THAT(lines(check_files(without(seal(rendered(), info()).tree, "checksums.txt"))),
              ElementsAre("checksums.txt: missing"));
}

TEST(BundleCheck, MalformedChecksumsAreProblems) {
  const FileTree good = seal(rendered(), info()).tree;
  const std::string list = good.at(path("checksums.txt")).bytes;
  const std::string hex(64, '0');
  for (const std::string& line : {std::string("garbage\n"), hex + " *tool.sh\n", hex + "  ../x\n", hex + "  \n",
                                  "SHA256 (x) = " + hex + "\n", hex + "  x"}) {
    FileTree tree = good;
    tree.set(path("checksums.txt"), list + line);
    const std::vector<std::string> problems = lines(check_files(tree));
    ASSERT_FALSE(problems.empty()) << line;
    EXPECT_THAT(problems.front(), HasSubstr("checksums.txt: line 5")) << line;
  }
  FileTree twice = good;
  twice.set(path("checksums.txt"), list + list);
  EXPECT_THAT(lines(check_files(twice)).front(), HasSubstr("listed twice"));
}

TEST(BundleCheck, ListsMustNotNameThemselves) {
  FileTree tree = seal(rendered(), info()).tree;
  std::string list = tree.at(path("checksums.txt")).bytes;
  list += std::string(64, '0') + "  attestation/x\n" + std::string(64, '0') + "  checksums.txt\n";
  tree.set(path("checksums.txt"), list);
  EXPECT_THAT(lines(check_files(tree)), ElementsAre("attestation/x: must not be listed in checksums.txt",
                                                    "checksums.txt: must not be listed in checksums.txt"));
}

TEST(BundleInfo, MalformedDocumentsAreRefused) {
  const std::string good = seal(rendered(), info()).tree.at(path("bundle.json")).bytes;
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    FileTree tree;
    tree.add(path("bundle.json"), text);
    return tree;
  };
  EXPECT_THROW(static_cast<void>(read_bundle_info(FileTree())), Error);
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"\"formatVersion\": 1", "\"formatVersion\": 2"},
                                                        {"\"deployer\"", "\"deploier\""},
                                                        {"\"argocd\"", "7"},
                                                        {"\"waybill\"", "\"other\""},
                                                        {"\"tool.sh\"", "\"../tool.sh\""},
                                                        {"\"executable\": true", "\"executable\": 1"},
                                                        {"\"size\": 10", "\"size\": -10"},
                                                        {"tool.sh", "apps/Chart.yaml"},
                                                        {"{", "["}}) {
    EXPECT_THROW(static_cast<void>(read_bundle_info(with(from, to))), Error) << to;
    EXPECT_THAT(lines(check_files(with(from, to))), ::testing::Contains(HasSubstr("bundle.json: "))) << to;
  }
}

}  // namespace
}  // namespace waybill
