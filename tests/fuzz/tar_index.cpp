// The index of a tar: every content lies inside the file, and what libarchive reads from the same bytes is the same.
#include <sys/mman.h>
#include <unistd.h>

#include <optional>

#include "core/archive.h"
#include "core/compression.h"
#include "core/error.h"
#include "core/tar_index.h"
#include "tests/fuzz/support.h"

namespace waybill {
namespace {

RandomAccessFile in_memory(std::string_view bytes) {
  UniqueFd fd(::memfd_create("fuzz", MFD_CLOEXEC));
  FdSink(UniqueFd(::dup(fd.get())), "fuzz").write(bytes);
  return {std::move(fd), "fuzz"};
}

std::optional<FileTree> by_libarchive(std::string_view bytes) {
  try {
    SpanSource source(bytes);
    return read_tar(source, {.entries = 100, .bytes = 1 << 20});
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::as_text(data, size);
  if (compression_of(bytes) != Compression::None) return 0;
  const RandomAccessFile file = in_memory(bytes);
  TarIndex index;
  try {
    index = read_tar_index(file, {.entries = 100});
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::InvalidInput, "bad input is reported as such");
    return 0;
  }
  for (const auto& [path, entry] : index.files)
    fuzz::require(entry.offset <= size && entry.size <= size - entry.offset, "a content lies inside the file");
  const std::optional<FileTree> tree = by_libarchive(bytes);
  if (!tree) return 0;
  fuzz::require(tree->size() == index.files.size() && index.links.empty(), "both see the same files");
  for (const auto& [path, found] : tree->files()) {
    const auto entry = index.files.find(path.text());
    fuzz::require(entry != index.files.end(), "both see the same files");
    fuzz::require(bytes.substr(entry->second.offset, entry->second.size) == found.bytes, "with the same contents");
  }
  return 0;
}
}  // namespace waybill
