// publish: the main job, to folders and to real servers, again, changed, and refused (spec: cli, publish; issue: The
// path).
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "core/json/writer.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/registry_server.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Publishing : public Workspace {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("openssl");
    WAYBILL_REQUIRE_PEER("git");
    make_key();
  }
  [[nodiscard]] static Words publish(const Words& more, const Words& what = criteria()) {
    return joined(joined({"publish", "--key", "k.key"}, more), what);
  }
  void verified(const std::string& target) const {
    EXPECT_THAT(waybill({"verify", target, "--key", "k.pub"}), Exited(0));
  }
  // The tags of a repository, asked through another program.
  [[nodiscard]] std::string tags(const std::string& repository) const {
    const ProcessResult listed =
        execute({"crane", "ls", "--insecure", repository.substr(std::string("oci://").size())});
    EXPECT_THAT(listed, Exited(0));
    return listed.out;
  }
};

TEST_F(Publishing, SaysExactlyWhatItDid) {
  const GitRepository remote = make_repository();
  const Value result =
      waybill_json(publish({"--repo", "remote.git", "--path", "clusters/a", "--output", "oci-layout:out:v1"}));
  EXPECT_EQ(keys(result), (Words{"attestations", "bundle", "git", "oci", "recipe", "signatures"}));
  EXPECT_EQ(keys(at(result, "recipe")), Words{"digest"});
  EXPECT_EQ(keys(at(result, "bundle")), (Words{"digest", "files"}));
  EXPECT_EQ(keys(at(result, "git")), (Words{"branch", "changed", "commit", "path", "pushed", "repository"}));
  EXPECT_EQ(keys(at(result, "oci")), (Words{"digest", "pushed", "reference", "tag"}));
  EXPECT_EQ(at(result, "git.repository").as_string(), "remote.git");
  EXPECT_EQ(at(result, "git.branch").as_string(), "main");
  EXPECT_EQ(at(result, "git.path").as_string(), "clusters/a");
  EXPECT_TRUE(at(result, "git.changed").as_bool() && at(result, "git.pushed").as_bool() &&
              at(result, "oci.pushed").as_bool());
  EXPECT_EQ(at(result, "git.commit").as_string(), remote.git({"rev-parse", "main"}));
  EXPECT_EQ(at(result, "oci.tag").as_string(), "v1");
  EXPECT_EQ(at(result, "oci.reference").as_string(), "oci-layout:out:v1");
  ASSERT_EQ(at(result, "signatures").items().size(), 2U);
  for (const Value& signature : at(result, "signatures").items()) {
    EXPECT_EQ(keys(signature), (Words{"digest", "form", "keyId"}));
    EXPECT_TRUE(fs::exists(path("out/blobs/sha256/" + signature.text_or("digest", "").substr(7))));
  }
  Words predicates;
  for (const Value& attestation : at(result, "attestations").items()) {
    EXPECT_EQ(keys(attestation), (Words{"digest", "predicateType"}));
    predicates.push_back(attestation.text_or("predicateType", ""));
  }
  EXPECT_EQ(predicates,
            (Words{"https://spdx.dev/Document", "https://cyclonedx.org/bom", "https://slsa.dev/provenance/v1"}));
  // The digests are those of the parts, made one by one.
  const Value bundle = waybill_json(joined({"bundle", "-o", "b"}, criteria()));
  EXPECT_EQ(at(result, "recipe"), at(bundle, "recipe"));
  EXPECT_EQ(at(result, "bundle"), at(bundle, "bundle"));
}

