// manifest.json of docker archives: what is taken names images whose manifests can be read and whose blobs are there.
#include <fmt/core.h>
#include <sys/mman.h>

#include "core/error.h"
#include "core/tar_writer.h"
#include "oci/docker_archive.h"
#include "tests/fuzz/support.h"

namespace waybill {
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  StringSink sink;
  TarWriter tar(sink);
  tar.add_file("c.json", Executable::No,
               R"({"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:)"
               R"(2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"]}})");  // of "x"
  tar.add_file("l/layer.tar", Executable::No, "x");
  tar.add_file("manifest.json", Executable::No, fuzz::as_text(data, size));
  tar.finish();
  const UniqueFd fd(::memfd_create("fuzz", MFD_CLOEXEC));
  FdSink(UniqueFd(::dup(fd.get())), "fuzz").write(sink.text());
  try {
    const auto archive = oci::DockerArchive::open(fmt::format("/proc/self/fd/{}", fd.get()));
    for (const std::string& tag : archive->list_tags()) {
      const auto manifest = archive->fetch_tagged(tag);
      fuzz::require(manifest.has_value(), "a tag that is listed names something");
      const oci::ManifestLinks links = oci::links_of(manifest->bytes, manifest->descriptor.media_type);
      for (const oci::Descriptor& blob : links.blobs) fuzz::require(archive->exists_blob(blob), "its blobs are there");
    }
  } catch (const Error& error) {
    const bool expected = error.code() == ErrorCode::InvalidInput || error.code() == ErrorCode::NotFound;
    fuzz::require(expected, "what is refused is invalid input or names what is missing");
  }
  return 0;
}
}  // namespace waybill
