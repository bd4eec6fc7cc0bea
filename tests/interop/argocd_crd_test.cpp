// Argo CD's own definitions judge every object that we write for it, unknown fields included.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "argocd/render.h"
#include "argocd/root.h"
#include "core/file_system.h"
#include "tests/support/argocd_definitions.h"
#include "tests/support/embedded_recipes.h"
#include "tests/support/process.h"
#include "tests/unit/argocd/sample_plan.h"

namespace waybill::argocd {
namespace {

class Definitions : public ::testing::Test {
 protected:
  void SetUp() override { WAYBILL_REQUIRE_ARGOCD_DEFINITIONS(); }

  // Every object below `folder`.
  static testing::ProcessResult judge(const FileTree& tree) {
    const TemporaryFolder folder;
    write_folder(folder.path() / "objects", tree, Overwrite::No);
    std::vector<std::string> arguments{"--"};
    for (const auto& [path, file] : tree.files())
      arguments.push_back((folder.path() / "objects" / path.text()).string());
    return testing::run(testing::judge_by_argocd(arguments));
  }

  static FileTree objects(const RenderOptions& options) {
    const testing::Sample sample = testing::sample();
    const FileTree bundle = render(sample.plan, sample.recipe, options);
    FileTree tree;
    for (const auto& [path, file] : bundle.files()) {
      if (path.text().starts_with("apps/files/")) tree.add(path, file.bytes);
    }
    tree.add(RelPath::parse("git.yaml"), root_document(bundle, {"https://git.example.com/x.git", "a/bundle", "main"}));
    tree.add(RelPath::parse("oci.yaml"), root_document(bundle, {"oci://registry.example.com/x", "", "v1"}));
    return tree;
  }
};

TEST_F(Definitions, AcceptEveryObject) {
  for (const Version version : {Version(3, 1), Version(3, 5)}) {
    RenderOptions options;
    options.version = version;
    const testing::ProcessResult result = judge(objects(options));
    EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
    EXPECT_THAT(result.out, ::testing::HasSubstr("judged 14 objects"));
  }
}

// Whatever the embedded catalogue can give; an Application that many recipes share, but for the recipe's digest, is
// judged once.
TEST_F(Definitions, AcceptEveryApplicationOfTheCatalogue) {
  FileTree tree;
  std::set<std::string> seen;
  testing::for_each_recipe([&](const testing::QueryWords& words, const Recipe& recipe) {
    const FileTree bundle = render(make_plan(testing::embedded(), recipe), recipe);
    for (const auto& [path, file] : bundle.files()) {
      if (!path.text().starts_with("apps/files/")) continue;
      std::string without_digests = file.bytes.substr(0, file.bytes.find("- name: recipe\n"));
      const std::size_t label = without_digests.find("waybill.dev/recipe: ");
      ASSERT_NE(label, std::string::npos) << path.text();
      without_digests.erase(label, without_digests.find('\n', label) - label);
      if (!seen.insert(std::move(without_digests)).second) continue;
      tree.add(RelPath::parse(fmt::format("{}/{}", fmt::join(words, "-"), path.text())), file.bytes);
    }
  });
  const testing::ProcessResult result = judge(tree);
  EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
  EXPECT_THAT(result.out, ::testing::HasSubstr(fmt::format("judged {} objects", seen.size())));
  EXPECT_GT(seen.size(), 50U);
}

// The judge itself: a misspelt field must not pass.
TEST_F(Definitions, RefuseAMisspeltField) {
  FileTree tree = objects({});
  const RelPath path = RelPath::parse("apps/files/trainer.yaml");
  std::string text = tree.at(path).bytes;
  text.replace(text.find("targetRevision"), 14, "targetRevison_");
  tree.set(path, text);
  const testing::ProcessResult result = judge(tree);
  EXPECT_EQ(result.exit_status, 1) << result.out << result.err;
  EXPECT_THAT(result.out, ::testing::HasSubstr("targetRevison_"));
}

}  // namespace
}  // namespace waybill::argocd
