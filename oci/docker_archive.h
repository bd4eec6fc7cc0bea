#pragma once
// A store in what `docker save` writes, to be read: a tar with manifest.json (Docker Image Specification v1.2,
// "Combined Image JSON + Filesystem Changeset Format"). Such a tar has no manifests, so one is made for each image, as
// a function of the archive: OCI's media types, the config and the layers as they lie there, unchanged. Layers are
// never compressed or unpacked, so the layers' digests are the archive's own.
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "oci/archive_file.h"
#include "oci/manifest.h"
#include "oci/store.h"

namespace waybill::oci {

class DockerArchive final : public StoreReader {
 public:
  // Reads the configs, and each compressed layer once to know its digest. Throws NotFound when the file is not there or
  // has no manifest.json, InvalidInput for a list or a config that cannot be understood, Untrusted when a compressed
  // layer is not what its config says.
  [[nodiscard]] static std::unique_ptr<DockerArchive> open(const std::filesystem::path& file);

  [[nodiscard]] std::string name() const override { return "docker-archive:" + archive_.file.name(); }
  [[nodiscard]] bool exists_blob(const Descriptor& descriptor) override;
  [[nodiscard]] std::unique_ptr<ByteSource> open_blob(const Descriptor& descriptor, std::uint64_t offset) override;
  [[nodiscard]] std::optional<FetchedManifest> fetch_manifest(const Digest& digest) override;
  [[nodiscard]] std::optional<FetchedManifest> fetch_tagged(const std::string& tag) override;
  // The tag of a name: "1.0" for "registry.example.com/app:1.0". InvalidInput when several images have it.
  [[nodiscard]] std::optional<Descriptor> resolve(const std::string& tag) override;
  [[nodiscard]] std::optional<Descriptor> resolve(const Digest& digest) override;
  [[nodiscard]] std::vector<std::string> list_tags() override;
  // None: such an archive has no place for them.
  [[nodiscard]] std::vector<Descriptor> referrers(const Digest&, std::string_view = {}) override { return {}; }
  [[nodiscard]] std::optional<Descriptor> sole_manifest() override;

 private:
  struct Image {
    FetchedManifest manifest;
    std::vector<std::string> names;  // "registry.example.com/app:1.0"
  };

  explicit DockerArchive(ArchiveFile archive);
  [[nodiscard]] Image read_image(const Value& item, const std::string& where);
  [[nodiscard]] Descriptor read_layer(const std::string& path, const Digest& diff_id);

  ArchiveFile archive_;
  std::map<Digest, TarEntry> blobs_;
  std::map<std::string, Descriptor> layers_;  // by path, for images that share them
  std::vector<Image> images_;
};

}  // namespace waybill::oci
