// commit: a verified bundle into a site's git, also an older one, and nothing that is not verified (spec: cli, commit).
#include "tests/functional/support/workspace.h"
#include "tests/support/registry_server.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Committing : public Workspace {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("openssl");
    WAYBILL_REQUIRE_PEER("git");
    make_key();
  }
  // A signed artifact in a layout.
  Value make_artifact(const std::string& tag = "v1", const Words& what = criteria()) const {
    return waybill_json(joined({"publish", "--key", "k.key", "--output", "oci-layout:media:" + tag}, what));
  }
  [[nodiscard]] static Words commit(const std::string& bundle, const Words& more = {}) {
    return joined({"commit", bundle, "--key", "k.pub", "--repo", "remote.git", "--path", "clusters/a", "--date",
                   "2001-02-03T04:05:06Z"},
                  more);
  }
  static bool is_empty(const GitRepository& remote) {
    return remote.try_git({"rev-parse", "--verify", "-q", "main"}).exit_status != 0;
  }
};

TEST_F(Committing, AnArtifactAndAFolderMakeTheCommitThatPublishMakes) {
  const Value artifact = make_artifact();
  const GitRepository remote = make_repository();
  const Value result = waybill_json(commit("oci-layout:media:v1"));
  EXPECT_EQ(keys(result), (Words{"bundle", "git", "recipe", "signers"}));
  EXPECT_EQ(keys(at(result, "git")), (Words{"branch", "changed", "commit", "path", "pushed", "repository"}));
  EXPECT_EQ(at(result, "bundle"), at(artifact, "bundle"));
  EXPECT_EQ(at(result, "recipe"), at(artifact, "recipe"));
  EXPECT_FALSE(at(result, "signers").items().empty());
  EXPECT_EQ(remote.git({"rev-parse", "main"}), at(result, "git.commit").as_string());
  EXPECT_THAT(remote.complaints(), IsEmpty());
  EXPECT_EQ(remote.git({"show", "-s", "--format=%(trailers:key=Waybill-Bundle,valueonly)", "main"}),
            at(artifact, "bundle.digest").as_string());

  ASSERT_THAT(waybill({"pull", "oci-layout:media:v1", "--output", "folder", "--key", "k.pub"}), Exited(0));
  const Value again = waybill_json(commit("folder"));
  EXPECT_FALSE(at(again, "git.changed").as_bool()) << "the same files, wherever they came from";
  make_repository("other.git");
  const Value direct = waybill_json(
      joined({"publish", "--repo", "other.git", "--path", "clusters/a", "--date", "2001-02-03T04:05:06Z"}, criteria()));
  EXPECT_EQ(at(direct, "bundle"), at(result, "bundle"));
}

class CommittingFromARegistry : public Committing, public ::testing::WithParamInterface<RegistryKind> {};

TEST_P(CommittingFromARegistry, MakesTheSameCommitByTagAndDigestAndNoneForAStranger) {
  WAYBILL_REQUIRE_PEER(registry_program(GetParam()));
  const Value expected = make_artifact();
  const GitRepository remote = make_repository();
  make_repository("other.git");
  const Value from_layout = waybill_json(commit("oci-layout:media:v1", {"--dry-run"}));
  const RegistryServer registry(GetParam());
  const std::string target = registry.target("gpu/bundle");
  ASSERT_THAT(waybill({"push", "oci-layout:media:v1", target + ":v1"}), Exited(0));

  make_key("stranger");
  const ProcessResult refused =
      waybill({"commit", target + ":v1", "--key", "stranger.pub", "--repo", "remote.git", "--path", "clusters/a"});
  EXPECT_THAT(refused, Exited(4));
  EXPECT_THAT(refused.err, HasSubstr("nothing of '" + target + ":v1' was committed"));
  EXPECT_THAT(waybill(commit(target + ":v2")), Exited(3));
  EXPECT_TRUE(is_empty(remote));

  const Value done = waybill_json(commit(target + ":v1"));
  EXPECT_EQ(at(done, "bundle"), at(expected, "bundle"));
  EXPECT_EQ(at(done, "recipe"), at(expected, "recipe"));
  EXPECT_EQ(at(done, "git.commit"), at(from_layout, "git.commit"));
  EXPECT_EQ(remote.git({"rev-parse", "main"}), at(done, "git.commit").as_string());
  EXPECT_THAT(remote.complaints(), IsEmpty());
  const Value again = waybill_json(commit(target + "@" + at(expected, "oci.digest").as_string()));
  EXPECT_FALSE(at(again, "git.changed").as_bool());
}

