#include "core/file_system.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "core/disk_sync.h"
#include "core/error.h"
#include "core/folder_reader.h"
#include "core/interrupt.h"

namespace fs = std::filesystem;

namespace waybill {
namespace {

// The pattern that mkdtemp and mkostemp fill in, in `folder` or else in TMPDIR or /tmp.
std::string temporary_pattern(const fs::path& folder) {
  const char* configured = std::getenv("TMPDIR");
  const char* usual = configured != nullptr && *configured != '\0' ? configured : "/tmp";
  return ((folder.empty() ? fs::path(usual) : folder) / ".waybill-XXXXXX").string();
}

void sync_folder(const fs::path& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) sync_to_disk(fd.get(), folder.string());  // a folder that may be written and not read is not opened
}

bool is_device_or_pipe(const fs::file_status& status) {
  return fs::is_character_file(status) || fs::is_block_file(status) || fs::is_fifo(status);
}

// What takes the place of a device would break it for everybody, where we are allowed to do that.
void refuse_special_file(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::symlink_status(path, ignored);
  if (is_device_or_pipe(status) || fs::is_socket(status))
    throw Error(ErrorCode::Conflict, fmt::format("'{}' is there already and is no regular file", path.string()));
}

UniqueFd create_beside(const fs::path& path, fs::path& temporary, unsigned mode) {
  refuse_special_file(path);
  const fs::path folder = folder_of(path);
  // A fixed prefix, so that leftovers of a killed process can be told from a user's files.
  for (unsigned attempt = 0; attempt < 100; ++attempt) {
    temporary = folder / fmt::format(".waybill-{}-{}-{}", path.filename().string().substr(0, 100), ::getpid(), attempt);
    UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    if (fd) return fd;
    if (errno != EEXIST) throw system_error(fmt::format("cannot write into '{}'", folder.string()));
  }
  throw Error(ErrorCode::Conflict, fmt::format("too many temporary files in '{}'", folder.string()));
}

// Conflict when the name is taken.
void rename_to_free_name(const fs::path& temporary, const fs::path& path) {
  if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) return;
  // Some file systems cannot do that but give a file a second name, as NFS.
  if (errno == EINVAL && ::link(temporary.c_str(), path.c_str()) == 0) {
    ::unlink(temporary.c_str());
    return;
  }
  // And some can do neither, as exFAT through FUSE: there the name must not be taken at the same moment.
  std::error_code ignored;
  if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS) {
    if (fs::exists(fs::symlink_status(path, ignored))) {
      errno = EEXIST;
    } else if (::rename(temporary.c_str(), path.c_str()) == 0) {
      return;
    }
  }
  if (errno == EEXIST)
    throw Error(ErrorCode::Conflict, fmt::format("'{}' exists already", path.string())).hint("--force overwrites it");
  throw system_error(fmt::format("cannot write '{}'", path.string()));
}

// In two steps, where the file system cannot exchange: the old folder steps aside, and back if the fresh one fails.
void replace_folder(const fs::path& fresh, const fs::path& target, const fs::path& aside) {
  const std::string failure = fmt::format("cannot write '{}'", target.string());
  if (::rename(target.c_str(), aside.c_str()) != 0) throw system_error(failure);
  if (::rename(fresh.c_str(), target.c_str()) != 0) {
    const int problem = errno;
    if (::rename(aside.c_str(), target.c_str()) == 0) throw system_error(problem, failure);
    throw system_error(problem, fmt::format("{}; what was there is in '{}' now", failure, aside.string()));
  }
  std::error_code ignored;
  fs::remove_all(aside, ignored);
}

// What was at `target` is gone, or at `fresh`, afterwards.
void put_folder(const fs::path& fresh, const fs::path& target, bool present, const fs::path& aside) {
  const unsigned flags = present ? RENAME_EXCHANGE : RENAME_NOREPLACE;
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, target.c_str(), flags) == 0) return;
  const bool unknown = errno == EINVAL || errno == ENOSYS;  // to the file system, as NFS, or the kernel's filter
  if (unknown && present) return replace_folder(fresh, target, aside);
  // rename(2) replaces nothing but an empty folder.
  if (!unknown || ::rename(fresh.c_str(), target.c_str()) != 0)
    throw system_error(fmt::format("cannot write '{}'", target.string()));
}

// Calls that report by std::filesystem_error report by Error instead.
template <typename Body>
auto with_our_errors(Body&& body) {
  try {
    return body();
  } catch (const fs::filesystem_error& failure) {
    throw system_error(failure.code().value(), fmt::format("cannot use '{}'", failure.path1().string()));
  }
}

}  // namespace

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

