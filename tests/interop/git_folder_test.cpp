// Publishing into repositories of this machine, judged by git: fsck --strict, log, show, ls-tree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <optional>

#include "core/error.h"
#include "core/file_system.h"
#include "git/move_note.h"
#include "tests/support/git_publication.h"
#include "tests/support/git_repository.h"

namespace waybill::git {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using waybill::testing::GitRepository;
using waybill::testing::publication_request;
using waybill::testing::publish_in_child;

class GitFolder : public ::testing::Test {
 protected:
  void SetUp() override { WAYBILL_REQUIRE_PEER("git"); }

  [[nodiscard]] GitRepository bare() const { return GitRepository::create_bare(folder_.path() / "remote.git"); }
  [[nodiscard]] Publication publish_to(const GitRepository& remote, PublicationRequest request) const {
    request.repository = remote.folder().string();
    return publish(request, {.cache_folder = folder_.path() / "cache"});
  }
  [[nodiscard]] ErrorCode failure(const GitRepository& remote, PublicationRequest request) {
    try {
      static_cast<void>(publish_to(remote, std::move(request)));
    } catch (const Error& error) {
      message_ = error.message();
      return error.code();
    }
    ADD_FAILURE() << "nothing was refused";
    return ErrorCode::Internal;
  }

  TemporaryFolder folder_;
  std::string message_;
};

TEST_F(GitFolder, TheFirstCommitCreatesTheBranch) {
  const GitRepository remote = bare();
  const Publication done = publish_to(remote, publication_request("clusters/a", {{"bundle/x.yaml", "x: 1\n"}}));
  EXPECT_TRUE(done.changed && done.pushed);
  EXPECT_EQ(done.branch, "main");
  EXPECT_EQ(remote.git({"rev-parse", "main"}), done.commit);
  EXPECT_EQ(remote.git({"rev-parse", "main^{tree}"}), done.tree);
  EXPECT_EQ(remote.listing(), "100644 clusters/a/.waybill.lock.json\n100644 clusters/a/bundle/x.yaml");
  EXPECT_THAT(remote.complaints(), IsEmpty());
}

TEST_F(GitFolder, AuthorCommitterDatesAndTrailersAreAsGiven) {
  const GitRepository remote = bare();
  PublicationRequest request = publication_request("a", {{"f", "1"}});
  request.committer = {
      .name = "Carla", .email = "c@example.org", .when = {.seconds = 1700000000, .offset_minutes = -210}};
  static_cast<void>(publish_to(remote, std::move(request)));
  EXPECT_EQ(remote.git({"log", "-1", "--date=raw", "--format=%an|%ae|%ad|%cn|%ce|%cd|%s"}),
            "Ada|ada@example.org|1600000000 +0000|Carla|c@example.org|1700000000 -0330|publish");
  EXPECT_EQ(remote.git({"log", "-1", "--format=%(trailers:key=Waybill-Bundle,valueonly)"}), "sha256:00");
}

TEST_F(GitFolder, VanishedFilesGoAndForeignFilesStay) {
  const GitRepository remote = bare();
  remote.commit_file("clusters/a/README.md", "by hand");
  static_cast<void>(publish_to(remote, publication_request("clusters/a", {{"old/one", "1"}, {"keep", "2"}})));
  PublicationRequest request = publication_request("clusters/a", {{"keep", "2"}, {"run.sh", "#!"}});
  request.files.set(RelPath::parse("run.sh"), "#!", Executable::Yes);
  static_cast<void>(publish_to(remote, std::move(request)));
  EXPECT_EQ(remote.listing(),
            "100644 clusters/a/.waybill.lock.json\n100644 clusters/a/README.md\n100644 clusters/a/keep\n100755 "
            "clusters/a/run.sh");
  EXPECT_THAT(remote.complaints(), IsEmpty());
}

TEST_F(GitFolder, AFileOfOursCanBecomeAFolderAndBack) {
  const GitRepository remote = bare();
  static_cast<void>(publish_to(remote, publication_request("", {{"thing", "1"}})));
  static_cast<void>(publish_to(remote, publication_request("", {{"thing/inner", "1"}})));
  EXPECT_EQ(remote.listing(), "100644 .waybill.lock.json\n100644 thing/inner");
  static_cast<void>(publish_to(remote, publication_request("", {{"thing", "1"}})));
  EXPECT_EQ(remote.listing(), "100644 .waybill.lock.json\n100644 thing");
}

TEST_F(GitFolder, AnEqualTreeMakesNoCommit) {
  const GitRepository remote = bare();
  const Publication first = publish_to(remote, publication_request("a", {{"f", "1"}}));
  PublicationRequest again = publication_request("a", {{"f", "1"}});
  again.author.when.seconds += 1000;
  const Publication second = publish_to(remote, std::move(again));
  EXPECT_FALSE(second.changed || second.pushed);
  EXPECT_EQ(second.commit, first.commit);
}

TEST_F(GitFolder, EqualInputMakesTheSameCommitInTwoRepositories) {
  const GitRepository one = GitRepository::create_bare(folder_.path() / "one.git");
  const GitRepository two = GitRepository::create_bare(folder_.path() / "two.git");
  EXPECT_EQ(publish_to(one, publication_request("a", {{"f", "1"}})).commit,
            publish_to(two, publication_request("a", {{"f", "1"}})).commit);
}

TEST_F(GitFolder, ADryRunTellsTheCommitAndWritesNothing) {
  const GitRepository remote = bare();
  PublicationRequest request = publication_request("a", {{"f", "1"}});
  request.push = Push::No;
  const Publication dry = publish_to(remote, std::move(request));
  EXPECT_TRUE(dry.changed);
  EXPECT_FALSE(dry.pushed);
  EXPECT_NE(remote.try_git({"rev-parse", "--verify", "-q", "main"}).exit_status, 0);
  EXPECT_EQ(remote.git({"count-objects"}), "0 objects, 0 kilobytes");
  EXPECT_EQ(publish_to(remote, publication_request("a", {{"f", "1"}})).commit, dry.commit);
}

TEST_F(GitFolder, ADryRunShowsTheDifferenceAsGitWould) {
  const GitRepository remote = bare();
  static_cast<void>(
      publish_to(remote, publication_request("a", {{"same", "1\n"}, {"edited", "1\n2\n"}, {"gone", "x"}})));
  PublicationRequest request = publication_request(
      "a", {{"same", "1\n"}, {"edited", "1\n3\n"}, {"made", "n\n"}, {"binary", std::string("\0\1", 2)}});
  request.push = Push::No;
  const Publication planned = publish_to(remote, request);
  EXPECT_EQ(planned.files, (std::vector<ChangedFile>{{"a/.waybill.lock.json", FileChange::Changed},
                                                     {"a/binary", FileChange::Added},
                                                     {"a/edited", FileChange::Changed},
                                                     {"a/gone", FileChange::Removed},
                                                     {"a/made", FileChange::Added}}));
  request.push = Push::Yes;
  EXPECT_EQ(publish_to(remote, request).commit, planned.commit);
  EXPECT_EQ(planned.patch, remote.git({"diff", "--no-renames", "main^", "main"}) + "\n");
}

TEST_F(GitFolder, AChangeBranchIsBuiltOnTheBranchThatDeploys) {
  const GitRepository remote = bare();
  remote.commit_file("by-hand", "x");
  PublicationRequest request = publication_request("a", {{"f", "1"}});
  request.change_branch = "waybill/a/0123";
  std::string deploys;
  request.complete_files = [&](const std::string& branch, FileTree&) { deploys = branch; };
  const Publication done = publish_to(remote, request);
  EXPECT_EQ(done.branch, "waybill/a/0123");
  EXPECT_EQ(done.base, "main");
  EXPECT_EQ(deploys, "main");
  EXPECT_EQ(remote.git({"rev-parse", "waybill/a/0123^"}), remote.git({"rev-parse", "main"}));
  EXPECT_FALSE(publish_to(remote, request).changed) << "the same change is there already";
  // Merged: nothing is left to propose, whether the branch is still there or not.
  remote.git({"update-ref", "refs/heads/main", "waybill/a/0123"});
  remote.git({"update-ref", "-d", "refs/heads/waybill/a/0123"});
  const Publication merged = publish_to(remote, request);
  EXPECT_FALSE(merged.changed);
  EXPECT_EQ(merged.branch, "main");
  EXPECT_EQ(remote.git({"branch", "--list", "--format=%(refname:short)"}), "main");
}

TEST_F(GitFolder, AChangeNeedsABranchThatItIsFor) {
  const GitRepository remote = bare();
  PublicationRequest request = publication_request("a", {{"f", "1"}});
  request.change_branch = "waybill/a/0123";
  EXPECT_EQ(failure(remote, request), ErrorCode::NotFound);
  EXPECT_THAT(message_, HasSubstr("'main'"));
}

TEST_F(GitFolder, AForeignFileInTheWayIsAConflict) {
  const GitRepository remote = bare();
  remote.commit_file("a/f", "by hand");
  const std::string before = remote.git({"rev-parse", "main"});
  EXPECT_EQ(failure(remote, publication_request("a", {{"f", "1"}})), ErrorCode::Conflict);
  EXPECT_THAT(message_, HasSubstr("'a/f'"));
  EXPECT_EQ(remote.git({"rev-parse", "main"}), before);
}

TEST_F(GitFolder, AnEqualForeignFileIsAdopted) {
  const GitRepository remote = bare();
  remote.commit_file("a/f", "1");
  EXPECT_TRUE(publish_to(remote, publication_request("a", {{"f", "1"}})).changed);
}

TEST_F(GitFolder, AFileWhereAFolderIsNeededIsAConflict) {
  const GitRepository remote = bare();
  remote.commit_file("a", "a file");
  EXPECT_EQ(failure(remote, publication_request("a/b", {{"f", "1"}})), ErrorCode::Conflict);
  EXPECT_THAT(message_, HasSubstr("'a' is a file"));
}

TEST_F(GitFolder, ASubmoduleOrLinkIsNeverFollowed) {
  const GitRepository work = GitRepository::create_with_work_tree(folder_.path() / "work");
  std::filesystem::create_symlink("/etc", work.folder() / "link");
  work.git({"add", "link"});
  work.git({"update-index", "--add", "--cacheinfo", "160000," + work.git({"rev-parse", "HEAD"}) + ",module"});
  work.git({"commit", "-q", "-m", "traps"});
  work.git({"branch", "other"});
  PublicationRequest link = publication_request("link", {{"f", "1"}});
  link.branch = "other";
  EXPECT_EQ(failure(work, std::move(link)), ErrorCode::Conflict);
  EXPECT_THAT(message_, HasSubstr("symbolic link"));
  PublicationRequest module = publication_request("module", {{"f", "1"}});
  module.branch = "other";
  EXPECT_EQ(failure(work, std::move(module)), ErrorCode::Conflict);
  EXPECT_THAT(message_, HasSubstr("submodule"));
}

TEST_F(GitFolder, TheCheckedOutBranchIsRefusedAndAnotherIsNot) {
  const GitRepository work = GitRepository::create_with_work_tree(folder_.path() / "work");
  EXPECT_EQ(failure(work, publication_request("a", {{"f", "1"}})), ErrorCode::Conflict);
  EXPECT_THAT(message_, HasSubstr("checked out"));
  PublicationRequest request = publication_request("a", {{"f", "1"}});
  request.branch = "rollout";
  const Publication done = publish_to(work, std::move(request));
  EXPECT_EQ(work.git({"rev-parse", "rollout"}), done.commit);
  EXPECT_EQ(work.git({"rev-parse", "rollout^"}), work.git({"rev-parse", "main"}));
  EXPECT_THAT(work.git({"status", "--porcelain"}), IsEmpty());
}

TEST_F(GitFolder, ALockOfGitsOwnIsWaitedForAndNeverTakenAway) {
  const GitRepository remote = bare();
  static_cast<void>(publish_to(remote, publication_request("a", {{"f", "1"}})));
  write_file(remote.folder() / "refs/heads/main.lock", "", Overwrite::No);
  PublicationRequest request = publication_request("a", {{"f", "2"}});
  request.repository = remote.folder().string();
  int pauses = 0;
  try {
    static_cast<void>(
        publish(request, {.cache_folder = folder_.path() / "cache", .sleep = [&](auto) { ++pauses; }, .races = 3}));
    FAIL() << "the lock was passed by";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Conflict) << error.message();
  }
  EXPECT_EQ(pauses, 3);
  EXPECT_TRUE(std::filesystem::exists(remote.folder() / "refs/heads/main.lock"));
  std::filesystem::remove(remote.folder() / "refs/heads/main.lock");
  EXPECT_TRUE(publish_to(remote, request).pushed);
}