TEST_F(Publishing, CommitsBundleRootAndLockWithTrailers) {
  const GitRepository remote = make_repository();
  const Value result = waybill_json(publish({"--repo", "remote.git", "--path", "clusters/a", "--date",
                                             "2001-02-03T04:05:06Z", "--author", "Ada <ada@example.org>"}));
  EXPECT_EQ(keys(result), (Words{"attestations", "bundle", "git", "recipe", "signatures"}));
  EXPECT_TRUE(at(result, "signatures").items().empty());
  EXPECT_THAT(remote.complaints(), IsEmpty());
  EXPECT_EQ(remote.git({"show", "-s", "--format=%an <%ae>|%at|%ct", "main"}),
            "Ada <ada@example.org>|981173106|981173106");
  EXPECT_EQ(remote.git({"show", "-s", "--format=%(trailers)", "main"}),
            "Waybill-Recipe: " + at(result, "recipe.digest").as_string() +
                "\nWaybill-Bundle: " + at(result, "bundle.digest").as_string());
  // What lies in git is what `bundle` writes.
  ASSERT_THAT(waybill(joined({"bundle", "-o", "b"}, criteria())), Exited(0));
  ASSERT_THAT(execute({"git", "clone", "-q", "remote.git", "clone"}), Exited(0));
  EXPECT_EQ(read_folder(folder() / "clone/clusters/a/bundle"), read_folder(folder() / "b"));
  std::vector<std::string> top;
  for (const auto& entry : fs::directory_iterator(path("clone/clusters/a")))
    top.push_back(entry.path().filename().string());
  std::sort(top.begin(), top.end());
  EXPECT_EQ(top, (Words{".waybill.lock.json", "bundle", "root.yaml"}));
  const Value lock = parse_json(read_file(path("clone/clusters/a/.waybill.lock.json")));
  EXPECT_EQ(lock.text_or("bundle", ""), at(result, "bundle.digest").as_string());
  EXPECT_THAT(read_file(path("clone/clusters/a/root.yaml")),
              AllOf(HasSubstr("path: clusters/a/bundle/apps"), HasSubstr("targetRevision: main")));
}

TEST_F(Publishing, TheSameAgainAddsNothing) {
  make_repository();
  const Words command = publish({"--repo", "remote.git", "--output", "oci-layout:out:v1"});
  const Value first = waybill_json(command);
  const Snapshot layout = snapshot(folder() / "out");
  const Snapshot remote = snapshot(folder() / "remote.git");
  const Value second = waybill_json(command);
  EXPECT_EQ(snapshot(folder() / "out"), layout);
  EXPECT_EQ(snapshot(folder() / "remote.git"), remote);
  EXPECT_FALSE(at(second, "git.changed").as_bool() || at(second, "git.pushed").as_bool() ||
               at(second, "oci.pushed").as_bool());
  EXPECT_EQ(at(second, "git.commit"), at(first, "git.commit"));
  EXPECT_EQ(at(second, "signatures"), at(first, "signatures"));
  EXPECT_EQ(at(second, "attestations"), at(first, "attestations"));
}

TEST_F(Publishing, AChangedRecipeIsOneCommitAndANewTag) {
  const GitRepository remote = make_repository();
  remote.commit_file("clusters/a/bundle/foreign", "kept");
  remote.commit_file("elsewhere/file", "kept");
  const Words place{"--repo", "remote.git", "--path", "clusters/a", "--output", "oci-layout:out"};
  const Value first = waybill_json(publish(place));
  const Value second = waybill_json(publish(place, other_criteria()));
  EXPECT_EQ(remote.git({"rev-list", "--count", "main"}), "5") << "two and an empty one by hand, two by us";
  EXPECT_EQ(remote.git({"rev-parse", "main^"}), at(first, "git.commit").as_string());
  EXPECT_NE(at(first, "oci.tag"), at(second, "oci.tag"));
  verified("oci-layout:out:" + at(first, "oci.tag").as_string());
  verified("oci-layout:out:" + at(second, "oci.tag").as_string());
  const std::string listing = remote.listing();
  EXPECT_THAT(listing, AllOf(HasSubstr("clusters/a/bundle/foreign"), HasSubstr("elsewhere/file"), HasSubstr("dynamo")));
  EXPECT_THAT(listing, Not(HasSubstr("kubeflow"))) << "what only the first one had is gone";
  EXPECT_THAT(remote.complaints(), IsEmpty());
}

