#include "oci/archive_contents.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"
#include "core/json/writer.h"
#include "oci/media_types.h"
#include "oci/reference.h"

namespace waybill::oci {
namespace {

constexpr std::string_view kOurs = "waybill-";

bool is_file_system_layer(const Descriptor& layer) {
  return layer.media_type.find(".image.layer.v1.tar") != std::string::npos ||
         layer.media_type.find(".image.rootfs.diff.tar") != std::string::npos;
}

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
std::string docker_manifest(const ImageIndex& index, const std::map<Digest, ArchiveContents::Part>& parts) {
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

// What is there of a blob is hashed, and the rest fetched. Whether the whole is what it should be; Untrusted when
// nothing was there, so that the source is to blame.
bool complete_blob(PartialArchive& archive, const Descriptor& blob, const OpenBlob& open, CopyProgress& progress) {
  Hasher hash(blob.digest.algorithm());
  const std::uint64_t kept = archive.take_over(blob.size, hash);
  if (kept == blob.size && kept != 0) {
    if (hash.finish() != blob.digest) return false;
    progress.skipped(blob);
    return true;
  }
  try {
    VerifyingSource rest(progress.counted(blob, open)(kept), blob.digest, blob.size, std::move(hash), kept);
    copy(rest, archive);
    return true;
  } catch (const Error& failure) {
    if (failure.code() != ErrorCode::Untrusted || kept == 0) throw;
    return false;
  }
}

void write_blob(PartialArchive& archive, const Descriptor& blob, const OpenBlob& open, CopyProgress& progress) {
  const std::uint64_t begin = archive.position();
  if (complete_blob(archive, blob, open, progress)) return;
  archive.go_back(begin);
  static_cast<void>(complete_blob(archive, blob, open, progress));
}

// A line of the list of which the root is the digest.
class RootHash {
 public:
  RootHash() { hash_.update("waybill-archive/1\n"); }
  void add(const std::string& path, std::uint64_t size, const Digest& content) {
    hash_.update(fmt::format("{} {} {}\n", content.hex(), size, path));
  }
  [[nodiscard]] Digest finish() { return hash_.finish(); }

 private:
  Sha256 hash_;
};

// A blob is what its name says; readers of its bytes see to that.
Digest content_of(const ArchiveFile& archive, const std::string& path) {
  if (const std::optional<Digest> named = digest_of_path(path)) return *named;
  if (!path.starts_with(kBlobFolder)) return sha256(archive.text(path, kLargestManifest));
  throw Error(ErrorCode::InvalidInput, fmt::format("the archive '{}' is refused: it holds '{}', which is no blob",
                                                   archive.file.name(), path.substr(0, 200)));
}

}  // namespace

ArchiveContents::ArchiveContents() { index_.media_type = media_type::kImageIndex; }

bool ArchiveContents::add(const Descriptor& blob, OpenBlob open) {
  return parts_.emplace(blob.digest, Part{blob.size, std::move(open)}).second;
}

std::uint64_t ArchiveContents::bytes() const noexcept {
  std::uint64_t total = 0;
  for (const auto& [digest, part] : parts_) total += part.size;
  return total;
}

std::map<std::string, std::string> ArchiveContents::documents() const {
  std::map<std::string, std::string> files{{"index.json", index_bytes(index_)},
                                           {"oci-layout", std::string(kLayoutVersionFile)}};
  if (std::string images = docker_manifest(index_, parts_); !images.empty())
    files.emplace("manifest.json", std::move(images));
  return files;
}

void ArchiveContents::write(TarWriter& tar, CopyProgress& progress) const {
  for (const auto& [digest, part] : parts_) {
    const Descriptor blob{{}, digest, part.size, {}, {}, {}};
    VerifyingSource content(progress.counted(blob, part.open)(0), digest, part.size);
    tar.add_file(blob_path(digest), Executable::No, part.size, content);
  }
  for (const auto& [path, bytes] : documents()) tar.add_file(path, Executable::No, bytes);
}

void ArchiveContents::write(PartialArchive& archive, CopyProgress& progress) const {
  TarWriter tar(archive);
  for (const auto& [digest, part] : parts_) {
    const Descriptor blob{{}, digest, part.size, {}, {}, {}};
    tar.begin_file(blob_path(digest), Executable::No, part.size);
    write_blob(archive, blob, part.open, progress);
    tar.end_file(part.size);
  }
  for (const auto& [path, bytes] : documents()) tar.add_file(path, Executable::No, bytes);
  tar.finish();
}

std::uint64_t ArchiveContents::tar_size() const {
  CountingSink sink;
  TarWriter tar(sink);
  for (const auto& [digest, part] : parts_) {
    tar.begin_file(blob_path(digest), Executable::No, part.size);
    sink.skip(part.size);
    tar.end_file(part.size);
  }
  for (const auto& [path, bytes] : documents()) tar.add_file(path, Executable::No, bytes);
  return sink.count();
}

Digest ArchiveContents::root() const {
  RootHash hash;
  for (const auto& [digest, part] : parts_) hash.add(blob_path(digest), part.size, digest);
  for (const auto& [path, bytes] : documents()) hash.add(path, bytes.size(), sha256(bytes));
  return hash.finish();
}

Digest archive_root(const ArchiveFile& archive) {
  RootHash hash;
  for (const auto& [path, entry] : archive.index.files) {
    if (path.starts_with(kOurs)) continue;
    hash.add(path, entry.size, content_of(archive, path));
  }
  return hash.finish();
}

}  // namespace waybill::oci
