#include "git/publication.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <set>
#include <thread>

#include "core/interrupt.h"
#include "git/commit_message.h"
#include "git/target.h"
#include "git/tree_difference.h"
#include "git/tree_update.h"

namespace waybill::git {
namespace {

constexpr std::size_t kLargestLockFile = 16 << 20;
constexpr std::chrono::milliseconds kFirstRacePause{50};
constexpr std::chrono::milliseconds kLongestRacePause{1000};
constexpr std::chrono::milliseconds kFirstConnectionPause{250};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Names that some file system or other takes for ".git" (git's fsck knows the same ones).
bool means_dot_git(std::string_view segment) {
  std::string name;
  std::ranges::transform(segment, std::back_inserter(name), lower);
  if (name.starts_with("git~") && name.size() == 5 && name[4] >= '0' && name[4] <= '9') return true;
  while (!name.empty() && (name.back() == '.' || name.back() == ' ')) name.pop_back();
  return name == ".git" || name.starts_with(".git:");
}

void refuse_git_folders(const RelPath& path) {
  std::string_view rest = path.text();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    if (means_dot_git(rest.substr(0, end)))
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has a part that git keeps for itself", path.text()));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void check_branch(const std::string& branch) {
  if (branch.empty()) return;
  int valid = 0;
  check(library().git_reference_name_is_valid(&valid, (std::string(kBranchPrefix) + branch).c_str()),
        "cannot check the branch's name");
  if (valid == 0 || branch.starts_with('-'))
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a branch name", branch));
}

// Sleeps twice as long every time, with a random part, so that writers who met once do not meet again.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest, const PublicationServices& services)
      : next_(first), longest_(longest), services_(services) {}
  void pause() {
    throw_if_interrupted();
    std::uniform_int_distribution<std::int64_t> pick(next_.count() / 2, next_.count());
    services_.sleep(std::chrono::milliseconds(pick(random_)));
    next_ = std::min(next_ * 2, longest_);
  }

 private:
  std::chrono::milliseconds next_;
  std::chrono::milliseconds longest_;
  const PublicationServices& services_;
  std::minstd_rand random_{std::random_device{}()};
};

class Publisher {
 public:
  Publisher(const PublicationRequest& request, const PublicationServices& services, const RemoteAddress& address)
      : request_(request), message_(commit_message(request.message, request.trailers)), services_(services) {
    place(request.files);
    check_branch(request.branch);
    check_branch(request.change_branch);
    result_.repository = address.text();
    result_.path = request.path;
    target_ = address.is_folder() ? open_folder(address, request, services_) : open_server(address, request, services_);
  }

  Publication run() {
    Backoff race(kFirstRacePause, kLongestRacePause, services_);
    for (unsigned lost = 0; lost <= services_.races; ++lost) {
      if (lost > 0) {
        if (services_.reporter != nullptr)
          services_.reporter->info(fmt::format("another commit came first on '{}'; trying again", result_.branch));
        race.pause();
      }
      if (attempt()) return result_;
    }
    throw Error(
        ErrorCode::Conflict,
        fmt::format(
            "the branch '{}' of '{}' could not be moved in {} attempts: others were always faster, or it is locked",
            result_.branch, result_.repository, services_.races + 1))
        .hint("try again later; a '.lock' file beside the branch may be left over from a process that was killed");
  }

 private:
  // One try on the tip of now; false after a lost race. What may pass by itself is tried again, a few times in all.
  bool attempt() {
    Backoff connection(kFirstConnectionPause, kLongestRacePause * 5, services_);
    for (unsigned failures = 0;; ++failures) {
      try {
        return try_once();
      } catch (const Error& error) {
        const bool damaged = error.code() == ErrorCode::Unclassified && target_->start_afresh();
        const bool passing = error.code() == ErrorCode::Unavailable && failures + 1 < services_.connections;
        if (!damaged && !passing) throw;
        if (services_.reporter != nullptr) services_.reporter->warning(error.message());
        // The commits of the last tree may have gone with the cache.
        if (damaged) {
          base_.reset();
          made_.reset();
        }
      }
      connection.pause();
    }
  }

  bool try_once() {
    const Tip tip = target_->refresh();
    Objects& objects = target_->objects();
    complete_files(tip);
    // A push whose answer got lost had arrived.
    if (made_ && same(made_, tip.commit)) return finish(made_, true, true);

    // A change's own branch that exists already: was it merged?
    if (tip.base_commit && !same(tip.start, tip.base_commit) && holds_already(objects, *tip.base_commit)) {
      result_.branch = tip.base;
      return finish(tip.base_commit, false, false);
    }
    Owned<git_tree> base;
    if (tip.start) base = tree_of_commit(objects.repository(), *tip.start);
    update_.owned = owned_files(objects, base.get());
    const git_oid tree = apply(objects, base.get(), update_);
    if (base_) refuse_contested(objects, *base_, base.get(), tree);
    result_.tree = to_hex(tree);
    if (tip.start && same(tree, *library().git_tree_id(base.get()))) {
      if (same(tip.start, tip.base_commit)) result_.branch = tip.base;
      return finish(tip.start, false, false);
    }
    if (!tip.start && update_.files.empty()) return finish(std::nullopt, false, false);

    const git_oid commit = make_commit(objects, tree, tip);
    if (request_.push == Push::No) {
      describe_changes(objects, base.get(), tree);
      return finish(commit, true, false);
    }
    made_ = commit;
    base_.emplace(tip.start);
    if (target_->push(tip, commit) == PushOutcome::LostRace) return false;
    return finish(commit, true, true);
  }

