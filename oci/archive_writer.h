#pragma once
// Copies into an archive: an OCI image layout as one tar, which docker and containerd can load as well.
//
// The tar is a function of what is in it: files in byte order of their paths, each blob once, written straight from
// where it comes from into a file beside the final name, which takes that name when all is there. Nothing is changed
// in place: what an archive holds already is taken over into the new one.
#include <filesystem>
#include <span>
#include <string>

#include "oci/copy.h"

namespace waybill::oci {

struct ArchiveDestination {
  std::filesystem::path file;  // ".tar.zst" or ".tzst": compressed; ".tar.gz" and ".tgz" are refused
  std::string tag;
  // The image's whole name where it comes from, "registry.example.com/team/app:1.0": what `docker load` and
  // `ctr images import` shall call it. Empty: they are told no name.
  std::string image_name;
};

struct ArchiveArtifact {
  Descriptor manifest;
  std::string tag;
  std::string image_name;  // as above
};

// Throws Conflict when the tag is taken and not forced, when another process changes the archive meanwhile, and when
// the file is there and is no archive; then nothing was written.
CopyOutcome copy_to_archive(StoreReader& from, const ArchiveDestination& to, const Descriptor& manifest, ForceTag force,
                            const CopyOptions& options = {});
// Several at once: the archive is written once.
CopyOutcome copy_to_archive(StoreReader& from, const std::filesystem::path& file,
                            std::span<const ArchiveArtifact> artifacts, ForceTag force,
                            const CopyOptions& options = {});

}  // namespace waybill::oci
