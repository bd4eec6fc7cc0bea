// A whole bundle for Argo CD, and its roots for git and for a registry.
#include <gtest/gtest.h>

#include "argocd/render.h"
#include "argocd/root.h"
#include "tests/golden/golden_files.h"
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

TEST(ArgoCdBundle, IsAsItWas) { testing::expect_golden(outputs(), "argocd"); }

}  // namespace
}  // namespace waybill::argocd