TEST_F(GitFolder, PackedBranchesAreMovedAndNestedOnesRefused) {
  const GitRepository remote = bare();
  static_cast<void>(publish_to(remote, publication_request("a", {{"f", "1"}})));
  remote.git({"branch", "group/one", "main"});
  remote.git({"pack-refs", "--all"});
  EXPECT_TRUE(publish_to(remote, publication_request("a", {{"f", "2"}})).pushed);
  EXPECT_EQ(remote.git({"rev-list", "--count", "main"}), "2");
  for (const std::string name : {"group", "main/below"}) {
    PublicationRequest request = publication_request("a", {{"f", "3"}});
    request.branch = name;
    EXPECT_EQ(failure(remote, request), ErrorCode::Conflict) << name << ": " << message_;
  }
  EXPECT_THAT(remote.complaints(), IsEmpty());
}

TEST_F(GitFolder, ARefusingHookIsObeyedAndItsWordsAreTold) {
  const GitRepository remote = bare();
  static_cast<void>(publish_to(remote, publication_request("a", {{"f", "1"}})));
  const std::string before = remote.git({"rev-parse", "main"});
  remote.add_hook("pre-receive", "echo 'frozen until \033[31mMonday' >&2; exit 1");
  EXPECT_EQ(failure(remote, publication_request("a", {{"f", "2"}})), ErrorCode::Denied);
  EXPECT_THAT(message_, HasSubstr("frozen until"));
  EXPECT_EQ(message_.find('\033'), std::string::npos);
  EXPECT_EQ(remote.git({"rev-parse", "main"}), before);
}

