#include "oci/oci_archive.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"
#include "oci/media_types.h"

namespace waybill::oci {

std::unique_ptr<OciArchive> OciArchive::open(const std::filesystem::path& file) {
  return std::unique_ptr<OciArchive>(new OciArchive(open_archive_file(file)));
}

std::unique_ptr<OciArchive> OciArchive::open(RandomAccessFile tar) {
  TarIndex index = read_tar_index(tar);
  return std::unique_ptr<OciArchive>(new OciArchive({std::move(tar), std::move(index)}));
}

OciArchive::OciArchive(ArchiveFile archive) : archive_(std::move(archive)) {
  const std::string& name = archive_.file.name();
  if (!archive_.index.links.empty()) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("the archive '{}' is refused: '{}' is a link", name, archive_.index.links.begin()->first));
  }
  if (archive_.find("oci-layout") == nullptr) {
    const bool docker = archive_.find("manifest.json") != nullptr;
    throw Error(ErrorCode::NotFound, fmt::format("'{}' is no OCI archive: it has no file 'oci-layout'", name))
        .hint(docker ? fmt::format("what docker save writes is read as docker-archive:{}", name) : std::string());
  }
  check_layout_version(archive_.text("oci-layout", std::uint64_t{64} * 1024), name);
  index_ = with_context(
      [&] { return fmt::format("while reading 'index.json' of '{}'", name); },
      [&] { return parse_image_index(archive_.text("index.json", kLargestManifest), media_type::kImageIndex); });
}

std::vector<Descriptor> OciArchive::blobs() const {
  std::vector<Descriptor> result;
  for (auto entry = archive_.index.files.lower_bound(kBlobFolder);
       entry != archive_.index.files.end() && entry->first.starts_with(kBlobFolder); ++entry) {
    if (const auto digest = digest_of_path(entry->first))
      result.push_back({{}, *digest, entry->second.size, {}, {}, {}});
  }
  return result;
}

std::optional<std::uint64_t> OciArchive::blob_size(const Digest& digest) const {
  const TarEntry* entry = archive_.find(blob_path(digest));
  return entry == nullptr ? std::nullopt : std::optional(entry->size);
}

std::unique_ptr<ByteSource> OciArchive::open_file(const Digest& digest, std::uint64_t offset) const {
  const TarEntry* entry = archive_.find(blob_path(digest));
  if (entry == nullptr)
    throw Error(ErrorCode::NotFound, fmt::format("'{}' has no blob {}", where(), digest.to_string()));
  const std::uint64_t skipped = std::min(offset, entry->size);
  return archive_.file.open(entry->offset + skipped, entry->size - skipped);
}

}  // namespace waybill::oci
