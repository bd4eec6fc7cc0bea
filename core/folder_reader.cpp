#include "core/folder_reader.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/handle.h"
#include "core/interrupt.h"
#include "core/stream.h"
#include "core/unique_fd.h"

namespace fs = std::filesystem;

namespace waybill {
namespace {

class FolderReader {
 public:
  FolderReader(const fs::path& folder, const FolderLimits& limits, const LeaveOut& leave_out)
      : folder_(folder), limits_(limits), leave_out_(leave_out), rest_(limits.bytes) {}

  FileTree read() {
    const UniqueFd fd(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd && errno == ENOTDIR)
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a folder", folder_.string()));
    if (!fd) throw system_error(fmt::format("cannot read '{}'", folder_.string()));
    read_entries(fd, "", 1);
    return std::move(tree_);
  }

 private:
  [[nodiscard]] std::string shown(const std::string& path) const {
    return path.empty() ? folder_.string() : (folder_ / path).string();
  }

  // The names of a folder, in byte order, so that the first complaint is always the same one.
  [[nodiscard]] std::vector<std::string> names_in(const UniqueFd& fd, const std::string& path) {
    UniqueFd copy(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
    const Handle<DIR, ::closedir> stream(copy ? ::fdopendir(copy.get()) : nullptr);
    if (stream == nullptr) throw system_error(fmt::format("cannot read '{}'", shown(path)));
    static_cast<void>(copy.release());  // the stream closes it
    std::vector<std::string> names;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(stream.get());
      if (entry == nullptr) break;
      const std::string_view name = static_cast<const char*>(entry->d_name);
      if (name == "." || name == "..") continue;
      if (++entries_ > limits_.entries) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("'{}' holds more than {} files and folders", folder_.string(), limits_.entries));
      }
      names.emplace_back(name);
    }
    if (errno != 0) throw system_error(fmt::format("cannot read '{}'", shown(path)));
    std::sort(names.begin(), names.end());
    return names;
  }

  void read_entries(const UniqueFd& fd, const std::string& path, std::uint32_t depth) {
    if (depth > limits_.depth) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("'{}' lies more than {} folders deep", shown(path), limits_.depth));
    }
    for (const std::string& name : names_in(fd, path)) {
      throw_if_interrupted();
      read_entry(fd.get(), name, path.empty() ? name : fmt::format("{}/{}", path, name), depth);
    }
  }

  void read_entry(int folder, const std::string& name, const std::string& path, std::uint32_t depth) {
    struct stat status = {};
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
      throw system_error(fmt::format("cannot read '{}'", shown(path)));
    const bool is_folder = S_ISDIR(status.st_mode);
    if (!is_folder && !S_ISREG(status.st_mode)) refuse_special(path);
    if (leave_out_ && leave_out_(path)) return;
    // O_NONBLOCK: a pipe that took the file's place a moment ago must not make us wait for its writer.
    const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (is_folder ? O_DIRECTORY : 0);
    UniqueFd fd(::openat(folder, name.c_str(), flags));
    if (!fd && (errno == ELOOP || errno == ENXIO || errno == ENOTDIR)) refuse_special(path);
    if (!fd) throw system_error(fmt::format("cannot read '{}'", shown(path)));
    if (is_folder) return read_entries(fd, path, depth + 1);
    if (::fstat(fd.get(), &status) != 0) throw system_error(fmt::format("cannot read '{}'", shown(path)));
    if (!S_ISREG(status.st_mode)) refuse_special(path);
    add_file(std::move(fd), path, (status.st_mode & S_IXUSR) != 0 ? Executable::Yes : Executable::No);
  }

  void add_file(UniqueFd fd, const std::string& path, Executable executable) {
    const RelPath clean = with_context([&] { return fmt::format("in the folder '{}'", folder_.string()); },
                                       [&] { return RelPath::parse(path); });
    FdSource source(std::move(fd), shown(path));
    std::string bytes = read_all(source, std::min(rest_, limits_.file_bytes), fmt::format("'{}'", shown(path)));
    rest_ -= bytes.size();
    tree_.add(clean, std::move(bytes), executable);
  }

  [[noreturn]] void refuse_special(const std::string& path) const {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' is a link or a special file; only regular files are allowed", shown(path)));
  }

  const fs::path& folder_;
  const FolderLimits& limits_;
  const LeaveOut& leave_out_;
  std::uint64_t rest_;
  std::uint64_t entries_ = 0;
  FileTree tree_;
};

}  // namespace

FileTree read_folder(const fs::path& folder, const FolderLimits& limits, const LeaveOut& leave_out) {
  return FolderReader(folder, limits, leave_out).read();
}

}  // namespace waybill