TEST_F(GitFolder, AnAgreeingHookSeesTheCommit) {
  const GitRepository remote = bare();
  remote.add_hook("update", "git cat-file -e \"$3^{commit}\" && echo \"$1 $3\" > seen");
  const Publication done = publish_to(remote, publication_request("a", {{"f", "1"}}));
  EXPECT_EQ(read_file(remote.folder() / "seen"), "refs/heads/main " + done.commit + "\n");
  EXPECT_THAT(remote.complaints(), IsEmpty());
}

TEST_F(GitFolder, ARepositoryOfAnotherUserIsDenied) {
  const GitRepository remote = bare();
  const uid_t other = ::geteuid() + 1;
  WAYBILL_REQUIRE_RIGHT("to give files to another user", ::chown(remote.folder().c_str(), other, other) == 0);
  EXPECT_EQ(failure(remote, publication_request("a", {{"f", "1"}})), ErrorCode::Denied);
}

// git's lock of the branch, with or without a note of the process that was killed while it held it (git/move_note.h).
class KilledMove : public GitFolder {
 protected:
  void leave(const std::string& file, const std::string& bytes) const {
    write_file(remote_.folder() / file, bytes, Overwrite::No);
  }
  [[nodiscard]] bool is_there(const std::string& file) const {
    return std::filesystem::exists(remote_.folder() / file);
  }
  // Nothing: it was published.
  [[nodiscard]] std::optional<ErrorCode> failure() {
    PublicationRequest request = publication_request("a", {{"f", "1"}});
    request.repository = remote_.folder().string();
    try {
      static_cast<void>(publish(request, {.sleep = [](std::chrono::milliseconds) {}}));
    } catch (const Error& error) {
      message_ = error.message() + " " + error.hint();
      return error.code();
    }
    EXPECT_FALSE(is_there(kMoveNoteFile));
    return std::nullopt;
  }

