#include "oci/docker_archive.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/compression.h"
#include "core/error.h"
#include "core/json/reader.h"
#include "oci/media_types.h"
#include "oci/reference.h"

namespace waybill::oci {
namespace {

constexpr std::uint64_t kLargestList = 4ULL << 20;
constexpr std::size_t kMostImages = 1000;
constexpr std::size_t kMostLayers = 1000;  // docker builds at most 127

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorCode::InvalidInput, what); }

const std::string& text_of(const Value& value, const std::string& where) {
  if (!value.is_string()) refuse(fmt::format("{} is {}, expected text", where, value.kind_name()));
  return value.as_string();
}

// A list of texts; absent or null is an empty one.
std::vector<std::string> texts(const Value& map, std::string_view key, const std::string& where) {
  std::vector<std::string> result;
  const Value* list = map.find(key);
  if (list == nullptr || list->is_null()) return result;
  if (!list->is_list()) refuse(fmt::format("'{}' of {} is {}, expected a list", key, where, list->kind_name()));
  if (list->items().size() > kMostLayers) refuse(fmt::format("'{}' of {} has too many entries", key, where));
  for (const Value& item : list->items())
    result.push_back(text_of(item, fmt::format("an entry of '{}' of {}", key, where)));
  return result;
}

// The tag of "registry:5000/app:1.0"; empty without one.
std::string_view tag_of_name(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  if (colon == std::string_view::npos || !is_tag(name.substr(colon + 1))) return {};
  return name.substr(colon + 1);
}

std::vector<Digest> diff_ids(std::string_view config, const std::string& where) {
  const Value document = json::parse(config, where);
  const Value* root = document.find("rootfs");
  if (root == nullptr || !root->is_map()) refuse(fmt::format("{} has no 'rootfs'", where));
  std::vector<Digest> result;
  for (const std::string& text : texts(*root, "diff_ids", where)) {
    const auto digest = Digest::try_parse(text);
    if (!digest) refuse(fmt::format("'{}' in the 'diff_ids' of {} is no digest", text.substr(0, 100), where));
    result.push_back(*digest);
  }
  return result;
}

}  // namespace

std::unique_ptr<DockerArchive> DockerArchive::open(const std::filesystem::path& file) {
  return std::unique_ptr<DockerArchive>(new DockerArchive(open_archive_file(file)));
}

DockerArchive::DockerArchive(ArchiveFile archive) : archive_(std::move(archive)) {
  const std::string& file = archive_.file.name();
  if (archive_.find("manifest.json") == nullptr) {
    const bool is_layout = archive_.find("oci-layout") != nullptr;
    throw Error(ErrorCode::NotFound, fmt::format("'{}' is no docker archive: it has no file 'manifest.json'", file))
        .hint(is_layout ? fmt::format("it is a layout: oci-archive:{}", file)
                        : "archives of docker older than 1.10 are not read");
  }
  with_context([&] { return fmt::format("while reading 'manifest.json' of '{}'", file); },
               [&] {
                 const Value list = json::parse(archive_.text("manifest.json", kLargestList), "manifest.json");
                 if (!list.is_list()) refuse(fmt::format("it is {}, expected a list", list.kind_name()));
                 if (list.items().size() > kMostImages) refuse("it lists too many images");
                 for (std::size_t i = 0; i < list.items().size(); ++i)
                   images_.push_back(read_image(list.items()[i], fmt::format("image {}", i + 1)));
               });
}

DockerArchive::Image DockerArchive::read_image(const Value& item, const std::string& where) {
  if (!item.is_map()) refuse(fmt::format("{} is {}, expected a mapping", where, item.kind_name()));
  const Value* path = item.find("Config");
  if (path == nullptr) refuse(fmt::format("{} has no 'Config'", where));
  const std::string config_path = text_of(*path, fmt::format("'Config' of {}", where));
  const std::string config = archive_.text(config_path, kLargestManifest);
  const std::vector<std::string> layers = texts(item, "Layers", where);
  const std::vector<Digest> contents = diff_ids(config, fmt::format("'{}'", config_path));
  if (layers.size() != contents.size()) {
    refuse(fmt::format("{} has {} layers and its config has {} 'diff_ids'", where, layers.size(), contents.size()));
  }
  ImageManifest manifest{
      std::string(media_type::kImageManifest), {}, describe(config, media_type::kImageConfig), {}, {}, {}};
  blobs_.insert_or_assign(manifest.config.digest, *archive_.find(config_path));
  for (std::size_t i = 0; i < layers.size(); ++i) manifest.layers.push_back(read_layer(layers[i], contents[i]));
  std::string bytes = to_bytes(manifest);
  Descriptor descriptor = describe(bytes, media_type::kImageManifest);
  return {{std::move(descriptor), std::move(bytes)}, texts(item, "RepoTags", where)};
}

