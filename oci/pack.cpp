#include "oci/pack.h"

#include <fmt/core.h>

#include <chrono>

#include "core/error.h"
#include "core/gzip.h"
#include "core/json/reader.h"
#include "core/json/writer.h"

namespace waybill::oci {
namespace {

constexpr std::uint64_t kLargestConfig = 4ULL << 20;

// Also passes on what it reads, so that the diffID is that of the very bytes that were unpacked.
class HashingSource final : public ByteSource {
 public:
  explicit HashingSource(ByteSource& inner) noexcept : inner_(inner) {}
  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = inner_.read(buffer);
    hash_.update(Bytes(buffer.first(count)));
    return count;
  }
  [[nodiscard]] Digest finish() { return hash_.finish(); }

 private:
  ByteSource& inner_;
  Sha256 hash_;
};

std::string image_config(const Digest& diff_id, const std::string& created) {
  // Architecture and operating system are mandatory (image-spec 1.1, "Image Configuration"); a bundle has neither.
  Value config = Value::map();
  config.set("created", created);
  config.set("architecture", "unknown");
  config.set("os", "unknown");
  config.set("config", Value::map());
  config.set("rootfs", Value::map({{"type", "layers"}, {"diff_ids", Value::list({diff_id.to_string()})}}));
  return json::write(config);
}

bool is_content_layer(std::string_view media_type) noexcept {
  return media_type.ends_with("tar") || media_type.ends_with("tar+gzip") || media_type.ends_with("tar.gzip");
}

Descriptor only_content_layer(const ImageManifest& manifest) {
  const Descriptor* found = nullptr;
  for (const Descriptor& layer : manifest.layers) {
    if (!is_content_layer(layer.media_type)) continue;
    if (found != nullptr) throw Error(ErrorCode::InvalidInput, "the artifact has several content layers, expected one");
    found = &layer;
  }
  if (found == nullptr) throw Error(ErrorCode::InvalidInput, "the artifact has no layer of type tar or tar+gzip");
  return *found;
}

// The diffID that an image config promises for the content layer; nullopt for configs of other types.
std::optional<Digest> promised_diff_id(StoreReader& store, const ImageManifest& manifest) {
  if (manifest.config.media_type != media_type::kImageConfig) return std::nullopt;
  const Value config = json::parse(fetch_bytes(store, manifest.config, kLargestConfig), "image config");
  const Value* rootfs = config.find("rootfs");
  const Value* ids = rootfs == nullptr ? nullptr : rootfs->find("diff_ids");
  if (ids == nullptr || !ids->is_list() || ids->items().size() != manifest.layers.size()) {
    throw Error(ErrorCode::InvalidInput, "the image config does not have one diff_id for each layer");
  }
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    if (!is_content_layer(manifest.layers[i].media_type)) continue;
    const Value& id = ids->items()[i];
    if (!id.is_string()) throw Error(ErrorCode::InvalidInput, "a diff_id of the image config is no text");
    return Digest::parse(id.as_string());
  }
  return std::nullopt;
}

}  // namespace

std::string rfc3339(std::int64_t seconds_since_1970) {
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds_since_1970)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

Packed pack_tree(const FileTree& tree, const PackOptions& options) {
  StringSink compressed;
  HashingSink layer_hash(compressed);
  GzipSink gzip(layer_hash);
  HashingSink tar_hash(gzip);
  write_tar(tree, tar_hash);
  gzip.finish();
  const Digest diff_id = tar_hash.finish();
  const std::uint64_t layer_size = layer_hash.size();
  Descriptor layer{std::string(media_type::kLayerTarGzip), layer_hash.finish(), layer_size, {}, {}, {}};
  if (!options.layer_title.empty()) layer.annotations.emplace(annotation::kTitle, options.layer_title);

  const std::string created = rfc3339(options.created);
  const bool image = options.config_type == ConfigType::Image;
  std::string config_bytes = image ? image_config(diff_id, created) : std::string(kEmptyJson);
  ImageManifest manifest{std::string(media_type::kImageManifest),
                         options.artifact_type,
                         describe(config_bytes, image ? media_type::kImageConfig : media_type::kEmpty),
                         {layer},
                         {},
                         options.annotations};
  manifest.annotations.try_emplace(std::string(annotation::kCreated), created);
  std::string manifest_bytes = to_bytes(manifest);
  Descriptor descriptor = describe(manifest_bytes, media_type::kImageManifest);
  descriptor.artifact_type = options.artifact_type;
  return {std::move(descriptor),
          std::move(manifest_bytes),
          std::move(manifest.config),
          std::move(config_bytes),
          std::move(layer),
          compressed.take(),
          diff_id};
}

Pushed push(Store& store, const Packed& packed) {
  store.push_blob(packed.config, opener(packed.config_bytes));
  store.push_blob(packed.layer, opener(packed.layer_bytes));
  return push_manifest(store, packed.manifest_bytes, packed.manifest.media_type);
}

Unpacked unpack_tree(StoreReader& store, const Descriptor& descriptor, const TarLimits& limits) {
  return with_context(
      [&] { return fmt::format("while unpacking {}", descriptor.digest.to_string()); },
      [&]() -> Unpacked {
        const FetchedManifest fetched = require_manifest(store, descriptor.digest);
        ImageManifest manifest = parse_image_manifest(fetched.bytes, fetched.descriptor.media_type);
        const Descriptor layer = only_content_layer(manifest);
        const std::optional<Digest> promised = promised_diff_id(store, manifest);
        if (layer.size > limits.bytes) {
          throw Error(ErrorCode::InvalidInput,
                      fmt::format("the layer has {} bytes, more than the limit of {}", layer.size, limits.bytes));
        }
        const std::unique_ptr<ByteSource> blob = store.fetch_blob(layer);
        const bool compressed = !layer.media_type.ends_with("tar");
        std::optional<GunzipSource> gunzip;
        if (compressed) gunzip.emplace(*blob, "the layer");
        // Contents are counted by read_tar; headers and padding are bounded here.
        LimitedSource limited(compressed ? static_cast<ByteSource&>(*gunzip) : *blob,
                              limits.bytes + limits.entries * 4096, "the layer");
        HashingSource tar(limited);
        Unpacked result{read_tar(tar, limits), layer.digest, std::move(manifest)};
        NullSink rest;
        copy(tar, rest);    // to the end of the tar: the diffID is that of all bytes
        copy(*blob, rest);  // to the end of the blob: only there is it verified
        result.diff_id = tar.finish();
        if (promised && *promised != result.diff_id) {
          throw Error(ErrorCode::Untrusted, fmt::format("the layer's content is {}, but the image config promises {}",
                                                        result.diff_id.to_string(), promised->to_string()));
        }
        return result;
      });
}

}  // namespace waybill::oci
