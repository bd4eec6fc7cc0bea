#include "oci/archive_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "core/compression.h"
#include "core/error.h"
#include "core/file_system.h"

namespace waybill::oci {
namespace {

constexpr std::uint64_t kAlwaysAllowed = 1ULL << 30;
constexpr std::uint64_t kLargestRatio = 200;

class CountingSource final : public ByteSource {
 public:
  explicit CountingSource(ByteSource& inner) noexcept : inner_(inner) {}
  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = inner_.read(buffer);
    count_ += count;
    return count;
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

 private:
  ByteSource& inner_;
  std::uint64_t count_ = 0;
};

// Stops what grows far more than compression of real content does.
class BombSink final : public ByteSink {
 public:
  BombSink(ByteSink& next, const CountingSource& packed, const std::string& name)
      : next_(next), packed_(packed), name_(name) {}
  using ByteSink::write;
  void write(Bytes bytes) override {
    size_ += bytes.size();
    if (size_ > kAlwaysAllowed && size_ / kLargestRatio > packed_.count()) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("'{}' unpacks to more than {} times its size", name_, kLargestRatio))
          .hint("if that is meant, unpack it first");
    }
    next_.write(bytes);
  }

 private:
  ByteSink& next_;
  const CountingSource& packed_;
  const std::string& name_;
  std::uint64_t size_ = 0;
};

UniqueFd duplicate(int fd) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) throw system_error("cannot use a file");
  return copy;
}

RandomAccessFile unpacked(ByteSource& packed, const std::string& name) {
  UniqueFd fd = unnamed_temporary_file();
  CountingSource counted(packed);
  DecompressingSource plain(counted, name);
  FdSink sink(duplicate(fd.get()), "a temporary file");
  BombSink guarded(sink, counted, name);
  copy(plain, guarded);
  return {std::move(fd), name};
}

RandomAccessFile open_tar(const std::string& name) {
  std::unique_ptr<FdSource> source = FdSource::open(name);
  struct stat status = {};
  if (::fstat(source->fd(), &status) != 0) throw system_error(fmt::format("cannot read '{}'", name));
  if (S_ISDIR(status.st_mode)) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is a folder, expected an archive", name))
        .hint("a layout folder is written oci-layout:FOLDER");
  }
  if (!S_ISREG(status.st_mode)) return unpacked(*source, name);
  RandomAccessFile file(duplicate(source->fd()), name);
  std::array<std::byte, 4> first{};
  const std::size_t count = file.read_at(0, first);
  if (compression_of(as_text(Bytes(first).first(count))) == Compression::None) return file;
  return unpacked(*source, name);
}

}  // namespace

const TarEntry* ArchiveFile::find(const std::string& path) const {
  constexpr unsigned kMostLinks = 8;
  const std::string* name = &path;
  for (unsigned followed = 0; followed <= kMostLinks; ++followed) {
    if (const auto entry = index.files.find(*name); entry != index.files.end()) return &entry->second;
    const auto link = index.links.find(*name);
    if (link == index.links.end()) return nullptr;
    name = &link->second;
  }
  throw Error(ErrorCode::InvalidInput, fmt::format("the links of '{}' lead in a circle", file.name()));
}

std::string ArchiveFile::text(const std::string& path, std::uint64_t limit) const {
  const TarEntry* entry = find(path);
  if (entry == nullptr) throw Error(ErrorCode::NotFound, fmt::format("'{}' has no file '{}'", file.name(), path));
  const std::unique_ptr<ByteSource> source = file.open(entry->offset, entry->size);
  return read_all(*source, limit, fmt::format("'{}' of '{}'", path, file.name()));
}

ArchiveFile open_archive_file(const std::filesystem::path& path) {
  RandomAccessFile file = open_tar(path.string());
  TarIndex index = read_tar_index(file);
  return {std::move(file), std::move(index)};
}

}  // namespace waybill::oci