INSTANTIATE_TEST_SUITE_P(Kinds, CommittingFromARegistry,
                         ::testing::Values(RegistryKind::FallbackTag, RegistryKind::ReferrersApi),
                         [](const ::testing::TestParamInfo<RegistryKind>& kind) {
                           return kind.param == RegistryKind::FallbackTag ? "FallbackTag" : "ReferrersApi";
                         });

TEST_F(Committing, AnOlderBundleIsTheWayBack) {
  make_artifact("old");
  make_artifact("new", other_criteria());
  const GitRepository remote = make_repository();
  const Value old = waybill_json(commit("oci-layout:media:old"));
  ASSERT_THAT(waybill(commit("oci-layout:media:new")), Exited(0));
  const Value back = waybill_json(commit("oci-layout:media:old"));
  EXPECT_TRUE(at(back, "git.pushed").as_bool());
  EXPECT_EQ(remote.git({"rev-list", "--count", "main"}), "3");
  EXPECT_EQ(remote.git({"rev-parse", "main^{tree}"}),
            remote.git({"rev-parse", at(old, "git.commit").as_string() + "^{tree}"}));
}

TEST_F(Committing, WithoutAKeyNothingIsCommitted) {
  make_artifact();
  const GitRepository remote = make_repository();
  const ProcessResult refused = waybill({"commit", "oci-layout:media:v1", "--repo", "remote.git"});
  EXPECT_THAT(refused, Exited(2));
  EXPECT_THAT(refused.err, HasSubstr("--key"));
  EXPECT_TRUE(is_empty(remote));
  EXPECT_THAT(waybill({"commit", "oci-layout:media:v1", "--key", "k.pub"}), Exited(2));
}

TEST_F(Committing, AStrangersSignatureIsNotEnough) {
  make_artifact();
  make_key("stranger");
  const GitRepository remote = make_repository();
  const ProcessResult refused =
      waybill({"commit", "oci-layout:media:v1", "--key", "stranger.pub", "--repo", "remote.git"});
  EXPECT_THAT(refused, Exited(4));
  EXPECT_THAT(refused.err, HasSubstr("nothing of 'oci-layout:media:v1' was committed"));
  EXPECT_EQ(refused.out, "");
  EXPECT_TRUE(is_empty(remote));
}

TEST_F(Committing, AChangedFolderIsRefused) {
  make_artifact();
  const GitRepository remote = make_repository();
  ASSERT_THAT(waybill({"pull", "oci-layout:media:v1", "--output", "folder", "--key", "k.pub"}), Exited(0));
  flip_byte(folder() / "folder/recipe.yaml");
  EXPECT_THAT(waybill(commit("folder")), Exited(4));
  ASSERT_THAT(waybill({"pull", "oci-layout:media:v1", "--output", "folder", "--key", "k.pub", "--force"}), Exited(0));
  write_file(folder() / "folder/bundle-extra.yaml", "x: 1\n", Overwrite::No);
  EXPECT_THAT(waybill(commit("folder")), Exited(4));
  fs::remove(folder() / "folder/bundle-extra.yaml");
  fs::remove_all(folder() / "folder/attestation");
  EXPECT_THAT(waybill(commit("folder")), Exited(4));
  EXPECT_TRUE(is_empty(remote));
}

TEST_F(Committing, WhatIsNotThereIsNotFound) {
  make_repository();
  EXPECT_THAT(waybill(commit("oci-layout:nowhere:v1")), Exited(3));
  EXPECT_THAT(waybill(commit("nowhere")), Exited(3));
}

TEST_F(Committing, ADryRunShowsTheChangesAndMakesNone) {
  make_artifact("old");
  make_artifact("new", other_criteria());
  const GitRepository remote = make_repository();
  ASSERT_THAT(waybill(commit("oci-layout:media:old")), Exited(0));
  const Snapshot before = snapshot(folder() / "remote.git");
  const ProcessResult shown = waybill(commit("oci-layout:media:new", {"--dry-run"}));
  ASSERT_THAT(shown, Exited(0));
  EXPECT_THAT(shown.out,
              AllOf(HasSubstr("M clusters/a/bundle/recipe.yaml"), HasSubstr("D clusters/a/bundle/apps/files/kubeflow"),
                    HasSubstr("+++ b/clusters/a/bundle/recipe.yaml"), HasSubstr("not pushed")));
  const Value planned = waybill_json(commit("oci-layout:media:new", {"--dry-run"}));
  EXPECT_FALSE(at(planned, "git.pushed").as_bool());
  EXPECT_EQ(snapshot(folder() / "remote.git"), before);
  const Value done = waybill_json(commit("oci-layout:media:new"));
  EXPECT_EQ(at(done, "git.commit"), at(planned, "git.commit"));
  Words listed;
  for (const Value& change : at(planned, "git.changes").items()) listed.push_back(change.text_or("path", ""));
  const std::string names = remote.git({"diff", "--no-renames", "--name-only", "main^", "main"});
  std::string joined_names;
  for (const std::string& name : listed) joined_names += (joined_names.empty() ? "" : "\n") + name;
  EXPECT_EQ(joined_names, names);
}

