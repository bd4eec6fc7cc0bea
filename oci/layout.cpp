#include "oci/layout.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "core/disk_sync.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/interrupt.h"
#include "core/unique_fd.h"
#include "oci/closure.h"
#include "oci/media_types.h"
#include "oci/partial_blob.h"
#include "oci/reference.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

UniqueFd open_folder(const fs::path& folder) {
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw system_error(fmt::format("cannot open '{}'", folder.string()));
  return fd;
}

// Held by whoever changes index.json. On the folder itself, so that no lock file is left; between threads too, because
// each lock is an opening of its own.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder) : fd_(open_folder(folder)) {
    while (::flock(fd_.get(), LOCK_EX) != 0) {
      if (errno != EINTR) throw system_error(fmt::format("cannot lock '{}'", folder.string()));
      throw_if_interrupted();
    }
  }

 private:
  UniqueFd fd_;
};

}  // namespace

// The index as it will be, and the lock that keeps others from changing it meanwhile.
struct Layout::Batch {
  FolderLock lock;
  ImageIndex index;
  bool changed = false;
};

Layout::Layout(fs::path folder) : folder_(std::move(folder)) {}
Layout::~Layout() = default;

std::unique_ptr<Layout> Layout::open(fs::path folder) {
  std::unique_ptr<Layout> layout(new Layout(std::move(folder)));
  layout->check_version();
  static_cast<void>(layout->read_index());
  return layout;
}

std::unique_ptr<Layout> Layout::open_or_create(fs::path folder) {
  std::error_code ignored;
  if (!fs::exists(folder / "oci-layout", ignored)) {
    Layout(folder).create();
  }
  return open(std::move(folder));
}

void Layout::create() {
  std::error_code problem;
  fs::create_directories(folder_, problem);
  if (problem) throw system_error(problem.value(), fmt::format("cannot make '{}'", folder_.string()));
  const FolderLock lock(folder_);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    // What a process that was killed here leaves.
    if (name != "blobs" && name != "index.json" && name != "oci-layout" && !name.starts_with(kTemporaryPrefix)) {
      throw Error(ErrorCode::Conflict,
                  fmt::format("the folder '{}' holds '{}' and is no OCI layout", folder_.string(), name))
          .hint("name an empty or a new folder");
    }
  }
  fs::create_directories(blob_folder(DigestAlgorithm::Sha256), problem);
  if (problem) throw system_error(problem.value(), fmt::format("cannot make '{}'", (folder_ / "blobs").string()));
  const auto exists = [&](const char* name) { return fs::exists(folder_ / name); };
  if (!exists("index.json")) {
    const ImageIndex empty{std::string(media_type::kImageIndex), {}, {}, {}, {}};
    write_file(folder_ / "index.json", to_bytes(empty), Overwrite::No);
  }
  // Last: it is what makes the folder a layout.
  if (!exists("oci-layout")) write_file(folder_ / "oci-layout", kLayoutVersionFile, Overwrite::No);
}

void Layout::check_version() const {
  const fs::path file = folder_ / "oci-layout";
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    throw Error(ErrorCode::NotFound,
                fmt::format("'{}' is no OCI layout: it has no file 'oci-layout'", folder_.string()));
  }
  check_layout_version(read_file(file, std::size_t{64} * 1024), folder_.string());
}

ImageIndex Layout::read_index() const {
  if (batch_) return batch_->index;
  const fs::path file = folder_ / "index.json";
  return with_context([&] { return fmt::format("while reading '{}'", file.string()); },
                      [&] { return parse_image_index(read_file(file, kLargestManifest), media_type::kImageIndex); });
}

std::string Layout::where() const { return fmt::format("oci-layout:{}", folder_.string()); }

fs::path Layout::blob_path(const Digest& digest) const { return folder_ / oci::blob_path(digest); }

fs::path Layout::blob_folder(DigestAlgorithm algorithm) const { return folder_ / kBlobFolder / name_of(algorithm); }