  static constexpr const char* kLock = "refs/heads/main.lock";
  const std::string commit_ = std::string(40, 'c');
  GitRepository remote_ = bare();
};

TEST_F(KilledMove, ItsLockIsRemoved) {
  leave(kMoveNoteFile, "refs/heads/main " + commit_ + "\n");
  leave(kLock, commit_ + "\n");
  EXPECT_EQ(failure(), std::nullopt) << message_;
  EXPECT_FALSE(is_there(kLock));
  EXPECT_THAT(remote_.complaints(), IsEmpty());
}

TEST_F(KilledMove, ItsLockIsRemovedBeforeItsContentWasWritten) {
  leave(kMoveNoteFile, "refs/heads/main " + commit_ + "\n");
  leave(kLock, "");
  EXPECT_EQ(failure(), std::nullopt) << message_;
  EXPECT_FALSE(is_there(kLock));
}

TEST_F(KilledMove, ItsLockOfAnotherBranchIsRemovedAlsoWhenNothingIsToBeDone) {
  EXPECT_EQ(failure(), std::nullopt) << message_;
  leave(kMoveNoteFile, "refs/heads/other " + commit_ + "\n");
  leave("refs/heads/other.lock", commit_ + "\n");
  EXPECT_EQ(failure(), std::nullopt) << message_;
  EXPECT_FALSE(is_there("refs/heads/other.lock"));
  EXPECT_EQ(remote_.git({"rev-list", "--count", "main"}), "1");
}