TEST_F(Publishing, WorksOnDockerRegistryAndOtherToolsReadIt) {
  WAYBILL_REQUIRE_PEER("docker-registry");
  WAYBILL_REQUIRE_PEER("crane");
  WAYBILL_REQUIRE_PEER("skopeo");
  const RegistryServer registry(RegistryKind::FallbackTag);
  const std::string target = registry.target("team/bundle");
  const Words command = publish({"--output", target + ":v1"});
  const Value first = waybill_json(command);
  const Snapshot stored = snapshot(registry.storage());
  const std::string listed = tags(target);
  EXPECT_THAT(listed, AllOf(HasSubstr("v1\n"), HasSubstr(".sig\n")));
  const Value second = waybill_json(command);
  EXPECT_EQ(snapshot(registry.storage()), stored);
  EXPECT_EQ(tags(target), listed);
  EXPECT_FALSE(at(second, "oci.pushed").as_bool());
  EXPECT_EQ(at(second, "signatures"), at(first, "signatures"));
  verified(target + ":v1");
  const std::string reference = target.substr(6) + ":v1";
  EXPECT_EQ(execute({"crane", "digest", "--insecure", reference}).out, at(first, "oci.digest").as_string() + "\n");
  ASSERT_THAT(execute({"skopeo", "copy", "-q", "--src-tls-verify=false", "docker://" + reference, "oci:copied:v1"}),
              Exited(0));
  EXPECT_TRUE(fs::exists(path("copied/blobs/sha256/" + at(first, "oci.digest").as_string().substr(7))));
}

TEST_F(Publishing, WorksWithGitDaemonAndARegistryThatKnowsReferrers) {
  WAYBILL_REQUIRE_PEER("refreg");
  WAYBILL_REQUIRE_PEER("oras");
  const GitRepository remote = make_repository("served/remote.git");
  const int git_port = free_port();
  const Background daemon(
      {"git", "daemon", "--export-all", "--enable=receive-pack", "--reuseaddr", "--listen=127.0.0.1",
       "--port=" + std::to_string(git_port), "--base-path=" + path("served"), path("served")},
      path("daemon.log"));
  const int port = free_port();
  const Background registry({"refreg", "127.0.0.1:" + std::to_string(port)}, path("refreg.log"));
  ASSERT_TRUE(wait_for_port(git_port) && wait_for_port(port));
  const std::string reference = "127.0.0.1:" + std::to_string(port) + "/team/bundle";
  const Words command = publish({"--repo", "git://127.0.0.1:" + std::to_string(git_port) + "/remote.git", "--output",
                                 "oci://" + reference + ":v1"});
  const Value first = waybill_json(command);
  const auto discovered = [&] {
    const ProcessResult found = execute({"oras", "discover", "--plain-http", "--format", "json", reference + ":v1"});
    EXPECT_THAT(found, Exited(0));
    return found.out;
  };
  const std::string referrers = discovered();
  for (const char* type : {"application/vnd.dev.sigstore.bundle.v0.3+json", "application/spdx+json",
                           "application/vnd.cyclonedx+json", "application/vnd.waybill.checksums.v1"}) {
    EXPECT_THAT(referrers, HasSubstr(type));
  }
  const std::string listed = execute({"oras", "repo", "tags", "--plain-http", reference}).out;
  const Value second = waybill_json(command);
  EXPECT_EQ(discovered(), referrers);
  EXPECT_EQ(execute({"oras", "repo", "tags", "--plain-http", reference}).out, listed);
  EXPECT_FALSE(at(second, "git.changed").as_bool() || at(second, "oci.pushed").as_bool());
  EXPECT_EQ(at(second, "git.commit").as_string(), remote.git({"rev-parse", "main"}));
  EXPECT_THAT(remote.complaints(), IsEmpty());
  verified("oci://" + reference + ":v1");
}

TEST_F(Publishing, WithoutAKeyOrWithABadOneNothingIsWritten) {
  const GitRepository remote = make_repository();
  const Words place{"--repo", "remote.git", "--output", "oci-layout:out:v1"};
  std::ofstream(path("password")) << "right";
  std::ofstream(path("wrong")) << "wrong";
  ASSERT_THAT(waybill({"keygen", "--output-prefix", "locked", "--password-file", "password"}), Exited(0));
  const auto refused = [&](const Words& key, int status) {
    EXPECT_THAT(waybill(joined(joined(joined({"publish"}, place), key), criteria())), Exited(status));
    EXPECT_FALSE(fs::exists(path("out")));
    EXPECT_NE(remote.try_git({"rev-parse", "--verify", "main"}).exit_status, 0) << "there is a commit";
    EXPECT_TRUE(snapshot(folder() / "remote.git/objects").empty());
  };
  refused({}, 2);
  refused({"--key", "k.pub"}, 2);
  refused({"--key", "missing"}, 3);
  refused({"--key", "env://NOT_SET"}, 3);
  refused({"--key", "password"}, 2);
  refused({"--key", "locked.key", "--password-file", "wrong"}, 4);
  EXPECT_THAT(
      waybill(joined(joined({"publish", "--key", "locked.key", "--password-file", "password"}, place), criteria())),
      Exited(0));
}

