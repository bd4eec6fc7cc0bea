// Bundles for Flux from the command line to git and a layout, and back: what they hold, where their roots lead, and
// which options mean nothing to them.
#include "tests/functional/support/workspace.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class FluxBundles : public Workspace {
 protected:
  void SetUp() override { ASSERT_THAT(waybill(joined({"bundle", "-d", "flux", "-o", "b"}, criteria())), Exited(0)); }
  [[nodiscard]] Words bootstrap(const Words& more) const { return joined({"bootstrap", "b"}, more); }
};

TEST_F(FluxBundles, HoldARoot) {
  const Value described = parse_json(read_file(folder() / "b/bundle.json"));
  EXPECT_EQ(at(described, "deployer").as_string(), "flux");
  EXPECT_TRUE(fs::exists(folder() / "b/flux/kustomizations/gpu-operator.yaml"));
  EXPECT_FALSE(fs::exists(folder() / "b/apps"));
  EXPECT_THAT(waybill(joined({"bundle", "-d", "flux", "-o", "again"}, criteria())), Exited(0));
  EXPECT_EQ(snapshot(folder() / "b"), snapshot(folder() / "again"));
}

TEST_F(FluxBundles, AreStartedAtAPlace) {
  const ProcessResult git = waybill(bootstrap({"--repo-url", "https://git.example.com/x.git", "--path", "a/bundle"}));
  EXPECT_THAT(git, Exited(0));
  EXPECT_THAT(git.out, AllOf(HasSubstr("kind: GitRepository"), HasSubstr("waybill_path: a/bundle/"),
                             HasSubstr("branch: main"), Not(HasSubstr("secretRef"))));
  const ProcessResult registry = waybill(
      bootstrap({"--repo-url", "oci://registry.example.com/x", "--revision", "v1", "--secret", "registry-login"}));
  EXPECT_THAT(registry, Exited(0));
  EXPECT_THAT(registry.out,
              AllOf(HasSubstr("kind: OCIRepository"), HasSubstr("tag: v1"), HasSubstr("name: registry-login")));
  EXPECT_THAT(waybill(bootstrap({"--repo-url", "file:///srv/x.git"})),
              AllOf(Exited(2), ::testing::Field(&ProcessResult::err, HasSubstr("Flux cannot read"))));
  ASSERT_THAT(
      waybill(joined({"bundle", "-d", "flux", "-o", "c", "--repo", "https://git.example.com/x.git"}, criteria())),
      Exited(0));
  EXPECT_THAT(read_file(folder() / "c.root.yaml"), HasSubstr("kind: GitRepository"));
}

TEST_F(FluxBundles, RefuseTheOptionsOfArgoCd) {
  for (const Words& more : std::vector<Words>{{"--argocd-version", "3.5"},
                                              {"--cluster", "west"},
                                              {"--cluster-file", "clusters.yaml"},
                                              {"--ordering", "waves"}}) {
    const ProcessResult done = waybill(joined(joined({"bundle", "-d", "flux", "-o", "c"}, more), criteria()));
    EXPECT_THAT(done, Exited(2)) << more.front();
    EXPECT_THAT(done.err, HasSubstr(more.front() + " means nothing to the deployer 'flux'"));
  }
  const Words place{"--repo-url", "https://git.example.com/x.git"};
  for (const Words& more : std::vector<Words>{{"--cluster", "west"}, {"--applicationset"}}) {
    const ProcessResult done = waybill(bootstrap(joined(place, more)));
    EXPECT_THAT(done, Exited(2)) << more.front();
    EXPECT_THAT(done.err, HasSubstr(more.front()));
  }
  ASSERT_THAT(waybill(joined({"bundle", "-o", "argocd"}, criteria())), Exited(0));
  const ProcessResult secret = waybill(joined({"bootstrap", "argocd", "--secret", "s"}, place));
  EXPECT_THAT(secret, Exited(2));
  EXPECT_THAT(secret.err, HasSubstr("--secret means nothing to the deployer 'argocd'"));
}

TEST_F(FluxBundles, AreNotSimulated) {
  const ProcessResult done = waybill({"simulate", "b"});
  EXPECT_THAT(done, Exited(2));
  EXPECT_THAT(done.err, HasSubstr("'b' is a bundle for 'flux'"));
}

// A folder is no address that Flux could read: the files are committed all the same.
TEST_F(FluxBundles, ArePublishedAndVerified) {
  make_key();
  static_cast<void>(make_repository());
  const Words publish = joined({"publish", "-d", "flux", "--repo", "remote.git", "--path", "site", "--output",
                                "oci-layout:layout:v1", "--key", "k.key"},
                               criteria());
  const ProcessResult done = waybill(publish);
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(done.err, AllOf(HasSubstr("'flux' cannot read file://"), HasSubstr("waybill bootstrap")));
  const ProcessResult files =
      execute({"git", "--git-dir", "remote.git", "ls-tree", "-r", "--name-only", "main", "site/"});
  EXPECT_THAT(files.out, AllOf(HasSubstr("site/bundle/flux/kustomization.yaml\n"),
                               HasSubstr("site/.waybill.lock.json\n"), Not(HasSubstr("root.yaml"))));
  EXPECT_THAT(waybill({"verify", "oci-layout:layout:v1", "--key", "k.pub"}), Exited(0));
  ASSERT_THAT(waybill({"pull", "oci-layout:layout:v1", "--output", "pulled"}), Exited(0));
  EXPECT_EQ(read_file(folder() / "pulled/checksums.txt"), read_file(folder() / "b/checksums.txt"));
  // Pinned to the digest of the artifact.
  const ProcessResult root =
      waybill({"bootstrap", "oci-layout:layout:v1", "--repo-url", "oci://registry.example.com/x"});
  EXPECT_THAT(root, Exited(0));
  EXPECT_THAT(root.out, HasSubstr("digest: sha256:"));
  // The way back from the artifact to git.
  static_cast<void>(make_repository("other.git"));
  EXPECT_THAT(waybill({"commit", "oci-layout:layout:v1", "--key", "k.pub", "--repo", "other.git"}), Exited(0));
}

}  // namespace
}  // namespace waybill::testing
