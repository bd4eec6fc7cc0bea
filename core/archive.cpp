#include "core/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>
#include <locale.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "core/dynamic_library.h"
#include "core/error.h"
#include "core/handle.h"
#include "core/interrupt.h"

namespace waybill {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kChunk = std::size_t{64} * 1024;

// --- Writing
// -----------------------------------------------------------------------------------------------------------------

// POSIX.1-2017, pax, "ustar Interchange Format": where a field lies in the header block and how long it is.
struct Field {
  std::size_t offset;
  std::size_t size;
};
constexpr Field kName{0, 100};
constexpr Field kMode{100, 8};
constexpr Field kUserId{108, 8};
constexpr Field kGroupId{116, 8};
constexpr Field kSize{124, 12};
constexpr Field kTime{136, 12};
constexpr Field kChecksum{148, 8};
constexpr Field kType{156, 1};
constexpr Field kMagic{257, 8};
constexpr Field kDeviceMajor{329, 8};
constexpr Field kDeviceMinor{337, 8};
constexpr Field kPrefix{345, 155};

constexpr std::uint64_t kLargestUstarFile = (1ULL << 33) - 1;  // eleven octal digits

using Block = std::array<char, kBlock>;

void put_text(Block& block, Field field, std::string_view text) {
  std::copy_n(text.begin(), std::min(text.size(), field.size),
              block.begin() + static_cast<std::ptrdiff_t>(field.offset));
}

struct UstarName {
  std::string_view prefix;
  std::string_view name;
};

// How the path is divided between the two fields: the longest name that fits. nullopt when it fits in no way.
std::optional<UstarName> divide(std::string_view path) {
  if (path.size() <= kName.size) return UstarName{{}, path};
  const std::size_t slash = path.find('/', path.size() - kName.size - 1);
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == path.size() || slash > kPrefix.size)
    return std::nullopt;
  return UstarName{path.substr(0, slash), path.substr(slash + 1)};
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

Block header(const UstarName& name, char type, unsigned mode, std::uint64_t size) {
  Block block{};
  put_text(block, kName, name.name);
  put_text(block, kMode, fmt::format("{:06o} ", mode));
  put_text(block, kUserId, "000000 ");
  put_text(block, kGroupId, "000000 ");
  put_text(block, kSize, fmt::format("{:011o} ", size));
  put_text(block, kTime, "00000000000 ");
  put_text(block, kChecksum, "        ");
  put_text(block, kType, std::string_view(&type, 1));
  put_text(block, kMagic,
           std::string_view("ustar\0"
                            "00",
                            8));
  put_text(block, kDeviceMajor, "000000 ");
  put_text(block, kDeviceMinor, "000000 ");
  put_text(block, kPrefix, name.prefix);
  const unsigned sum = std::accumulate(block.begin(), block.end(), 0U,
                                       [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
  put_text(block, kChecksum, fmt::format("{:06o}", sum));
  block[kChecksum.offset + 6] = '\0';  // and a space behind it, as above
  return block;
}

void write_block(const Block& block, ByteSink& sink) { sink.write(std::string_view(block.data(), block.size())); }

void write_content(std::string_view bytes, ByteSink& sink) {
  sink.write(bytes);
  static constexpr Block kZeros{};
  sink.write(std::string_view(kZeros.data(), (kBlock - bytes.size() % kBlock) % kBlock));
}

// "LENGTH path=PATH\n", where LENGTH counts itself.
std::string pax_path_record(std::string_view path) {
  const std::string rest = fmt::format(" path={}\n", path);
  std::size_t length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) ++length;
  return fmt::format("{}{}", length, rest);
}

void write_header(std::string_view path, char type, unsigned mode, std::uint64_t size, ByteSink& sink) {
  const std::optional<UstarName> name = divide(path);
  if (name && is_ascii(path)) {
    write_block(header(*name, type, mode, size), sink);
    return;
  }
  // Readers take the path from the record; the ustar fields only have to be there.
  const std::string record = pax_path_record(path);
  write_block(header({{}, fmt::format("PaxHeader/{}", path).substr(0, kName.size)}, 'x', 0644, record.size()), sink);
  write_content(record, sink);
  write_block(header({{}, path.substr(0, kName.size)}, type, mode, size), sink);
}

// The folders of `path` that are not folders of `previous`, outermost first.
void write_new_folders(std::string_view previous, std::string_view path, ByteSink& sink) {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    const std::string_view folder = path.substr(0, slash + 1);
    if (!previous.starts_with(folder)) write_header(folder, '5', 0755, 0, sink);
  }
}

}  // namespace

