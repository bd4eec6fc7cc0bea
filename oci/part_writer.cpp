#include "oci/part_writer.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <deque>

#include "core/disk_sync.h"
#include "core/erasure_code.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "core/random_access_file.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

constexpr std::string_view kTemporaryPrefix = ".waybill-";
constexpr std::size_t kStripe = std::size_t{64} * 1024;  // of each part that is coded at a time: 16 MiB of 255

// The lock lies on the folder itself, so that no file is left for it.
UniqueFd locked(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) throw system_error(problem.value(), fmt::format("cannot make the folder '{}'", folder.string()));
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw system_error(fmt::format("cannot open the folder '{}'", folder.string()));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw system_error(fmt::format("cannot lock '{}'", folder.string()));
    throw Error(ErrorCode::Conflict, fmt::format("another process writes parts into '{}'", folder.string()))
        .hint("wait for it, or name another folder");
  }
  return fd;
}

UniqueFd create(const fs::path& file) {
  UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!fd) throw system_error(fmt::format("cannot write '{}'", file.string()));
  return fd;
}

std::string first_bytes(const fs::path& file, std::size_t count) {
  const std::unique_ptr<FdSource> source = FdSource::open(file.string());
  std::string bytes(count, '\0');
  std::size_t filled = 0;
  while (filled < count) {
    const std::size_t got = source->read(std::as_writable_bytes(std::span(bytes)).subspan(filled));
    if (got == 0) break;
    filled += got;
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

// One file under its temporary name.
class PartWriter::Part {
 public:
  Part(const fs::path& file, const PartDescription& part) : part_(part), sink_(create(file), file.string()) {
    sink_.write(part_front(part));
  }
  [[nodiscard]] std::uint64_t rest() const noexcept { return part_.body_size() - size_; }

  void write(Bytes bytes) {
    size_ += bytes.size();
    while (!bytes.empty()) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), kPartBlock - in_block_));
      hash_.update(bytes.first(count));
      sink_.write(bytes.first(count));
      in_block_ += count;
      if (in_block_ == kPartBlock) end_block();
      bytes = bytes.subspan(count);
    }
  }
  // On the disk when this returns.
  WrittenPart finish() {
    if (rest() != 0) throw Error(ErrorCode::Internal, "a part got too few bytes");
    if (in_block_ != 0) end_block();
    sink_.write(part_back(part_, blocks_));
    sink_.finish();
    return {part_, part_digest(part_, blocks_)};
  }

 private:
  void end_block() {
    blocks_.push_back(std::exchange(hash_, Sha256()).finish());
    in_block_ = 0;
  }

  PartDescription part_;
  FdSink sink_;
  Sha256 hash_;
  std::uint64_t size_ = 0;
  std::uint64_t in_block_ = 0;
  std::vector<Digest> blocks_;
};

class PartWriter::Cutter final : public ByteSink {
 public:
  explicit Cutter(PartWriter& writer) noexcept : writer_(writer) {}
  using ByteSink::write;
  void write(Bytes bytes) override {
    while (!bytes.empty()) {
      if (!part_) open_next();
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), part_->rest()));
      part_->write(bytes.first(count));
      bytes = bytes.subspan(count);
      if (part_->rest() != 0) continue;
      writer_.written_.push_back(part_->finish());
      part_.reset();
    }
  }

 private:
  void open_next() {
    const PartDivision& set = writer_.set_;
    if (writer_.written_.size() == set.data) throw Error(ErrorCode::Internal, "the archive is larger than its parts");
    const PartDescription next{set, set.is_whole() ? PartKind::Whole : PartKind::Data, writer_.written_.size() + 1};
    part_ = std::make_unique<Part>(writer_.temporary(next), next);
  }

  PartWriter& writer_;
  std::unique_ptr<Part> part_;
};

PartWriter::PartWriter(fs::path folder, const PartDivision& set, Overwrite overwrite)
    : folder_(std::move(folder)), set_(set), lock_(locked(folder_)), cutter_(std::make_unique<Cutter>(*this)) {
  require_free_names(overwrite);
  if (const std::error_code problem = remove_temporary_files())
    throw system_error(problem.value(), fmt::format("cannot write into '{}'", folder_.string()));
  require_room();
}

PartWriter::~PartWriter() {
  cutter_.reset();
  remove_temporary_files();
}

ByteSink& PartWriter::archive() noexcept { return *cutter_; }

fs::path PartWriter::temporary(const PartDescription& part) const {
  return folder_ / fmt::format("{}{}", kTemporaryPrefix, part.file_name());
}

std::vector<PartDescription> PartWriter::parts() const {
  std::vector<PartDescription> result;
  for (std::uint64_t i = 1; i <= set_.data; ++i)
    result.push_back({set_, set_.is_whole() ? PartKind::Whole : PartKind::Data, i});
  for (std::uint64_t i = 1; i <= set_.parity; ++i) result.push_back({set_, PartKind::Parity, i});
  return result;
}

