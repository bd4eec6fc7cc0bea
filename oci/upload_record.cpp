#include "oci/upload_record.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "core/stream.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

constexpr std::chrono::hours kLife{24 * 7};
constexpr std::uint64_t kLargestRecord = std::uint64_t{64} * 1024;

UniqueFd open_locked(const fs::path& path, int flags) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600));
  if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return {};
  struct stat opened = {};
  struct stat named = {};
  // Whoever had it before may have removed it between the two calls.
  const bool same = ::fstat(fd.get(), &opened) == 0 && ::lstat(path.c_str(), &named) == 0 &&
                    opened.st_ino == named.st_ino && opened.st_dev == named.st_dev && S_ISREG(opened.st_mode);
  return same ? std::move(fd) : UniqueFd();
}

void remove_old_records(const fs::path& folder) {
  std::error_code ignored;
  const auto oldest = fs::file_time_type::clock::now() - kLife;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
    std::error_code problem;
    const auto written = fs::last_write_time(entry->path(), problem);
    if (problem || written > oldest) continue;
    if (const UniqueFd fd = open_locked(entry->path(), 0)) ::unlink(entry->path().c_str());
  }
}

}  // namespace

UploadRecord::UploadRecord(const fs::path& folder, const std::string& repository, const Descriptor& blob)
    : repository_(repository), blob_(blob) {
  if (folder.empty()) return;
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) return;
  remove_old_records(folder);
  path_ = folder / (sha256(fmt::format("{} {}", repository, blob.digest.to_string())).hex() + ".json");
  fd_ = open_locked(path_, O_CREAT);
}

UploadRecord::~UploadRecord() {
  if (fd_ && !saved_ && !load()) ::unlink(path_.c_str());
}

std::optional<UploadPosition> UploadRecord::load() const {
  if (!fd_) return std::nullopt;
  try {
    UniqueFd copy(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
    if (!copy || ::lseek(copy.get(), 0, SEEK_SET) != 0) return std::nullopt;
    FdSource source(std::move(copy), path_.string());
    const std::string text = read_all(source, kLargestRecord, path_.string());
    const Value record = json::parse(std::string_view(text).substr(0, text.find('\n')), path_.string());
    const Value* offset = record.find("offset");
    UploadPosition position{record.text_or("location", ""), 0};
    if (record.text_or("repository", "") != repository_ || record.text_or("digest", "") != blob_.digest.to_string() ||
        position.location.empty() || offset == nullptr || !offset->is_int() || offset->as_int() < 0) {
      return std::nullopt;
    }
    position.offset = static_cast<std::uint64_t>(offset->as_int());
    return position;
  } catch (const Error&) {
    return std::nullopt;  // half a record of a process that was killed: the upload begins anew
  }
}

void UploadRecord::save(const UploadPosition& position) {
  if (!fd_) return;
  // One line, written at once; what a longer one before it leaves behind is not read.
  const std::string line = json::write(Value::map({{"repository", repository_},
                                                   {"digest", blob_.digest.to_string()},
                                                   {"size", blob_.size},
                                                   {"location", position.location},
                                                   {"offset", position.offset}})) +
                           "\n";
  saved_ = ::pwrite(fd_.get(), line.data(), line.size(), 0) == static_cast<ssize_t>(line.size()) || saved_;
}

void UploadRecord::forget() {
  if (!fd_) return;
  ::unlink(path_.c_str());
  fd_.reset();
}

}  // namespace waybill::oci