void write_tar(const FileTree& tree, ByteSink& sink) {
  std::string_view previous;
  for (const auto& [path, file] : tree.files()) {
    if (file.bytes.size() > kLargestUstarFile) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is too large for an archive: 8 GiB or more", path.text()));
    }
    write_new_folders(previous, path.text(), sink);
    write_header(path.text(), '0', file.executable == Executable::Yes ? 0755 : 0644, file.bytes.size(), sink);
    write_content(file.bytes, sink);
    previous = path.text();
  }
  static constexpr Block kEnd{};
  write_block(kEnd, sink);
  write_block(kEnd, sink);
}

// --- Reading
// -----------------------------------------------------------------------------------------------------------------

namespace {

// The functions of libarchive that we use.
struct LibArchive {
  DynamicLibrary library{WAYBILL_LIBARCHIVE_SONAME};
  WAYBILL_LIBRARY_FUNCTION(archive_read_new);
  WAYBILL_LIBRARY_FUNCTION(archive_read_free);
  WAYBILL_LIBRARY_FUNCTION(archive_read_support_format_raw);
  WAYBILL_LIBRARY_FUNCTION(archive_read_support_format_tar);
  WAYBILL_LIBRARY_FUNCTION(archive_read_support_filter_zstd);
  WAYBILL_LIBRARY_FUNCTION(archive_read_open);
  WAYBILL_LIBRARY_FUNCTION(archive_read_next_header);
  WAYBILL_LIBRARY_FUNCTION(archive_read_data);
  WAYBILL_LIBRARY_FUNCTION(archive_filter_bytes);
  WAYBILL_LIBRARY_FUNCTION(archive_error_string);
  WAYBILL_LIBRARY_FUNCTION(archive_entry_pathname);
  WAYBILL_LIBRARY_FUNCTION(archive_entry_filetype);
  WAYBILL_LIBRARY_FUNCTION(archive_entry_hardlink);
  WAYBILL_LIBRARY_FUNCTION(archive_entry_size);
  WAYBILL_LIBRARY_FUNCTION(archive_entry_perm);
};

const LibArchive& libarchive() {
  static const LibArchive functions;
  return functions;
}

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

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::InvalidInput, fmt::format("the archive is refused: {}", why));
}

// One libarchive reader over a ByteSource that somebody else keeps alive.
class Reader {
 public:
  explicit Reader(ByteSource& source)
      : source_(source), archive_(libarchive().archive_read_new(), libarchive().archive_read_free) {
    if (!archive_) throw std::bad_alloc();
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // `enable` chooses the formats: one of libarchive's read_support functions.
  void support(int (*enable)(archive*)) {
    // libarchive answers "warning" where it would start another program instead: not wanted.
    if (enable(archive_.get()) != ARCHIVE_OK)
      throw Error(ErrorCode::Unavailable, "this libarchive lacks a needed format");
  }
  void open() { check(libarchive().archive_read_open(archive_.get(), this, nullptr, next_chunk, nullptr)); }

  // The next entry, owned by the reader; null pointer at the end.
  archive_entry* next() {
    archive_entry* entry = nullptr;
    const int result = libarchive().archive_read_next_header(archive_.get(), &entry);
    if (result == ARCHIVE_EOF) {
      rethrow();
      return nullptr;
    }
    check(result);
    return entry;
  }

  std::size_t read(std::span<std::byte> buffer) {
    const la_ssize_t count = libarchive().archive_read_data(archive_.get(), buffer.data(), buffer.size());
    check(count < 0 ? static_cast<int>(count) : ARCHIVE_OK);
    return static_cast<std::size_t>(count);
  }

  // Whether everything behind what libarchive has used is zero.
  bool only_zeros_left() {
    const auto used = static_cast<std::uint64_t>(libarchive().archive_filter_bytes(archive_.get(), 0));
    std::span<const std::byte> rest = Bytes(buffer_).first(filled_);
    rest = rest.last(std::min<std::uint64_t>(rest.size(), given_ - std::min(used, given_)));
    while (true) {
      if (std::ranges::any_of(rest, [](std::byte b) { return b != std::byte{0}; })) return false;
      fill();
      if (filled_ == 0) return true;
      rest = Bytes(buffer_).first(filled_);
    }
  }

 private:
  // Warnings count as errors: an archive that libarchive reads only in part is not taken in part.
  void check(int result) {
    rethrow();
    if (result == ARCHIVE_OK) return;
    const char* reason = libarchive().archive_error_string(archive_.get());
    refuse(reason != nullptr ? reason : "unknown reason");
  }
  void rethrow() {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }
  void fill() {
    filled_ = 0;
    while (filled_ < buffer_.size()) {
      const std::size_t count = source_.read(std::span(buffer_).subspan(filled_));
      if (count == 0) break;
      filled_ += count;
    }
    given_ += filled_;
  }
  // No exception may pass through libarchive: kept here, thrown again by check.
  static la_ssize_t next_chunk(archive*, void* self, const void** chunk) noexcept {
    auto& reader = *static_cast<Reader*>(self);
    try {
      reader.fill();
      *chunk = reader.buffer_.data();
      return static_cast<la_ssize_t>(reader.filled_);
    } catch (...) {
      reader.failure_ = std::current_exception();
      return ARCHIVE_FATAL;
    }
  }

  ByteSource& source_;
  std::unique_ptr<archive, decltype(archive_read_free)*> archive_;
  std::array<std::byte, kChunk> buffer_;
  std::size_t filled_ = 0;
  std::uint64_t given_ = 0;
  std::exception_ptr failure_;
};

// Decompresses zstd with libarchive's filter.
class UnzstdSource final : public ByteSource {
 public:
  explicit UnzstdSource(ByteSource& inner) : reader_(inner) {
    reader_.support(libarchive().archive_read_support_filter_zstd);
    reader_.support(libarchive().archive_read_support_format_raw);
    reader_.open();
    if (reader_.next() == nullptr) refuse("it is empty");
  }
  std::size_t read(std::span<std::byte> buffer) override { return reader_.read(buffer); }