TEST_F(Publishing, AKeyComesFromTheEnvironmentToo) {
  EXPECT_THAT(waybill(joined({"publish", "--output", "oci-layout:out:v1", "--key", "env://SIGNING_KEY"}, criteria()),
                      {{"SIGNING_KEY", read_file(path("k.key"))}}),
              Exited(0));
  verified("oci-layout:out:v1");
}

TEST_F(Publishing, ATagOfAnotherArtifactIsKept) {
  const GitRepository remote = make_repository();
  ASSERT_THAT(waybill(publish({"--output", "oci-layout:out:v1"}, other_criteria())), Exited(0));
  const Snapshot before = snapshot(folder() / "out");
  const Words command = publish({"--repo", "remote.git", "--output", "oci-layout:out:v1"});
  const ProcessResult refused = waybill(command);
  EXPECT_THAT(refused, Exited(9));
  EXPECT_THAT(refused.err, HasSubstr("--force-tag"));
  EXPECT_EQ(snapshot(folder() / "out"), before);
  EXPECT_NE(remote.try_git({"rev-parse", "--verify", "main"}).exit_status, 0);
  EXPECT_THAT(waybill(joined(command, {"--force-tag"})), Exited(0));
  verified("oci-layout:out:v1");
}

TEST_F(Publishing, DryRunWritesNothing) {
  make_repository();
  const Snapshot before = snapshot(folder() / "remote.git/objects");
  const Value result = waybill_json(publish({"--repo", "remote.git", "--dry-run"}));
  EXPECT_FALSE(at(result, "git.pushed").as_bool());
  EXPECT_EQ(snapshot(folder() / "remote.git/objects"), before);
  EXPECT_THAT(waybill(publish({"--output", "oci-layout:out:v1", "--dry-run"})), Exited(0));
  EXPECT_FALSE(fs::exists(path("out")));
}

TEST_F(Publishing, AnAbsentRegistryIsUnavailableAfterBoundedRetries) {
  const GitRepository remote = make_repository();
  const std::string target = "oci://127.0.0.1:" + std::to_string(free_port()) + "/a/b:v1";
  const auto start = std::chrono::steady_clock::now();
  const ProcessResult done = waybill(publish({"--repo", "remote.git", "--output", target}));
  EXPECT_THAT(done, Exited(6));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
  EXPECT_THAT(done.err, HasSubstr("trying again"));
  EXPECT_NE(remote.try_git({"rev-parse", "--verify", "main"}).exit_status, 0)
      << "it was asked before anything was written";
}

TEST_F(Publishing, AnAbsentGitServerIsUnavailable) {
  const std::string url = "git://127.0.0.1:" + std::to_string(free_port()) + "/remote.git";
  EXPECT_THAT(waybill(publish({"--repo", url, "--output", "oci-layout:out:v1"})), Exited(6));
  EXPECT_THAT(waybill({"verify", "oci-layout:out:v1", "--key", "k.pub"}), Exited(3)) << "nothing is tagged";
  EXPECT_THAT(waybill(publish({"--repo", "nowhere.git"})), Exited(3));
}

TEST_F(Publishing, CredentialsAreNeededRefusedAndUsed) {
  WAYBILL_REQUIRE_PEER("docker-registry");
  // user "robot", password "s3cret-word"
  write_file(path("passwords"), "robot:$2b$04$abcdefghijklmnopqrstuuzQDw2v3CQSMowG.sq3X.nH1lfmlmQMW\n", Overwrite::No);
  const RegistryServer registry({.certificate = {}, .key = {}, .passwords = path("passwords")});
  const GitRepository remote = make_repository();
  fs::create_directories(path("docker"));
  const Words command = publish({"--repo", "remote.git", "--output", registry.target("a/b:v1")});
  const Environment environment{{"DOCKER_CONFIG", path("docker")}};
  const ProcessResult without = waybill(command, environment);
  EXPECT_THAT(without, Exited(4));
  const auto use = [&](const std::string& login) {
    const ProcessResult encoded = execute({"base64", "-w0"}, {}, login);
    std::ofstream(path("docker/config.json"))
        << json::write(Value::map({{"auths", Value::map({{registry.host(), Value::map({{"auth", encoded.out}})}})}}));
    return waybill(command, environment);
  };
  const ProcessResult wrong = use("robot:wr0ng-word");
  EXPECT_THAT(wrong, Exited(4));
  EXPECT_THAT(wrong.err, Not(HasSubstr("wr0ng-word")));
  EXPECT_NE(remote.try_git({"rev-parse", "--verify", "main"}).exit_status, 0);
  EXPECT_TRUE(snapshot(registry.storage()).empty());
  const ProcessResult right = use("robot:s3cret-word");
  EXPECT_THAT(right, Exited(0));
  EXPECT_THAT(right.out + right.err, Not(HasSubstr("s3cret-word")));
}