TEST_F(Committing, AChangesOwnBranchIsPushedAndNamedForIt) {
  const Value artifact = make_artifact();
  const GitRepository remote = make_repository();
  remote.commit_file("README.md", "site");
  const std::string before = remote.git({"rev-parse", "main"});
  const ProcessResult done = waybill(commit("oci-layout:media:v1", {"--branch-per-change", "--format", "json"}));
  ASSERT_THAT(done, Exited(0));
  EXPECT_THAT(done.err, HasSubstr("pull request is left to you"));
  const Value result = parse_json(done.out);
  const std::string branch =
      "waybill/clusters/a/" + at(artifact, "bundle.digest").as_string().substr(std::string("sha256:").size(), 12);
  EXPECT_EQ(at(result, "git.branch").as_string(), branch);
  EXPECT_EQ(at(result, "git.base").as_string(), "main");
  EXPECT_EQ(remote.git({"rev-parse", branch}), at(result, "git.commit").as_string());
  EXPECT_EQ(remote.git({"rev-parse", "main"}), before);
  EXPECT_THAT(remote.git({"show", branch + ":clusters/a/root.yaml"}), HasSubstr("targetRevision: main"))
      << "what is merged follows the branch that deploys";
  EXPECT_THAT(waybill(commit("oci-layout:media:v1", {"--branch-per-change", "--forge", "gitea"})), Exited(2));
}

TEST_F(Committing, WordsThatWouldDoNothingAreRefused) {
  make_artifact();
  const GitRepository remote = make_repository();
  EXPECT_THAT(waybill(commit("oci-layout:media:v1", {"--forge", "gitea"})), Exited(2));
  EXPECT_THAT(
      waybill(joined({"publish", "--key", "k.key", "--output", "oci-layout:o:v1", "--sign-commit"}, criteria())),
      Exited(2));
  EXPECT_THAT(waybill(commit("oci-layout:media:v1", {"--branch-per-change", "--forge", "githab"})), Exited(2));
  EXPECT_TRUE(is_empty(remote));
}

TEST_F(Committing, ASshCommandOfTheEnvironmentIsNotRun) {
  make_artifact();
  const ProcessResult done =
      waybill({"commit", "oci-layout:media:v1", "--key", "k.pub", "--repo", "ssh://git@127.0.0.1:1/x.git"},
              {{"GIT_SSH_COMMAND", "touch " + path("ran")}});
  EXPECT_THAT(done, Exited(6));
  EXPECT_THAT(done.err, HasSubstr("GIT_SSH_COMMAND is not used"));
  EXPECT_FALSE(fs::exists(path("ran")));
}

TEST_F(Committing, AnOddPathStillNamesAGoodBranch) {
  make_artifact();
  const GitRepository remote = make_repository();
  remote.commit_file("README.md", "site");
  const auto branch_for = [&](const std::string& place) {
    return at(waybill_json({"commit", "oci-layout:media:v1", "--key", "k.pub", "--repo", "remote.git", "--path", place,
                            "--branch-per-change"}),
              "git.branch")
        .as_string();
  };
  const std::string odd = branch_for("site.a/b..c.lock/+x");
  EXPECT_THAT(odd, ::testing::MatchesRegex("waybill/site-a/b--c-lock/-x-[0-9a-f]{6}/[0-9a-f]{12}"));
  EXPECT_NE(odd, branch_for("site-a/b--c-lock/-x")) << "two places, two branches";
  EXPECT_THAT(remote.complaints(), IsEmpty());
}

TEST_F(Committing, ASignedCommitIsGitsOwn) {
  WAYBILL_REQUIRE_PEER("ssh-keygen");
  make_artifact();
  const GitRepository remote = make_repository();
  ASSERT_THAT(execute({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "signer"}), Exited(0));
  write_file(folder() / "gitconfig", "[gpg]\n format = ssh\n[user]\n signingKey = " + path("signer.pub") + "\n",
             Overwrite::No);
  write_file(folder() / "allowed", "other@example.org " + read_file(folder() / "signer.pub"), Overwrite::No);
  ASSERT_THAT(waybill(commit("oci-layout:media:v1", {"--sign-commit"}), {{"GIT_CONFIG_GLOBAL", path("gitconfig")}}),
              Exited(0));
  EXPECT_EQ(
      remote.try_git({"-c", "gpg.ssh.allowedSignersFile=" + path("allowed"), "verify-commit", "main"}).exit_status, 0);
}

}  // namespace
}  // namespace waybill::testing