 private:
  Reader reader_;
};

// Gives back bytes that were read to look at them, then the rest.
class PeekedSource final : public ByteSource {
 public:
  PeekedSource(Bytes peeked, ByteSource& rest) noexcept : peeked_(peeked), rest_(rest) {}
  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = peeked_.read(buffer);
    return count != 0 ? count : rest_.read(buffer);
  }

 private:
  SpanSource peeked_;
  ByteSource& rest_;
};

class TreeBuilder {
 public:
  explicit TreeBuilder(const TarLimits& limits) : limits_(limits), rest_(limits.bytes) {}

  void add(Reader& reader, archive_entry* entry) {
    if (++entries_ > limits_.entries) refuse(fmt::format("more than {} entries", limits_.entries));
    const char* written = libarchive().archive_entry_pathname(entry);
    if (written == nullptr) refuse("an entry has a name that is not UTF-8");
    std::string_view name = written;
    if (name.starts_with("./")) name.remove_prefix(2);
    const auto type = libarchive().archive_entry_filetype(entry);
    if (libarchive().archive_entry_hardlink(entry) != nullptr || type == AE_IFLNK)
      refuse(fmt::format("'{}' is a link", written));
    if (type != AE_IFREG && type != AE_IFDIR) refuse(fmt::format("'{}' is neither a file nor a folder", written));
    if (type == AE_IFDIR) {
      if (name.ends_with('/')) name.remove_suffix(1);
      if (name.empty() || name == ".") return;  // the top
    }
    if (name.size() > limits_.path_length) refuse(fmt::format("a path is longer than {} bytes", limits_.path_length));
    const std::optional<RelPath> path = RelPath::try_parse(name);
    if (!path) refuse(fmt::format("'{}' is not a clean relative path", printable(name)));
    if (!seen_.insert(*path).second) refuse(fmt::format("'{}' is in it twice", path->text()));
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

  void add_file(Reader& reader, archive_entry* entry, const RelPath& path) {
    const auto size = libarchive().archive_entry_size(entry);
    if (size < 0 || static_cast<std::uint64_t>(size) > rest_)
      refuse(fmt::format("its files are larger than {} bytes", limits_.bytes));
    // The size is only claimed: memory grows with what is really there.
    std::string bytes;
    std::array<std::byte, kChunk> buffer;
    while (const std::size_t count = reader.read(buffer)) {
      if (count > rest_) refuse(fmt::format("its files are larger than {} bytes", limits_.bytes));
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
  const std::uint64_t stream_limit = limits.bytes + limits.entries * (8 * kBlock + limits.path_length) + (1 << 20);
  LimitedSource limited(source, stream_limit, "archive");
  Reader reader(limited);
  reader.support(libarchive().archive_read_support_format_tar);
  reader.open();
  TreeBuilder builder(limits);
  while (archive_entry* entry = reader.next()) {
    throw_if_interrupted();
    builder.add(reader, entry);
  }
  if (!reader.only_zeros_left()) refuse("there is data after its end");
  return builder.take();
}

}  // namespace

FileTree read_tar(ByteSource& source, const TarLimits& limits) {
  const Utf8Locale locale;
  std::array<std::byte, 4> first{};
  std::size_t count = 0;
  while (count < first.size()) {
    const std::size_t got = source.read(std::span(first).subspan(count));
    if (got == 0) break;
    count += got;
  }
  PeekedSource whole(Bytes(first).first(count), source);
  const std::string_view magic = as_text(Bytes(first).first(count));
  if (magic.starts_with("\x1f\x8b")) {
    GunzipSource plain(whole, "archive");
    return read_plain_tar(plain, limits);
  }
  if (magic == "\x28\xb5\x2f\xfd") {
    UnzstdSource plain(whole);
    return read_plain_tar(plain, limits);
  }
  return read_plain_tar(whole, limits);
}

}  // namespace waybill