// Of any set: whoever holds the lock is the only one who writes parts here.
std::error_code PartWriter::remove_temporary_files() const noexcept {
  std::error_code problem;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder_, ignored), end; entry != end; entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(".waybill-waybill-") || !entry->is_regular_file(ignored)) continue;
    if (fs::remove(entry->path(), ignored); ignored) problem = ignored;
  }
  return problem;
}

void PartWriter::require_free_names(Overwrite overwrite) const {
  for (const PartDescription& part : parts()) {
    const fs::path file = folder_ / part.file_name();
    std::error_code ignored;
    const fs::file_status status = fs::symlink_status(file, ignored);
    if (!fs::exists(status)) continue;
    if (!fs::is_regular_file(status))
      throw Error(ErrorCode::Conflict, fmt::format("'{}' is there already and is no regular file", file.string()));
    if (overwrite == Overwrite::Yes) continue;
    const std::string front = part_front(part);
    if (first_bytes(file, front.size()) != front)
      throw Error(ErrorCode::Conflict, fmt::format("'{}' exists already and is another file", file.string()))
          .hint("name another folder, or overwrite it with --force");
  }
}

void PartWriter::require_room() const {
  std::uint64_t needed = 0;
  for (const PartDescription& part : parts()) needed += part_file_size(part);
  struct statvfs status = {};
  if (::statvfs(folder_.c_str(), &status) != 0) return;  // writing will tell
  const std::uint64_t free = std::uint64_t{status.f_bavail} * status.f_frsize;
  // File systems that do not know say zero of everything.
  if (status.f_blocks == 0 || needed <= free) return;
  throw Error(ErrorCode::NoSpace,
              fmt::format("'{}' has {} bytes free, and the parts need {}", folder_.string(), free, needed))
      .hint("parts that are there already are kept until they are replaced");
}

void PartWriter::add_parity(Reporter* reporter) {
  for (std::uint64_t group = 0; set_.parity != 0 && group < set_.groups; ++group) add_parity_of(group, reporter);
  // Groups come one after the other, and the parts by their numbers.
  std::stable_sort(written_.begin(), written_.end(),
                   [](const WrittenPart& left, const WrittenPart& right) { return left.part < right.part; });
}

void PartWriter::add_parity_of(std::uint64_t group, Reporter* reporter) {
  std::vector<RandomAccessFile> data;
  std::vector<PartDescription> descriptions;
  for (const std::uint64_t index : set_.data_of(group)) {
    descriptions.push_back({set_, PartKind::Data, index});
    const std::string name = temporary(descriptions.back()).string();
    UniqueFd fd(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) throw system_error(fmt::format("cannot read '{}' back", name));
    data.emplace_back(std::move(fd), name);
  }
  std::deque<Part> parity;
  for (const std::uint64_t index : set_.parity_of(group)) {
    const PartDescription part{set_, PartKind::Parity, index};
    parity.emplace_back(temporary(part), part);
  }
  const BlockCode code = ErasureCode(data.size(), parity.size()).encoder();
  std::vector<std::byte> room((data.size() + parity.size()) * kStripe);
  for (std::uint64_t offset = 0; offset < set_.slice; offset += kStripe) {
    throw_if_interrupted();
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kStripe, set_.slice - offset));
    std::vector<Bytes> inputs;
    std::vector<std::span<std::byte>> outputs;
    for (std::size_t i = 0; i < data.size() + parity.size(); ++i) {
      const std::span<std::byte> block = std::span(room).subspan(i * kStripe, size);
      if (i >= data.size()) {
        outputs.push_back(block);
        continue;
      }
      // The last data part may be shorter; zeros stand for the rest of it.
      const std::uint64_t body = descriptions[i].body_size();
      const std::size_t there = offset < body ? std::min<std::uint64_t>(size, body - offset) : 0;
      const std::uint64_t front = part_front(descriptions[i]).size();
      if (data[i].read_at(front + offset, block.first(there)) != there)
        throw Error(ErrorCode::Unclassified, fmt::format("'{}' has become shorter", data[i].name()));
      std::ranges::fill(block.subspan(there), std::byte{0});
      inputs.emplace_back(block);
    }
    code.apply(inputs, outputs);
    for (std::size_t i = 0; i < parity.size(); ++i) parity[i].write(outputs[i]);
    coded_ += size;
    if (reporter != nullptr) reporter->progress("parity", coded_, set_.slice * set_.groups);
  }
  for (Part& part : parity) written_.push_back(part.finish());
}

std::vector<WrittenPart> PartWriter::commit() {
  if (written_.size() != set_.data + set_.parity) throw Error(ErrorCode::Internal, "not all parts were written");
  throw_if_interrupted();
  for (const WrittenPart& written : written_) {
    const fs::path file = folder_ / written.part.file_name();
    if (::rename(temporary(written.part).c_str(), file.c_str()) != 0)
      throw system_error(fmt::format("cannot write '{}'", file.string()));
  }
  sync_to_disk(lock_.get(), folder_.string());
  return written_;
}

}  // namespace waybill::oci
