#include "git/branch_move.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "core/unique_fd.h"

namespace fs = std::filesystem;

namespace waybill::git {
namespace {

constexpr std::string_view kPrefix = "waybill-branch-";

bool lock(const UniqueFd& fd) { return ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0; }

UniqueFd open_file(const fs::path& path) { return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)); }

// The new value of the branch in a locked file of its own name.
class Candidate {
 public:
  Candidate(const fs::path& folder, const git_oid& value) : name_((folder / kPrefix).string() + "XXXXXX") {
    fd_ = UniqueFd(::mkostemp(name_.data(), O_CLOEXEC));
    if (!fd_) throw system_error(fmt::format("cannot write into '{}'", folder.string()));
    const std::string text = to_hex(value) + "\n";
    if (!lock(fd_) || ::fchmod(fd_.get(), 0644) != 0 ||
        ::write(fd_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::fsync(fd_.get()) != 0) {
      const Error error = system_error(fmt::format("cannot write into '{}'", folder.string()));
      ::unlink(name_.c_str());
      throw error;
    }
  }
  Candidate(const Candidate&) = delete;
  Candidate& operator=(const Candidate&) = delete;
  ~Candidate() { ::unlink(name_.c_str()); }
  [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }

 private:
  std::string name_;
  UniqueFd fd_;
};

// Takes a lock away that a killed process of ours left. Whoever holds the file's flock may do so, and nobody else.
bool take_away_if_left(const fs::path& lock_path) {
  const UniqueFd fd = open_file(lock_path);
  if (!fd) return errno == ENOENT;
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd.get(), &opened) == 0 && opened.st_nlink > 1 && lock(fd) &&
         ::lstat(lock_path.c_str(), &named) == 0 && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev &&
         ::unlink(lock_path.c_str()) == 0;
}

// What killed processes of ours left beside. One that has a second name still marks a lock as left, or is a branch.
void take_away_candidates(const fs::path& folder) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (!entry.path().filename().string().starts_with(kPrefix)) continue;
    const UniqueFd fd = open_file(entry.path());
    struct stat opened {};
    if (fd && lock(fd) && ::fstat(fd.get(), &opened) == 0 && opened.st_nlink == 1) ::unlink(entry.path().c_str());
  }
}

// "a" and "a/b" cannot both be branches.
void refuse_nested(git_repository& repository, const std::string& reference) {
  const Library& git = library();
  git_strarray all = {};
  check(git.git_reference_list(&all, &repository), "cannot list the branches of the repository");
  std::string found;
  for (std::size_t i = 0; i < all.count; ++i) {
    const std::string other = all.strings[i];
    if (other.starts_with(reference + "/") || reference.starts_with(other + "/")) found = other;
  }
  git.git_strarray_dispose(&all);
  if (found.empty()) return;
  throw Error(ErrorCode::Conflict, fmt::format("'{}' cannot exist beside '{}'", reference, found));
}

std::optional<git_oid> value_of(git_repository& repository, const std::string& reference) {
  git_oid id;
  const int result = library().git_reference_name_to_id(&id, &repository, reference.c_str());
  if (result == GIT_ENOTFOUND) return std::nullopt;
  check(result, fmt::format("cannot read '{}'", reference));
  return id;
}

bool equal(const std::optional<git_oid>& one, const std::optional<git_oid>& other) {
  return one.has_value() == other.has_value() && (!one || library().git_oid_equal(&*one, &*other) != 0);
}

}  // namespace

Moved move_branch(git_repository& repository, const std::string& reference, const std::optional<git_oid>& before,
                  const git_oid& after) {
  const fs::path folder = library().git_repository_commondir(&repository);
  if (!before) refuse_nested(repository, reference);
  take_away_candidates(folder);
  const fs::path target = folder / reference;
  const fs::path lock_path = target.string() + ".lock";
  fs::create_directories(target.parent_path());
  const Candidate candidate(folder, after);
  const auto take = [&] { return ::link(candidate.name(), lock_path.c_str()) == 0 ? 0 : errno; };
  int failure = take();
  if (failure == EEXIST && take_away_if_left(lock_path)) failure = take();
  // ENOENT: another process took our candidate for one that was left, before it was locked.
  if (failure == EEXIST || failure == ENOENT) return Moved::No;
  if (failure != 0) throw system_error(failure, fmt::format("cannot lock '{}'", reference));
  if (!equal(value_of(repository, reference), before)) {
    ::unlink(lock_path.c_str());
    return Moved::No;
  }
  if (::rename(lock_path.c_str(), target.c_str()) != 0) {
    const Error error = system_error(fmt::format("cannot move '{}'", reference));
    ::unlink(lock_path.c_str());
    throw error;
  }
  const UniqueFd directory(::open(target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) throw system_error(fmt::format("cannot sync '{}'", reference));
  return Moved::Yes;
}

}  // namespace waybill::git