Descriptor DockerArchive::read_layer(const std::string& path, const Digest& diff_id) {
  const TarEntry* entry = archive_.find(path);
  if (entry == nullptr) throw Error(ErrorCode::NotFound, fmt::format("the archive has no layer '{}'", path));
  std::array<std::byte, 4> first{};
  const std::size_t count =
      archive_.file.read_at(entry->offset, std::span(first).first(std::min<std::size_t>(first.size(), entry->size)));
  const Compression compression = compression_of(as_text(Bytes(first).first(count)));
  if (compression == Compression::None) {
    // Its digest is the diffID: whoever reads it finds out whether that is true.
    blobs_.insert_or_assign(diff_id, *entry);
    return {std::string(media_type::kLayerTar), diff_id, entry->size, {}, {}, {}};
  }
  if (const auto known = layers_.find(path); known != layers_.end()) return known->second;
  class Hashed final : public ByteSource {
   public:
    explicit Hashed(ByteSource& inner) noexcept : inner_(inner) {}
    std::size_t read(std::span<std::byte> buffer) override {
      const std::size_t got = inner_.read(buffer);
      hash_.update(Bytes(buffer).first(got));
      return got;
    }
    Digest finish() { return hash_.finish(); }

   private:
    ByteSource& inner_;
    Sha256 hash_;
  };
  const std::unique_ptr<ByteSource> source = archive_.file.open(entry->offset, entry->size);
  Hashed packed(*source);
  DecompressingSource plain(packed, path);
  NullSink nowhere;
  HashingSink content(nowhere, diff_id.algorithm());
  waybill::copy(plain, content);
  if (const Digest actual = content.finish(); actual != diff_id) {
    throw Error(ErrorCode::Untrusted, fmt::format("the layer '{}' is {} unpacked, and its config says {}", path,
                                                  actual.to_string(), diff_id.to_string()));
  }
  Descriptor layer{
      std::string(compression == Compression::Gzip ? media_type::kLayerTarGzip : media_type::kLayerTarZstd),
      packed.finish(),
      entry->size,
      {},
      {},
      {}};
  blobs_.insert_or_assign(layer.digest, *entry);
  layers_.emplace(path, layer);
  return layer;
}

bool DockerArchive::exists_blob(const Descriptor& descriptor) {
  const auto found = blobs_.find(descriptor.digest);
  return found != blobs_.end() && found->second.size == descriptor.size;
}

std::unique_ptr<ByteSource> DockerArchive::open_blob(const Descriptor& descriptor, std::uint64_t offset) {
  const auto found = blobs_.find(descriptor.digest);
  if (found == blobs_.end())
    throw Error(ErrorCode::NotFound, fmt::format("'{}' has no blob {}", name(), descriptor.digest.to_string()));
  const std::uint64_t skipped = std::min(offset, found->second.size);
  return archive_.file.open(found->second.offset + skipped, found->second.size - skipped);
}

std::optional<FetchedManifest> DockerArchive::fetch_manifest(const Digest& digest) {
  for (const Image& image : images_) {
    if (image.manifest.descriptor.digest == digest) return image.manifest;
  }
  return std::nullopt;
}

std::optional<FetchedManifest> DockerArchive::fetch_tagged(const std::string& tag) {
  const std::optional<Descriptor> found = resolve(tag);
  return found ? fetch_manifest(found->digest) : std::nullopt;
}

std::optional<Descriptor> DockerArchive::resolve(const std::string& tag) {
  std::vector<std::string> names;
  const Image* found = nullptr;
  bool several = false;
  for (const Image& image : images_) {
    for (const std::string& own : image.names) {
      if (tag_of_name(own) != tag) continue;
      several = several || (found != nullptr && found->manifest.descriptor.digest != image.manifest.descriptor.digest);
      found = &image;
      names.push_back(own);
    }
  }
  if (several) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' has several images with the tag '{}': {}", name(), tag, fmt::join(names, ", ")));
  }
  return found == nullptr ? std::nullopt : std::optional(found->manifest.descriptor);
}

std::optional<Descriptor> DockerArchive::resolve(const Digest& digest) {
  const std::optional<FetchedManifest> found = fetch_manifest(digest);
  return found ? std::optional(found->descriptor) : std::nullopt;
}

std::vector<std::string> DockerArchive::list_tags() {
  std::vector<std::string> result;
  for (const Image& image : images_) {
    for (const std::string& own : image.names) {
      if (const std::string_view tag = tag_of_name(own); !tag.empty()) result.emplace_back(tag);
    }
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::optional<Descriptor> DockerArchive::sole_manifest() {
  if (images_.size() != 1) return std::nullopt;
  return images_.front().manifest.descriptor;
}

}  // namespace waybill::oci
