#include "git/move_note.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

#include "core/file_system.h"
#include "git/target.h"

namespace fs = std::filesystem;

namespace waybill::git {
namespace {

constexpr std::uint64_t kLongestNote = 8192;
constexpr std::chrono::milliseconds kPause{50};
constexpr int kPauses = 20;

std::optional<std::string> read_if_there(const fs::path& path) {
  try {
    return read_file(path, kLongestNote);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::NotFound) return std::nullopt;
    throw;
  }
}

// The lock is made empty, filled, and takes the branch's place: a killed process leaves it in one of the first two
// states. Full, it shows by its content whose it is. Empty, it could be that of a live git that is about to fill it,
// which takes no time.
bool is_left_over(const fs::path& lock, std::string_view wanted, const Sleep& sleep) {
  std::optional<std::string> content = read_if_there(lock);
  for (int pause = 0; content && content->empty(); ++pause) {
    if (pause == kPauses) return true;
    sleep(kPause);
    content = read_if_there(lock);
    if (content && !content->empty()) return false;
  }
  return content && *content == wanted;
}

// `note` is what a dead process wrote, or what somebody else put there.
void clean_up_after(std::string_view note, const fs::path& repository, const Sleep& sleep) {
  const std::size_t space = note.find(' ');
  if (space == std::string_view::npos) return;  // killed before it announced anything
  const std::string reference(note.substr(0, space));
  int valid = 0;
  check(library().git_reference_name_is_valid(&valid, reference.c_str()), "cannot check the name of a branch");
  if (valid == 0 || !reference.starts_with(kBranchPrefix)) return;
  const fs::path lock = repository / (reference + ".lock");
  if (is_left_over(lock, note.substr(space + 1), sleep)) ::unlink(lock.c_str());
}

bool is_same_file(int fd, const fs::path& path) {
  struct stat opened = {};
  struct stat named = {};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace

MoveNote::MoveNote(git_repository& repository, const Sleep& sleep) {
  const fs::path folder = library().git_repository_commondir(&repository);
  path_ = folder / kMoveNoteFile;
  // Whoever held the note that was opened has removed it meanwhile: take a new one.
  do {
    fd_ = lock_file(path_, sleep);
  } while (!is_same_file(fd_.get(), path_));
  clean_up_after(read_file(path_, kLongestNote), folder, sleep);
}

MoveNote::~MoveNote() { ::unlink(path_.c_str()); }

void MoveNote::announce(const std::string& reference, const git_oid& commit) const {
  const std::string note = fmt::format("{} {}\n", reference, to_hex(commit));
  if (::ftruncate(fd_.get(), 0) != 0 ||
      ::pwrite(fd_.get(), note.data(), note.size(), 0) != static_cast<ssize_t>(note.size())) {
    throw system_error(fmt::format("cannot write '{}'", path_.string()));
  }
}

void clean_up_killed_move(git_repository& repository, const Sleep& sleep) {
  std::error_code ignored;
  const fs::path folder = library().git_repository_commondir(&repository);
  if (fs::exists(folder / kMoveNoteFile, ignored)) const MoveNote note(repository, sleep);
}

}  // namespace waybill::git
