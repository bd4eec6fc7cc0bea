#include "oci/archive_writer.h"

#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <memory>

#include "core/compression.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/json/writer.h"
#include "core/tar_writer.h"
#include "oci/layout_index.h"
#include "oci/media_types.h"
#include "oci/oci_archive.h"
#include "oci/progress.h"
#include "oci/reference.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

// What containerd's import calls the image.
constexpr std::string_view kImageName = "io.containerd.image.name";

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

  void commit(AtomicFile& fresh) {
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

// A blob of the new archive and where it comes from.
struct Part {
  std::uint64_t size = 0;
  OpenBlob open;
};

// In byte order of their paths.
using Parts = std::map<Digest, Part>;

bool is_file_system_layer(const Descriptor& layer) {
  return layer.media_type.find(".image.layer.v1.tar") != std::string::npos ||
         layer.media_type.find(".image.rootfs.diff.tar") != std::string::npos;
}

std::string blob_path(const Digest& digest) { return fmt::format("blobs/sha256/{}", digest.hex()); }

// What docker's list says of a manifest; null when docker could not load it: an index, or an artifact.
Value docker_image(std::string_view bytes, std::string_view media_type) {
  if (is_index_type(media_type)) return {};
  const ImageManifest manifest = parse_image_manifest(bytes, media_type);
  const bool is_image = manifest.config.media_type == media_type::kImageConfig ||
                        manifest.config.media_type == media_type::kDockerImageConfig;
  const bool has_layers = std::all_of(manifest.layers.begin(), manifest.layers.end(), is_file_system_layer);
  if (!is_image || !has_layers || !manifest.artifact_type.empty()) return {};
  Value layers = Value::list();
  for (const Descriptor& layer : manifest.layers) layers.push_back(blob_path(layer.digest));
  return Value::map({{"Config", blob_path(manifest.config.digest)}, {"RepoTags", nullptr}, {"Layers", layers}});
}

// docker's list of images (spec "One tar for sneaker-net"): the tagged single images of the index, each once with its
// names. Empty when there is none.
std::string docker_manifest(const ImageIndex& index, const Parts& parts) {
  std::map<Digest, Value> images;
  for (const Descriptor& entry : index.manifests) {
    const std::optional<std::string> tag = tag_of_entry(entry);
    const auto part = parts.find(entry.digest);
    if (!tag || is_digest_tag(*tag) || part == parts.end()) continue;
    auto image = images.find(entry.digest);
    if (image == images.end()) {
      const std::unique_ptr<ByteSource> source = part->second.open(0);
      Value made = docker_image(read_all(*source, kLargestManifest, entry.digest.to_string()), entry.media_type);
      if (made.is_null()) continue;
      image = images.emplace(entry.digest, std::move(made)).first;
    }
    const auto name = entry.annotations.find(std::string(kImageName));
    if (name == entry.annotations.end()) continue;
    Value* names = image->second.find("RepoTags");
    const bool known = names->is_list() && std::find(names->items().begin(), names->items().end(),
                                                     Value(name->second)) != names->items().end();
    if (!known) names->push_back(name->second);
  }
  if (images.empty()) return {};
  Value list = Value::list();
  for (auto& [digest, image] : images) list.push_back(std::move(image));
  return json::write(list);
}

class ArchiveWriter {
 public:
  ArchiveWriter(StoreReader& from, const ArchiveDestination& to, const CopyOptions& options)
      : from_(from), to_(to), options_(options), zstd_(is_zstd(to.file)), held_(to.file) {
    index_.media_type = media_type::kImageIndex;
    if (held_.archive() != nullptr) index_ = held_.archive()->index();
  }

  CopyCounts copy(const Descriptor& manifest, ForceTag force) {
    if (held_.archive() != nullptr) require_free_tag(*held_.archive(), to_.tag, manifest.digest, force);
    const Closure closure = closure_of(from_, manifest.digest, options_.referrers);
    take_over();
    for (const FoundManifest& found : closure.manifests) add(found);
    if (held_.archive() != nullptr) require_no_lost_signatures(from_, *held_.archive(), closure);
    for (const TaggedDigest& tagged : closure.tags) tag(closure, tagged.manifest, tagged.tag, {});
    Annotations names;
    if (!to_.image_name.empty()) names.emplace(kImageName, to_.image_name);
    tag(closure, manifest, to_.tag, names);
    if (changed_) write();
    return counts_;
  }

 private:
  void take_over() {
    OciArchive* held = held_.archive();
    if (held == nullptr) return;
    for (const Descriptor& blob : held->blobs())
      parts_.emplace(blob.digest,
                     Part{blob.size, [held, blob](std::uint64_t offset) { return held->open_blob(blob, offset); }});
  }

  void add(const FoundManifest& found) {
    const FetchedManifest& manifest = found.manifest;
    const bool is_new = add_part(manifest.descriptor, opener(manifest.bytes));
    ++(is_new ? counts_.manifests_pushed : counts_.manifests_skipped);
    for (const Descriptor& blob : blobs_to_copy(from_, found.links)) {
      if (!add_part(blob, [this, blob](std::uint64_t offset) { return from_.open_blob(blob, offset); })) {
        ++counts_.blobs_skipped;
        continue;
      }
      ++counts_.blobs_pushed;
      counts_.bytes_pushed += blob.size;
    }
    if (found.links.subject && add_referrer(index_, manifest.descriptor, found.links)) changed_ = true;
  }

  bool add_part(const Descriptor& blob, OpenBlob open) {
    const bool is_new = parts_.emplace(blob.digest, Part{blob.size, std::move(open)}).second;
    changed_ = changed_ || is_new;
    return is_new;
  }

  void tag(const Closure& closure, const Descriptor& manifest, const std::string& name, const Annotations& more) {
    const auto held = find_tag(index_, name, to_.file.string());
    if (held && held->digest == manifest.digest) return;
    const auto found = std::find_if(closure.manifests.begin(), closure.manifests.end(), [&](const FoundManifest& each) {
      return each.manifest.descriptor.digest == manifest.digest;
    });
    set_tag(index_, found->manifest.descriptor, found->links.artifact_type, name, more);
    ++counts_.tags_set;
    changed_ = true;
  }

  void write() {
    AtomicFile file(to_.file);
    if (zstd_) {
      ZstdSink packed(file.sink());
      write_tar(packed);
      packed.finish();
    } else {
      write_tar(file.sink());
    }
    held_.commit(file);
  }

  void write_tar(ByteSink& sink) {
    std::uint64_t total = 0;
    for (const auto& [digest, part] : parts_) total += part.size;
    CopyProgress progress(options_.reporter, total);
    TarWriter tar(sink);
    for (const auto& [digest, part] : parts_) {
      const Descriptor blob{{}, digest, part.size, {}, {}, {}};
      VerifyingSource content(progress.counted(blob, part.open)(0), digest, part.size);
      tar.add_file(blob_path(digest), Executable::No, part.size, content);
    }
    tar.add_file("index.json", Executable::No, index_bytes(index_));
    if (const std::string images = docker_manifest(index_, parts_); !images.empty())
      tar.add_file("manifest.json", Executable::No, images);
    tar.add_file("oci-layout", Executable::No, kLayoutVersionFile);
    tar.finish();
  }

  StoreReader& from_;
  const ArchiveDestination& to_;
  const CopyOptions& options_;
  bool zstd_;
  Held held_;
  ImageIndex index_;
  Parts parts_;
  CopyCounts counts_;
  bool changed_ = false;
};

}  // namespace

CopyCounts copy_to_archive(StoreReader& from, const ArchiveDestination& to, const Descriptor& manifest, ForceTag force,
                           const CopyOptions& options) {
  check_tag(to.tag);
  return with_context(
      [&] {
        return fmt::format("while copying {} from '{}' to '{}'", manifest.digest.to_string(), from.name(),
                           to.file.string());
      },
      [&] { return ArchiveWriter(from, to, options).copy(manifest, force); });
}

}  // namespace waybill::oci