TEST_F(KilledMove, ALockThatNobodyNotedIsSomebodyElses) {
  leave(kLock, commit_ + "\n");
  EXPECT_EQ(failure(), ErrorCode::Conflict);
  EXPECT_THAT(message_, HasSubstr("left over from a process that was killed"));
  EXPECT_TRUE(is_there(kLock));
}

TEST_F(KilledMove, ALockWithAnotherCommitIsSomebodyElses) {
  leave(kMoveNoteFile, "refs/heads/main " + commit_ + "\n");
  leave(kLock, std::string(40, 'd') + "\n");
  EXPECT_EQ(failure(), ErrorCode::Conflict);
  EXPECT_TRUE(is_there(kLock));
}

TEST_F(KilledMove, ANoteLeadsToBranchesOnly) {
  for (const char* note : {"", "refs/heads/main", "refs/heads/../../config ", "HEAD ", "refs/heads/ ", "/etc/x "}) {
    leave("config.lock", "");
    leave("HEAD.lock", "");
    leave(kMoveNoteFile, note);
    EXPECT_EQ(failure(), std::nullopt) << message_;
    EXPECT_TRUE(is_there("config.lock")) << note;
    EXPECT_TRUE(is_there("HEAD.lock")) << note;
    std::filesystem::remove(remote_.folder() / "config.lock");
    std::filesystem::remove(remote_.folder() / "HEAD.lock");
  }
}

TEST_F(GitFolder, AMissingFolderIsNotFound) {
  PublicationRequest request = publication_request("a", {{"f", "1"}});
  request.repository = (folder_.path() / "nowhere").string();
  EXPECT_THROW(static_cast<void>(publish(request, {.cache_folder = folder_.path() / "cache"})), Error);
}

TEST_F(GitFolder, TwoProcessesOnDifferentPathsLoseNothing) {
  const GitRepository remote = bare();
  constexpr int kCommits = 8;
  const pid_t one = publish_in_child(remote.folder().string(), "one", kCommits, folder_.path() / "cache-one");
  const pid_t two = publish_in_child(remote.folder().string(), "two", kCommits, folder_.path() / "cache-two");
  for (const pid_t pid : {one, two}) {
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(remote.git({"rev-list", "--count", "main"}), std::to_string(2 * kCommits));
  EXPECT_EQ(remote.git({"show", "main:one/f"}), std::to_string(kCommits));
  EXPECT_EQ(remote.git({"show", "main:two/f"}), std::to_string(kCommits));
  EXPECT_THAT(remote.complaints(), IsEmpty());
}

TEST_F(GitFolder, EightyFilesTakeMilliseconds) {
  const GitRepository remote = bare();
  std::map<std::string, std::string> files;
  for (int i = 0; i < 80; ++i)
    files["bundle/manifests/app" + std::to_string(i % 16) + "/" + std::to_string(i)] =
        std::string(3000, 'a') + std::to_string(i);
  static_cast<void>(publish_to(remote, publication_request("a", files)));
  for (auto& [path, bytes] : files) bytes += "!";
  const auto start = std::chrono::steady_clock::now();
  static_cast<void>(publish_to(remote, publication_request("a", files)));
  const auto time = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
  RecordProperty("microseconds", std::to_string(time.count()));
  EXPECT_LT(time, std::chrono::seconds(2)) << "far above anything a loaded machine explains";
}

}  // namespace
}  // namespace waybill::git
