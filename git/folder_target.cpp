// A repository in a folder of this machine: objects are written into it directly, and the branch is moved by
// compare-and-swap (move_note.h); where hooks wait, git itself pushes (hooks.h).
#include <fmt/core.h>

#include <filesystem>

#include "git/hooks.h"
#include "git/move_note.h"
#include "git/target.h"

namespace fs = std::filesystem;

namespace waybill::git {
namespace {

class FolderTarget final : public Target {
 public:
  FolderTarget(const RemoteAddress& address, const PublicationRequest& request, const PublicationServices& services)
      : folder_(address.path()), services_(services) {
    std::error_code ignored;
    if (!fs::exists(folder_, ignored)) {
      throw Error(ErrorCode::NotFound, fmt::format("there is no repository '{}'", folder_.string()))
          .hint("'git init --bare FOLDER' makes one");
    }
    const int result =
        library().git_repository_open_ext(Out(repository_), folder_.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
    // For a foreign owner libgit2 1.5.1 reports that the exception for it is not configured.
    if (result == GIT_ENOTFOUND && last_message().find("safe.directory") != std::string::npos) {
      check(GIT_EOWNER, fmt::format("the repository '{}' belongs to another user", folder_.string()));
    }
    if (result == GIT_ENOTFOUND) {
      throw Error(ErrorCode::NotFound, fmt::format("'{}' is not a git repository", folder_.string()))
          .hint("'git init --bare FOLDER' makes one");
    }
    check(result, fmt::format("cannot open the repository '{}'", folder_.string()));
    head_ = head_branch();
    base_ = !request.branch.empty() ? request.branch : !head_.empty() ? head_ : std::string(kDefaultBranch);
    branch_ = !request.change_branch.empty() ? request.change_branch : base_;
    name_ = std::string(kBranchPrefix) + branch_;
    if (request.push == Push::Yes) {
      clean_up_killed_move(*repository_, services_.sleep);
      refuse_checked_out_branch();
    }
    if (request.push == Push::Yes && has_push_hooks(*repository_)) scratch_ = std::make_unique<Scratch>(*repository_);
    objects_ = std::make_unique<Objects>(scratch_ ? scratch_->repository() : *repository_);
  }

  Objects& objects() override { return *objects_; }

  Tip refresh() override {
    Tip tip{
        .branch = branch_, .commit = commit_of(branch_), .start = {}, .base = base_, .base_commit = commit_of(base_)};
    if (branch_ != base_ && !tip.base_commit) throw missing_base(folder_.string(), base_);
    tip.start = tip.commit ? tip.commit : tip.base_commit ? tip.base_commit : commit_of(head_);
    return tip;
  }

  PushOutcome push(const Tip& tip, const git_oid& commit) override {
    objects_->flush();
    if (scratch_) return push_with_git(tip, commit);
    if (!tip.commit) refuse_nested();
    const Library& git = library();
    const MoveNote note(*repository_, services_.sleep);
    note.announce(name_, commit);
    Owned<git_reference> moved;
    const int result =
        tip.commit ? git.git_reference_create_matching(Out(moved), repository_.get(), name_.c_str(), &commit, 1,
                                                       &*tip.commit, "publish")
                   : git.git_reference_create(Out(moved), repository_.get(), name_.c_str(), &commit, 0, "publish");
    // The second kind of loss: another process holds the lock of the branch at this moment.
    if (result == GIT_EMODIFIED || result == GIT_EEXISTS || result == GIT_ELOCKED || result == GIT_ENOTFOUND)
      return PushOutcome::LostRace;
    check(result, fmt::format("cannot move the branch '{}' of '{}'", branch_, folder_.string()));
    return PushOutcome::Done;
  }

  bool start_afresh() override { return false; }

 private:
  [[nodiscard]] std::string head_branch() const {
    const Library& git = library();
    Owned<git_reference> head;
    if (git.git_reference_lookup(Out(head), repository_.get(), "HEAD") < 0) return {};
    const char* target = git.git_reference_symbolic_target(head.get());
    if (target == nullptr || !std::string_view(target).starts_with(kBranchPrefix)) return {};
    return target + kBranchPrefix.size();
  }

  [[nodiscard]] std::optional<git_oid> commit_of(const std::string& branch) const {
    if (branch.empty()) return std::nullopt;
    git_oid id;
    const int result =
        library().git_reference_name_to_id(&id, repository_.get(), (std::string(kBranchPrefix) + branch).c_str());
    if (result == GIT_ENOTFOUND) return std::nullopt;
    check(result, fmt::format("cannot read the branch '{}' of '{}'", branch, folder_.string()));
    return id;
  }

  // Moving a branch under a work tree would make its files look changed by the user.
  void refuse_checked_out_branch() const {
    const Library& git = library();
    bool checked_out = git.git_repository_is_bare(repository_.get()) == 0 && branch_ == head_;
    Owned<git_reference> reference;
    if (git.git_reference_lookup(Out(reference), repository_.get(), name_.c_str()) == 0) {
      checked_out =
          checked_out || check(git.git_branch_is_checked_out(reference.get()), "cannot look for work trees") == 1;
    }
    if (!checked_out) return;
    throw Error(ErrorCode::Conflict, fmt::format("the branch '{}' is checked out in '{}'", branch_, folder_.string()))
        .hint("name another --branch, or publish into a bare repository");
  }

  // "a" and "a/b" cannot both be branches; libgit2 tells it as if another had made the same branch.
  void refuse_nested() const {
    const Library& git = library();
    git_strarray all = {};
    check(git.git_reference_list(&all, repository_.get()), "cannot list the branches of the repository");
    std::string found;
    for (std::size_t i = 0; i < all.count; ++i) {
      const std::string other = all.strings[i];
      if (other.starts_with(name_ + "/") || name_.starts_with(other + "/")) found = other;
    }
    git.git_strarray_dispose(&all);
    if (!found.empty())
      throw Error(ErrorCode::Conflict, fmt::format("'{}' cannot exist beside '{}'", name_, found))
          .hint("name another --branch, or remove that one");
  }

  PushOutcome push_with_git(const Tip& tip, const git_oid& commit) {
    const auto refusal = scratch_->push(folder_, commit, branch_);
    if (!refusal) return PushOutcome::Done;
    if (!same(commit_of(branch_), tip.commit)) return PushOutcome::LostRace;
    throw Error(ErrorCode::Denied,
                fmt::format("'{}' refuses the commit on branch '{}': {}", folder_.string(), branch_, refusal->words));
  }

  fs::path folder_;
  std::string base_;
  const PublicationServices& services_;
  Owned<git_repository> repository_;
  std::string head_;
  std::string branch_;
  std::string name_;
  std::unique_ptr<Scratch> scratch_;
  std::unique_ptr<Objects> objects_;
};

}  // namespace

std::unique_ptr<Target> open_folder(const RemoteAddress& address, const PublicationRequest& request,
                                    const PublicationServices& services) {
  return std::make_unique<FolderTarget>(address, request, services);
}

}  // namespace waybill::git