std::optional<std::uint64_t> Layout::blob_size(const Digest& digest) const {
  struct stat status = {};
  if (::stat(blob_path(digest).c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw system_error(fmt::format("cannot read '{}'", blob_path(digest).string()));
  }
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(status.st_size);
}

std::unique_ptr<ByteSource> Layout::open_file(const Digest& digest, std::uint64_t offset) const {
  if (!blob_size(digest))
    throw Error(ErrorCode::NotFound, fmt::format("'{}' has no blob {}", where(), digest.to_string()));
  return FdSource::open(blob_path(digest).string(), offset);
}

Pushed Layout::push_blob(const Descriptor& descriptor, const OpenBlob& open) {
  const auto remember = [&] {
    const std::lock_guard lock(mutex_);
    pending_.push_back(descriptor.digest);
  };
  if (exists_blob(descriptor)) {
    remember();  // another process may have written it a moment ago
    return Pushed::AlreadyThere;
  }
  const fs::path target = blob_path(descriptor.digest);
  std::error_code problem;
  fs::create_directories(target.parent_path(), problem);
  if (problem) throw system_error(problem.value(), fmt::format("cannot make '{}'", target.parent_path().string()));
  PartialBlob partial(target.parent_path(), descriptor);
  partial.complete(open);
  partial.rename_to(target);
  remember();
  return Pushed::Transferred;
}

Pushed Layout::push_manifest(const FetchedManifest& manifest) {
  return push_linked(manifest, links_of(manifest.bytes, manifest.descriptor.media_type));
}

Pushed Layout::push_linked(const FetchedManifest& manifest, const ManifestLinks& links) {
  const Descriptor& descriptor = manifest.descriptor;
  // What an index names may be missing (image-spec 1.1, "OCI Image Layout Specification", "Blobs").
  for (const Descriptor& blob : blobs_to_copy(*this, links)) {
    if (!exists_blob(blob)) {
      throw Error(ErrorCode::NotFound, fmt::format("'{}' has no {}, which manifest {} names", name(),
                                                   blob.digest.to_string(), descriptor.digest.to_string()));
    }
  }
  const Pushed pushed = push_blob(descriptor, opener(manifest.bytes));
  if (!links.subject) return pushed;
  bool is_new = false;
  change_index([&](ImageIndex& index) {
    is_new = add_referrer(index, descriptor, links);
    return is_new;
  });
  return is_new ? Pushed::Transferred : pushed;
}

bool Layout::tag(const Descriptor& manifest, const std::string& tag, ForceTag force) {
  check_tag(tag);
  const std::optional<FetchedManifest> fetched = fetch_manifest(manifest.digest);
  if (!fetched)
    throw Error(ErrorCode::NotFound, fmt::format("'{}' has no manifest {}", name(), manifest.digest.to_string()));
  return tag_typed(fetched->descriptor, links_of(fetched->bytes, fetched->descriptor.media_type).artifact_type, tag,
                   force);
}

bool Layout::push_tagged(const FetchedManifest& manifest, const std::string& tag, ForceTag force) {
  check_tag(tag);
  const ManifestLinks links = links_of(manifest.bytes, manifest.descriptor.media_type);
  push_linked(manifest, links);
  return tag_typed(manifest.descriptor, links.artifact_type, tag, force);
}

bool Layout::tag_typed(const Descriptor& manifest, const std::string& artifact_type, const std::string& tag,
                       ForceTag force) {
  bool is_new = false;
  change_index([&](ImageIndex& index) {
    const auto held = find_tag(index, tag, where());
    is_new = !held || held->digest != manifest.digest;
    if (!is_new) return false;
    if (held && force == ForceTag::No) throw tag_conflict(name(), tag, held->digest, manifest.digest);
    set_tag(index, manifest, artifact_type, tag);
    return true;
  });
  if (!is_digest_tag(tag)) end_batch();
  return is_new;
}

bool Layout::untag(const std::string& tag) {
  std::size_t removed = 0;
  change_index([&](ImageIndex& index) {
    removed = remove_tag(index, tag);
    return removed != 0;
  });
  return removed != 0;
}

bool Layout::unlist(const Digest& digest) {
  std::size_t removed = 0;
  change_index([&](ImageIndex& index) {
    removed = std::erase_if(index.manifests, [&](const Descriptor& entry) { return entry.digest == digest; });
    return removed != 0;
  });
  return removed != 0;
}

Layout::Pruned Layout::prune() {
  const FolderLock lock(folder_);
  remove_stale_files(Stale::All);
  ImageIndex index = read_index();
  const std::set<Digest> kept = reachable(*this, index);
  const std::size_t orphans =
      std::erase_if(index.manifests, [&](const Descriptor& entry) { return !kept.contains(entry.digest); });
  if (orphans != 0) write_index(std::move(index));
  Pruned pruned;
  // Only now: an index.json that names them is gone.
  for (const DigestAlgorithm algorithm : kDigestAlgorithms) {
    std::error_code problem;
    for (fs::directory_iterator entry(blob_folder(algorithm), problem), end; entry != end; entry.increment(problem)) {
      const auto digest = Digest::try_parse(algorithm, entry->path().filename().string());
      if (!digest || kept.contains(*digest)) continue;
      const std::uint64_t size = blob_size(*digest).value_or(0);
      if (::unlink(entry->path().c_str()) != 0)
        throw system_error(fmt::format("cannot remove '{}'", entry->path().string()));
      ++pruned.blobs;
      pruned.bytes += size;
    }
    if (problem && problem != std::errc::no_such_file_or_directory)
      throw system_error(problem.value(), fmt::format("cannot read '{}'", folder_.string()));
  }
  return pruned;
}

void Layout::change_index(const std::function<bool(ImageIndex&)>& change) {
  if (batch_) {
    if (change(batch_->index)) batch_->changed = true;
    return;
  }
  const FolderLock lock(folder_);
  remove_stale_files(Stale::NotPartial);
  ImageIndex index = read_index();
  if (change(index)) write_index(std::move(index));
}

void Layout::write_index(ImageIndex index) {
  sync_pending();
  write_file(folder_ / "index.json", index_bytes(std::move(index)), Overwrite::Yes);
}

void Layout::begin_batch() {
  if (batch_) return;
  FolderLock lock(folder_);
  remove_stale_files(Stale::NotPartial);
  ImageIndex index = read_index();
  batch_ = std::make_unique<Batch>(Batch{std::move(lock), std::move(index)});
}

void Layout::end_batch() {
  if (!batch_) return;
  // The lock is let go of last.
  const std::unique_ptr<Batch> batch = std::move(batch_);
  if (batch->changed) write_index(std::move(batch->index));
}

void Layout::sync_pending() {
  std::vector<Digest> digests;
  {
    const std::lock_guard lock(mutex_);
    digests.swap(pending_);
  }
  if (digests.empty()) return;
  std::sort(digests.begin(), digests.end());
  digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
  // As git does for many loose objects (core.fsyncMethod=batch): each file's data is handed to the disk and waited for,
  // then one fsync commits all their names and sizes and empties the disk's own cache. One fsync a file costs a flush
  // each. A missing file was never needed, since push_manifest has looked at what its index names.
  std::vector<UniqueFd> files;
  const auto write_out = [&] {
    for (const UniqueFd& fd : files) {
      if (::sync_file_range(fd.get(), 0, 0,
                            SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER) != 0 &&
          (errno == EIO || errno == ENOSPC)) {
        throw system_error(fmt::format("cannot write blobs of '{}' to the disk", folder_.string()));
      }
    }
    files.clear();
  };
  constexpr std::size_t kMostOpen = 64;
  for (const Digest& digest : digests) {
    UniqueFd fd(::open(blob_path(digest).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) continue;
    ::sync_file_range(fd.get(), 0, 0, SYNC_FILE_RANGE_WRITE);  // all are on their way before the first is waited for
    files.push_back(std::move(fd));
    if (files.size() == kMostOpen) write_out();
  }
  write_out();
  for (const DigestAlgorithm algorithm : kDigestAlgorithms) {
    const bool is_used = std::any_of(digests.begin(), digests.end(),
                                     [&](const Digest& digest) { return digest.algorithm() == algorithm; });
    if (is_used) sync_to_disk(open_folder(blob_folder(algorithm)).get(), blob_folder(algorithm).string());
  }
}

// A blob that the next run of who was killed goes on with, unless another has brought it.
bool Layout::is_worth_waiting(const fs::path& partial) const {
  std::error_code problem;
  const std::string hex = partial.filename().string().substr(kPartialPrefix.size());
  if (fs::exists(partial.parent_path() / hex, problem)) return false;
  return !is_too_old(partial);
}

void Layout::remove_stale_files(Stale stale) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(cleaned_, true)) return;
  }
  for (const fs::path& folder : {folder_, blob_folder(DigestAlgorithm::Sha256), blob_folder(DigestAlgorithm::Sha512)}) {
    std::error_code ignored;
    for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
      const std::string name = entry->path().filename().string();
      if (!name.starts_with(kTemporaryPrefix)) continue;
      if (stale == Stale::NotPartial && name.starts_with(kPartialPrefix) && is_worth_waiting(entry->path())) continue;
      // In the top folder only the holder of the folder's lock writes, and that is us; a blob is locked while it is
      // written.
      remove_unless_locked(entry->path());
    }
  }
}

}  // namespace waybill::oci
