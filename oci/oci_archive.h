#pragma once
// A store in a tar, to be read: an OCI image layout as one file (what skopeo, podman and docker call oci-archive), also
// compressed with gzip or zstd. It is not unpacked but indexed, and each blob is read where it lies
// (oci/archive_file.h). oci/archive_writer.h writes one.
#include <filesystem>
#include <memory>

#include "oci/archive_file.h"
#include "oci/layout_reader.h"

namespace waybill::oci {

class OciArchive final : public LayoutReader<StoreReader> {
 public:
  // Throws NotFound when the file is not there or no layout is in it; InvalidInput for a tar that is refused (links,
  // paths that lead out, duplicates, damage: core/tar_index.h) and for an index.json that cannot be read.
  [[nodiscard]] static std::unique_ptr<OciArchive> open(const std::filesystem::path& file);
  // The same of an uncompressed tar, whatever holds its bytes.
  [[nodiscard]] static std::unique_ptr<OciArchive> open(RandomAccessFile tar);

  [[nodiscard]] const ImageIndex& index() const noexcept { return index_; }
  [[nodiscard]] const ArchiveFile& archive() const noexcept { return archive_; }
  // Every blob that the archive holds, listed or not.
  [[nodiscard]] std::vector<Descriptor> blobs() const;

 private:
  explicit OciArchive(ArchiveFile archive);
  [[nodiscard]] std::string where() const override { return "oci-archive:" + archive_.file.name(); }
  [[nodiscard]] ImageIndex read_index() const override { return index_; }
  [[nodiscard]] std::optional<std::uint64_t> blob_size(const Digest& digest) const override;
  [[nodiscard]] std::unique_ptr<ByteSource> open_file(const Digest& digest, std::uint64_t offset) const override;

  ArchiveFile archive_;
  ImageIndex index_;
};

}  // namespace waybill::oci
