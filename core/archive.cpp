#include "core/archive.h"

#include <fmt/core.h>
#include <locale.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>

#include "core/compression.h"
#include "core/error.h"
#include "core/handle.h"
#include "core/interrupt.h"
#include "core/libarchive.h"
#include "core/tar_header.h"
#include "core/tar_writer.h"

namespace waybill {
namespace {

constexpr std::size_t kChunk = std::size_t{64} * 1024;

// libarchive turns names between the archive's and the locale's encoding: in the C locale names that are not ASCII are
// lost. This gives the calling thread a UTF-8 locale and takes it back.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (!locale_) throw Error(ErrorCode::Unavailable, "the locale 'C.UTF-8' is missing on this machine");
    previous_ = uselocale(locale_.get());
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() { uselocale(previous_); }

 private:
  Handle<std::remove_pointer_t<locale_t>, freelocale> locale_;
  locale_t previous_ = nullptr;
};

class TreeBuilder {
 public:
  explicit TreeBuilder(const TarLimits& limits) : limits_(limits), rest_(limits.bytes) {}

  void add(ArchiveReader& reader, archive_entry* entry) {
    if (++entries_ > limits_.entries) refuse_archive(fmt::format("more than {} entries", limits_.entries));
    const char* written = libarchive().archive_entry_pathname(entry);
    if (written == nullptr) refuse_archive("an entry has a name that is not UTF-8");
    std::string_view name = written;
    if (name.starts_with("./")) name.remove_prefix(2);
    const auto type = libarchive().archive_entry_filetype(entry);
    if (libarchive().archive_entry_hardlink(entry) != nullptr || type == AE_IFLNK)
      refuse_archive(fmt::format("'{}' is a link", written));
    if (type != AE_IFREG && type != AE_IFDIR)
      refuse_archive(fmt::format("'{}' is neither a file nor a folder", written));
    if (type == AE_IFDIR) {
      if (name.ends_with('/')) name.remove_suffix(1);
      if (name.empty() || name == ".") return;  // the top
    }
    if (name.size() > limits_.path_length)
      refuse_archive(fmt::format("a path is longer than {} bytes", limits_.path_length));
    const std::optional<RelPath> path = RelPath::try_parse(name);
    if (!path) refuse_archive(fmt::format("'{}' is not a clean relative path", printable(name)));
    if (!seen_.insert(*path).second) refuse_archive(fmt::format("'{}' is in it twice", path->text()));
    if (type == AE_IFREG) add_file(reader, entry, *path);
  }

  FileTree take() { return std::move(tree_); }

 private:
  static std::string printable(std::string_view name) {
    std::string result(name.substr(0, 200));
    std::ranges::replace_if(
        result, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return result;
  }

  void add_file(ArchiveReader& reader, archive_entry* entry, const RelPath& path) {
    const auto size = libarchive().archive_entry_size(entry);
    if (size < 0 || static_cast<std::uint64_t>(size) > rest_)
      refuse_archive(fmt::format("its files are larger than {} bytes", limits_.bytes));
    // The size is only claimed: memory grows with what is really there.
    std::string bytes;
    std::array<std::byte, kChunk> buffer;
    while (const std::size_t count = reader.read(buffer)) {
      if (count > rest_) refuse_archive(fmt::format("its files are larger than {} bytes", limits_.bytes));
      rest_ -= count;
      bytes += as_text(Bytes(buffer).first(count));
    }
    const bool executable = (libarchive().archive_entry_perm(entry) & 0100) != 0;
    tree_.add(path, std::move(bytes), executable ? Executable::Yes : Executable::No);
  }

  const TarLimits& limits_;
  std::uint64_t rest_;
  std::uint64_t entries_ = 0;
  std::set<RelPath> seen_;
  FileTree tree_;
};

FileTree read_plain_tar(ByteSource& source, const TarLimits& limits) {
  // Headers, pax records and padding come on top of the contents; a stream far larger than those is a bomb.
  const std::uint64_t stream_limit = limits.bytes + limits.entries * (8 * tar::kBlock + limits.path_length) + (1 << 20);
  LimitedSource limited(source, stream_limit, "archive");
  ArchiveReader reader(limited);
  reader.support(libarchive().archive_read_support_format_tar);
  reader.open();
  TreeBuilder builder(limits);
  while (archive_entry* entry = reader.next()) {
    throw_if_interrupted();
    builder.add(reader, entry);
  }
  if (!reader.only_zeros_left()) refuse_archive("there is data after its end");
  return builder.take();
}

}  // namespace

void write_tar(const FileTree& tree, ByteSink& sink) {
  TarWriter tar(sink);
  for (const auto& [path, file] : tree.files()) tar.add_file(path.text(), file.executable, file.bytes);
  tar.finish();
}

FileTree read_tar(ByteSource& source, const TarLimits& limits) {
  const Utf8Locale locale;
  DecompressingSource plain(source, "archive");
  return read_plain_tar(plain, limits);
}

}  // namespace waybill