// A file system that is as small as is wanted, gone with the object.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& folder) : folder_(folder), mounted_(mount_at(folder)) {}
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool mounted() const noexcept { return mounted_; }
  [[nodiscard]] bool grow() const { return ::mount("none", folder_.c_str(), "tmpfs", MS_REMOUNT, "size=8m") == 0; }

 private:
  static bool mount_at(const std::string& folder) {
    fs::create_directories(folder);
    return ::mount("none", folder.c_str(), "tmpfs", 0, "size=64k") == 0;
  }

  std::string folder_;
  bool mounted_;
};

TEST_F(Publishing, AFullDiskIsToldAndTheNextRunCompletesIt) {
  const SmallDisk disk(path("disk"));
  WAYBILL_REQUIRE_RIGHT("to mount a file system", disk.mounted());
  const Words command = publish({"--output", "oci-layout:disk/out:v1"});
  EXPECT_THAT(waybill(command), Exited(10));
  EXPECT_THAT(waybill({"verify", "oci-layout:disk/out:v1", "--key", "k.pub"}), Exited(3));
  for (const auto& [name, content] : snapshot(folder() / "disk")) EXPECT_THAT(name, Not(HasSubstr(".waybill-")));
  ASSERT_TRUE(disk.grow());
  EXPECT_THAT(waybill(command), Exited(0));
  verified("oci-layout:disk/out:v1");
}

TEST_F(Publishing, PlacesThatCannotBeWrittenAreDenied) {
  WAYBILL_REQUIRE_PEER("setpriv");
  WAYBILL_REQUIRE_RIGHT("to become another user", execute(as_nobody({"true"})).exit_status == 0);
  const GitRepository remote = make_repository();
  ASSERT_THAT(waybill(publish({"--repo", "remote.git", "--output", "oci-layout:out:v1"}, other_criteria())), Exited(0));
  fs::permissions(folder(), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  fs::permissions(path("k.key"), fs::perms::owner_all | fs::perms::others_read);
  const std::string tip = remote.git({"rev-parse", "main"});
  const Snapshot before = snapshot(folder() / "out");
  EXPECT_THAT(execute(as_nobody(joined({program()}, publish({"--output", "oci-layout:out:v2"})))), Exited(4));
  EXPECT_EQ(snapshot(folder() / "out"), before);
  EXPECT_THAT(execute(as_nobody(joined({program()}, publish({"--repo", "remote.git"})))), Exited(4))
      << "the cache cannot be written";
  EXPECT_EQ(remote.git({"rev-parse", "main"}), tip);
}

TEST_F(Publishing, NothingOfTheOptionsLeavesItsPlace) {
  make_repository();
  for (const char* bad : {"../out", "a/../../b", "/abs", "a//b/..", ".git"}) {
    EXPECT_THAT(waybill(publish({"--repo", "remote.git", "--path", bad})), Exited(2)) << bad;
  }
  for (const char* bad : {"-x", "a..b", "a b", "x.lock", "refs/../x"}) {
    EXPECT_THAT(waybill(publish({"--repo", "remote.git", "--branch=" + std::string(bad)})), Exited(2)) << bad;
  }
  for (const char* bad :
       {"oci-layout:out:a b", "oci://HOST/UPPER:v1", "oci://127.0.0.1/a:v@sha256:0", "docker://x/y", "plain/folder"}) {
    EXPECT_THAT(waybill(publish({"--repo", "remote.git", "--output", bad})), Exited(2)) << bad;
  }
  EXPECT_TRUE(snapshot(folder() / "remote.git/objects").empty());
}

}  // namespace
}  // namespace waybill::testing
