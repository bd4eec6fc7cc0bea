#include "oci/archive_writer.h"

#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "core/compression.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/tar_writer.h"
#include "oci/archive_contents.h"
#include "oci/oci_archive.h"
#include "oci/reference.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

bool is_zstd(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.ends_with(".tar.gz") || name.ends_with(".tgz")) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' would have to be compressed with gzip", file.string()))
        .hint("gzip is only read; write .tar.zst, or .tar: the layers in it are compressed already");
  }
  return name.ends_with(".tar.zst") || name.ends_with(".tzst");
}

// The archive that is there, kept from others who would replace it at the same time.
class Held {
 public:
  explicit Held(const fs::path& file) : file_(file) {
    std::error_code ignored;
    if (!fs::exists(fs::symlink_status(file, ignored))) return;
    if (!fs::is_regular_file(file, ignored))
      throw Error(ErrorCode::Conflict, fmt::format("'{}' is there already and is no regular file", file.string()));
    lock_ = FdSource::open(file.string());
    if (::flock(lock_->fd(), LOCK_EX | LOCK_NB) != 0) throw changed();
    try {
      archive_ = OciArchive::open(file);
    } catch (const Error& problem) {
      if (problem.code() != ErrorCode::NotFound && problem.code() != ErrorCode::InvalidInput) throw;
      throw Error(ErrorCode::Conflict,
                  fmt::format("'{}' is there already and is no OCI archive: {}", file.string(), problem.message()))
          .hint("name another file, or remove this one");
    }
  }
  [[nodiscard]] OciArchive* archive() const noexcept { return archive_.get(); }

  template <typename File>
  void commit(File& fresh) {
    if (!archive_) {
      try {
        fresh.commit(Overwrite::No);
      } catch (const Error& problem) {
        if (problem.code() == ErrorCode::Conflict) throw changed();  // it was not there when the copy began
        throw;
      }
      return;
    }
    struct stat locked = {};
    struct stat now = {};
    const bool same = ::fstat(lock_->fd(), &locked) == 0 && ::stat(file_.c_str(), &now) == 0 &&
                      locked.st_ino == now.st_ino && locked.st_dev == now.st_dev;
    if (!same) throw changed();
    fresh.commit(Overwrite::Yes);
  }

 private:
  [[nodiscard]] Error changed() const {
    return Error(ErrorCode::Conflict, fmt::format("another process changes '{}'", file_.string())).hint("try again");
  }
  fs::path file_;
  std::unique_ptr<OciArchive> archive_;
  std::unique_ptr<FdSource> lock_;
};

class ArchiveWriter {
 public:
  ArchiveWriter(StoreReader& from, const fs::path& file, const CopyOptions& options)
      : from_(from), file_(file), options_(options), zstd_(is_zstd(file)), held_(file) {
    if (held_.archive() != nullptr) contents_.index() = held_.archive()->index();
  }

  CopyOutcome copy(std::span<const ArchiveArtifact> artifacts, ForceTag force) {
    for (const ArchiveArtifact& artifact : artifacts) {
      if (held_.archive() != nullptr) require_free_tag(*held_.archive(), artifact.tag, artifact.manifest.digest, force);
      closures_.push_back(closure_of(from_, artifact.manifest.digest, options_.referrers));
      tell_missing(closures_.back(), from_, options_.reporter);
      add_missing(outcome_.missing, closures_.back().missing);
    }
    take_over();
    for (const Closure& closure : closures_) add(closure);
    for (std::size_t i = 0; i < artifacts.size(); ++i) {
      const ArchiveArtifact& artifact = artifacts[i];
      for (const TaggedDigest& tagged : closures_[i].tags) tag(closures_[i], tagged.manifest, tagged.tag, {});
      Annotations names;
      if (!artifact.image_name.empty()) names.emplace(kImageName, artifact.image_name);
      tag(closures_[i], artifact.manifest, artifact.tag, names);
    }
    if (changed_) write();
    return outcome_;
  }

