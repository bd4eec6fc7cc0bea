#pragma once
// What an archive will hold, before it is written: an index and, by digest, where each blob comes from. The tar that it
// becomes is a function of this alone, and its size is known before the first byte of it.
#include <cstdint>
#include <map>
#include <string>

#include "core/tar_writer.h"
#include "oci/archive_file.h"
#include "oci/closure.h"
#include "oci/layout_index.h"
#include "oci/partial_archive.h"
#include "oci/progress.h"

namespace waybill::oci {

// What containerd's import and `docker load` call an image: the annotation, and its value in an archive of ours the
// whole name where it comes from, "registry.example.com/team/app:1.0".
inline constexpr std::string_view kImageName = "io.containerd.image.name";

class ArchiveContents {
 public:
  struct Part {
    std::uint64_t size = 0;
    OpenBlob open;
  };

  ArchiveContents();
  explicit ArchiveContents(ImageIndex index) : index_(std::move(index)) {}

  [[nodiscard]] ImageIndex& index() noexcept { return index_; }
  [[nodiscard]] const ImageIndex& index() const noexcept { return index_; }
  [[nodiscard]] bool has(const Digest& digest) const { return parts_.contains(digest); }
  // Whether it is new.
  bool add(const Descriptor& blob, OpenBlob open);
  // Of all blobs.
  [[nodiscard]] std::uint64_t bytes() const noexcept;

  // The files of the layout, in byte order of their paths, without the end of the tar. `progress` counts the blobs'
  // bytes.
  void write(TarWriter& tar, CopyProgress& progress) const;
  // The same with the end of the tar, going on where another process stopped.
  void write(PartialArchive& archive, CopyProgress& progress) const;
  // How many bytes that writes.
  [[nodiscard]] std::uint64_t tar_size() const;
  // The digest of the list of these files; archive_root() of what was written.
  [[nodiscard]] Digest root() const;

 private:
  [[nodiscard]] std::map<std::string, std::string> documents() const;  // the files that are no blobs

  ImageIndex index_;
  std::map<Digest, Part> parts_;  // in byte order of their paths
};

// SHA-256 of a list of all files of the layout, in byte order of their paths: blobs by the digests that they are named
// by, the few others by their content. Equal roots, equal archives. What does not belong to a layout is left out only
// if its name begins with "waybill-". InvalidInput for other files.
[[nodiscard]] Digest archive_root(const ArchiveFile& archive);

}  // namespace waybill::oci
