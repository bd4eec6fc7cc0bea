// A whole bundle for Argo CD, and its roots for git and for a registry.
#include <gtest/gtest.h>

#include <cstdlib>

#include "argocd/render.h"
#include "argocd/root.h"
#include "core/file_system.h"
#include "tests/unit/argocd/sample_plan.h"

namespace waybill::argocd {
namespace {

FileTree outputs() {
  const testing::Sample sample = testing::sample();
  const FileTree bundle = seal(render(sample.plan, sample.recipe), sample_info(sample)).tree;
  FileTree tree;
  tree.add_tree("bundle", bundle);
  tree.add(RelPath::parse("git.root.yaml"),
           root_document(bundle, {"https://git.example.com/fleet.git", "clusters/x/bundle", "main"}));
  tree.add(RelPath::parse("oci.root.yaml"),
           root_document(bundle, {"oci://registry.example.com/gpu/bundle", "", "sha256:" + std::string(64, 'c')}));
  return tree;
}

TEST(ArgoCdBundle, IsAsItWas) {
  const std::string folder = WAYBILL_SOURCE_FOLDER "/tests/golden/argocd";
  const FileTree actual = outputs();
  if (const char* accept = std::getenv("GOLDEN_ACCEPT"); accept != nullptr && std::string_view(accept) == "1") {
    write_folder(folder, actual, Overwrite::Yes);
    FAIL() << "accepted new golden files in " << folder
           << ": look at the difference and run again without GOLDEN_ACCEPT";
  }
  const FileTree expected = read_folder(folder);
  for (const auto& [path, file] : actual.files()) {
    ASSERT_TRUE(expected.contains(path)) << "new file: " << path.text();
    EXPECT_EQ(file.bytes, expected.at(path).bytes) << path.text();
  }
  for (const auto& [path, file] : expected.files())
    EXPECT_TRUE(actual.contains(path)) << "no longer written: " << path.text();
}

}  // namespace
}  // namespace waybill::argocd