  bool finish(const std::optional<git_oid>& commit, bool changed, bool pushed) {
    result_.commit = commit ? to_hex(*commit) : "";
    result_.changed = changed;
    result_.pushed = pushed;
    return true;
  }

  void place(const FileTree& files) {
    update_.files = FileTree();
    for (const auto& [path, file] : files.files()) {
      const RelPath full = placed(path);
      refuse_git_folders(full);
      update_.files.add(full, file.bytes, file.executable);
    }
  }

  void complete_files(const Tip& tip) {
    if (request_.complete_files && tip.base != result_.base) {
      FileTree files = request_.files;
      request_.complete_files(tip.base, files);
      place(files);
    }
    result_.base = tip.base;
    result_.branch = tip.branch;
  }

  // Whether a commit has nothing to gain from the change.
  bool holds_already(Objects& objects, const git_oid& commit) {
    const Owned<git_tree> tree = tree_of_commit(objects.repository(), commit);
    update_.owned = owned_files(objects, tree.get());
    const git_oid wanted = apply(objects, tree.get(), update_);
    result_.tree = to_hex(wanted);
    return same(wanted, *library().git_tree_id(tree.get()));
  }

  void describe_changes(Objects& objects, const git_tree* before, const git_oid& tree) {
    TreeDifference difference = compare(objects.repository(), before, tree);
    result_.files = std::move(difference.files);
    result_.patch = std::move(difference.patch);
  }

  [[nodiscard]] RelPath placed(const RelPath& path) const {
    return request_.path.empty() ? path : RelPath::parse(request_.path) / path.text();
  }

  [[nodiscard]] std::set<RelPath> owned_files(Objects& objects, const git_tree* base) const {
    std::set<RelPath> result;
    if (request_.lock_file.empty() || !request_.read_owned_files) return result;
    const RelPath lock = placed(RelPath::parse(request_.lock_file));
    const auto entry = entry_at(base, lock);
    if (!entry) return result;
    if (entry->mode != GIT_FILEMODE_BLOB && entry->mode != GIT_FILEMODE_BLOB_EXECUTABLE) {
      throw Error(ErrorCode::Conflict, fmt::format("'{}' in the repository is not a regular file", lock.text()));
    }
    const std::string bytes = read_blob(objects.repository(), entry->id, kLargestLockFile, lock.text());
    with_context([&] { return fmt::format("while reading '{}' of the repository", lock.text()); },
                 [&] {
                   for (const RelPath& path : request_.read_owned_files(bytes)) result.insert(placed(path));
                 });
    result.insert(lock);
    return result;
  }

  // After a lost race: did the other one write what is ours?
  void refuse_contested(Objects& objects, const std::optional<git_oid>& base, const git_tree* theirs,
                        const git_oid& wanted) {
    Owned<git_tree> before;
    if (base) before = tree_of_commit(objects.repository(), *base);
    const Owned<git_tree> ours = read_tree(objects.repository(), wanted);
    std::set<RelPath> paths = update_.owned;
    for (const auto& [path, file] : update_.files.files()) paths.insert(path);
    const auto contested = contested_path(before.get(), theirs, ours.get(), paths);
    if (!contested) return;
    throw Error(ErrorCode::Conflict,
                fmt::format("another commit changed '{}' on '{}' at the same time", contested->text(), result_.branch))
        .hint("look at what it did, then publish again");
  }

  git_oid make_commit(Objects& objects, const git_oid& tree, const Tip& tip) const {
    CommitContent content{
        .tree = tree, .parents = {}, .author = request_.author, .committer = request_.committer, .message = message_};
    if (tip.start) content.parents.push_back(*tip.start);
    const std::string bytes = objects.commit_bytes(content);
    return objects.write_commit(bytes, request_.sign ? request_.sign(bytes) : std::string());
  }

  const PublicationRequest& request_;
  std::string message_;
  PublicationServices services_;
  TreeUpdate update_;
  std::unique_ptr<Target> target_;
  std::optional<git_oid> made_;                 // the commit of the last attempt
  std::optional<std::optional<git_oid>> base_;  // and what it was built on
  Publication result_;
};

PublicationServices completed(const PublicationServices& services) {
  PublicationServices result = services;
  if (!result.sleep) result.sleep = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); };
  return result;
}

}  // namespace

Publication publish(const PublicationRequest& request, const PublicationServices& services) {
  const RemoteAddress address = RemoteAddress::parse(request.repository);
  return Publisher(request, completed(services), address).run();
}

}  // namespace waybill::git