 private:
  void take_over() {
    OciArchive* held = held_.archive();
    if (held == nullptr) return;
    for (const Descriptor& blob : held->blobs())
      contents_.add(blob, [held, blob](std::uint64_t offset) { return held->open_blob(blob, offset); });
  }

  void add(const Closure& closure) {
    for (const FoundManifest& found : closure.manifests) add(found);
    if (held_.archive() != nullptr) static_cast<void>(tags_to_set(from_, *held_.archive(), closure));
  }

  void add(const FoundManifest& found) {
    const FetchedManifest& manifest = found.manifest;
    const bool is_new = add_part(manifest.descriptor, opener(manifest.bytes));
    ++(is_new ? outcome_.manifests_pushed : outcome_.manifests_skipped);
    for (const Descriptor& blob : blobs_to_copy(from_, found.links)) {
      if (!add_part(blob, [this, blob](std::uint64_t offset) { return from_.open_blob(blob, offset); })) {
        ++outcome_.blobs_skipped;
        continue;
      }
      ++outcome_.blobs_pushed;
      outcome_.bytes_pushed += blob.size;
    }
    if (found.links.subject && add_referrer(contents_.index(), manifest.descriptor, found.links)) changed_ = true;
  }

  bool add_part(const Descriptor& blob, OpenBlob open) {
    const bool is_new = contents_.add(blob, std::move(open));
    changed_ = changed_ || is_new;
    return is_new;
  }

  void tag(const Closure& closure, const Descriptor& manifest, const std::string& name, const Annotations& more) {
    const auto held = find_tag(contents_.index(), name, file_.string());
    if (held && held->digest == manifest.digest) return;
    const auto found = std::find_if(closure.manifests.begin(), closure.manifests.end(), [&](const FoundManifest& each) {
      return each.manifest.descriptor.digest == manifest.digest;
    });
    set_tag(contents_.index(), found->manifest.descriptor, found->links.artifact_type, name, more);
    ++outcome_.tags_set;
    changed_ = true;
  }

  void write() {
    CopyProgress progress(options_.reporter, contents_.bytes());
    if (zstd_) return write_compressed(progress);
    PartialArchive archive(file_);
    contents_.write(archive, progress);
    held_.commit(archive);
  }

  void write_compressed(CopyProgress& progress) {
    AtomicFile file(file_);
    ZstdSink packed(file.sink());
    TarWriter tar(packed);
    contents_.write(tar, progress);
    tar.finish();
    packed.finish();
    held_.commit(file);
  }

  StoreReader& from_;
  const fs::path& file_;
  const CopyOptions& options_;
  bool zstd_;
  Held held_;
  ArchiveContents contents_;
  std::deque<Closure> closures_;  // their manifests are parts of the contents
  CopyOutcome outcome_;
  bool changed_ = false;
};

}  // namespace

CopyOutcome copy_to_archive(StoreReader& from, const fs::path& file, std::span<const ArchiveArtifact> artifacts,
                            ForceTag force, const CopyOptions& options) {
  for (const ArchiveArtifact& artifact : artifacts) check_tag(artifact.tag);
  return with_context(
      [&] {
        const std::string what =
            artifacts.size() == 1 ? artifacts.front().manifest.digest.to_string() : "several artifacts";
        return fmt::format("while copying {} from '{}' to '{}'", what, from.name(), file.string());
      },
      [&] { return ArchiveWriter(from, file, options).copy(artifacts, force); });
}

CopyOutcome copy_to_archive(StoreReader& from, const ArchiveDestination& to, const Descriptor& manifest, ForceTag force,
                            const CopyOptions& options) {
  const ArchiveArtifact artifact{manifest, to.tag, to.image_name};
  return copy_to_archive(from, to.file, {&artifact, 1}, force, options);
}

}  // namespace waybill::oci