std::string read_file(const fs::path& path, std::uint64_t limit) {
  const std::unique_ptr<FdSource> source = FdSource::open(path.string());
  struct stat status = {};
  if (::fstat(source->fd(), &status) != 0) throw system_error(fmt::format("cannot read '{}'", path.string()));
  if (S_ISDIR(status.st_mode))
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is a folder, expected a file", path.string()));
  return read_all(*source, limit, fmt::format("'{}'", path.string()));
}

AtomicFile::AtomicFile(fs::path path, unsigned mode)
    : path_(std::move(path)), sink_(create_beside(path_, temporary_, mode), path_.string()) {}

AtomicFile::~AtomicFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void AtomicFile::commit(Overwrite overwrite) {
  sink_.finish();
  publish_file(temporary_, path_, overwrite);
  committed_ = true;
}

void publish_file(const fs::path& temporary, const fs::path& path, Overwrite overwrite) {
  if (overwrite == Overwrite::No) {
    rename_to_free_name(temporary, path);
  } else if (::rename(temporary.c_str(), path.c_str()) != 0) {
    throw system_error(fmt::format("cannot write '{}'", path.string()));
  }
  sync_folder(folder_of(path));
}

void write_file(const fs::path& path, std::string_view bytes, Overwrite overwrite, unsigned mode) {
  AtomicFile file(path, mode);
  file.sink().write(bytes);
  file.commit(overwrite);
}

void write_output(const fs::path& path, std::string_view bytes) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (is_device_or_pipe(status)) {
    UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) throw system_error(fmt::format("cannot write '{}'", path.string()));
    FdSink(std::move(fd), path.string()).write(bytes);
    return;
  }
  const bool replaced = fs::is_regular_file(status);
  write_file(replaced ? with_our_errors([&] { return fs::canonical(path); }) : path, bytes, Overwrite::Yes);
}

TemporaryFolder::TemporaryFolder(const fs::path& parent) {
  std::string name = temporary_pattern(parent);
  if (::mkdtemp(name.data()) == nullptr)
    throw system_error(fmt::format("cannot make a temporary folder in '{}'", folder_of(name).string()));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

UniqueFd unnamed_temporary_file(const fs::path& folder) {
  std::string name = temporary_pattern(folder);
  UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd) throw system_error(fmt::format("cannot make a temporary file in '{}'", folder_of(name).string()));
  if (::unlink(name.c_str()) != 0) throw system_error(fmt::format("cannot remove '{}'", name));
  return fd;
}

FileTree read_folder(const fs::path& folder, std::uint64_t limit) {
  return read_folder(folder, FolderLimits{.bytes = limit});
}

void write_folder(const fs::path& folder, const FileTree& tree, Overwrite overwrite) {
  std::error_code ignored;
  fs::path target = folder.has_filename() ? folder : folder.parent_path();
  if (!target.has_filename() || target.filename() == "." || target.filename() == "..") {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' cannot be replaced as a whole", folder.string()))
        .hint("name a folder inside it");
  }
  if (fs::is_symlink(target, ignored)) target = with_our_errors([&] { return fs::canonical(target); });
  const bool present = fs::exists(fs::symlink_status(target, ignored));
  if (present && !fs::is_directory(target, ignored))
    throw Error(ErrorCode::Conflict, fmt::format("'{}' exists and is not a folder", target.string()));
  if (present && overwrite == Overwrite::No && !fs::is_empty(target, ignored)) {
    throw Error(ErrorCode::Conflict, fmt::format("the folder '{}' is not empty", target.string()))
        .hint("name an empty or a new folder, or overwrite it with --force");
  }
  with_our_errors([&] { return fs::create_directories(folder_of(target)); });
  const TemporaryFolder staging(folder_of(target));
  const fs::path fresh = staging.path() / "tree";
  if (::mkdir(fresh.c_str(), 0777) != 0)
    throw system_error(fmt::format("cannot write into '{}'", staging.path().string()));
  for (const auto& [path, file] : tree.files()) {
    throw_if_interrupted();
    const fs::path destination = fresh / path.text();
    with_our_errors([&] { return fs::create_directories(destination.parent_path()); });
    UniqueFd fd(::open(destination.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                       file.executable == Executable::Yes ? 0777 : 0666));
    if (!fd) throw system_error(fmt::format("cannot write '{}'", destination.string()));
    FdSink sink(std::move(fd), destination.string());
    sink.write(file.bytes);
  }
  put_folder(fresh, target, present, staging.path().string() + "-old");
  sync_folder(folder_of(target));
}

}  // namespace waybill
