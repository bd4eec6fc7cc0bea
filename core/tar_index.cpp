#include "core/tar_index.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/rel_path.h"
#include "core/tar_header.h"

namespace waybill {
namespace {

constexpr std::uint64_t kLongestRecords =
    std::uint64_t{64} * 1024;                   // of pax, or a long name: real ones have some hundred bytes
constexpr std::uint64_t kLongestEnd = 1 << 20;  // writers fill up to blocks of 10 KiB, tapes to some more
constexpr std::uint64_t kLargestSize = std::numeric_limits<std::int64_t>::max();

std::string shown(std::string_view name) {
  std::string result(name.substr(0, 200));
  std::ranges::replace_if(
      result, [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e; }, '?');
  return result;
}

class Header {
 public:
  std::array<std::byte, tar::kBlock> block{};

  // A text ends at the first zero byte or with its field.
  [[nodiscard]] std::string_view text(tar::Field field) const noexcept {
    const std::string_view all = as_text(Bytes(block).subspan(field.offset, field.size));
    return all.substr(0, all.find('\0'));
  }
  [[nodiscard]] char type() const noexcept { return static_cast<char>(block[tar::kType.offset]); }
  [[nodiscard]] bool is_zero() const noexcept {
    return std::ranges::all_of(block, [](std::byte b) { return b == std::byte{0}; });
  }
  // Octal digits with spaces around them, or GNU's big-endian number behind a byte 0x80; nullopt for anything else.
  [[nodiscard]] std::optional<std::uint64_t> number(tar::Field field) const noexcept {
    const Bytes bytes = Bytes(block).subspan(field.offset, field.size);
    if (bytes.front() == std::byte{0x80}) {
      std::uint64_t value = 0;
      for (const std::byte b : bytes.subspan(1)) {
        if (value >> 55U != 0) return std::nullopt;
        value = value << 8U | static_cast<std::uint64_t>(b);
      }
      return value;
    }
    std::string_view digits = text(field);
    while (digits.starts_with(' ')) digits.remove_prefix(1);
    while (digits.ends_with(' ')) digits.remove_suffix(1);
    std::uint64_t value = 0;
    if (digits.empty()) return value;  // the old format leaves out what is nothing
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
    if (problem != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
  }
  [[nodiscard]] bool checksum_fits() const noexcept {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < block.size(); ++i) {
      const bool own = i >= tar::kChecksum.offset && i < tar::kChecksum.offset + tar::kChecksum.size;
      sum += own ? std::uint64_t{' '} : static_cast<std::uint64_t>(block[i]);
    }
    return number(tar::kChecksum) == sum;
  }
  [[nodiscard]] std::string path() const {
    const std::string_view name = text(tar::kName);
    // GNU's format has other things where POSIX has the prefix, and another magic.
    const bool posix = as_text(Bytes(block).subspan(tar::kMagic.offset, 6)) == std::string_view("ustar\0", 6);
    const std::string_view prefix = posix ? text(tar::kPrefix) : std::string_view();
    return prefix.empty() ? std::string(name) : fmt::format("{}/{}", prefix, name);
  }
};

// What the records before an entry say of it, instead of its header.
struct Overrides {
  std::optional<std::string> path;
  std::optional<std::string> link;
  std::optional<std::uint64_t> size;
  [[nodiscard]] bool empty() const noexcept { return !path && !link && !size; }
};

class Indexer {
 public:
  Indexer(const RandomAccessFile& file, const TarIndexLimits& limits) : file_(file), limits_(limits) {}

  TarIndex read() {
    while (true) {
      throw_if_interrupted();
      const Header header = next_header();
      if (header.is_zero()) break;
      if (!header.checksum_fits()) refuse("it is no tar, or damaged: a header's checksum is wrong");
      if (++headers_ > 4 * limits_.entries) refuse(fmt::format("more than {} entries", limits_.entries));
      take(header);
    }
    if (!pending_.empty()) refuse("it ends between a record and its entry");
    require_nothing_behind();
    return std::move(index_);
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(ErrorCode::InvalidInput, fmt::format("the archive '{}' is refused: {}", file_.name(), why));
  }

  Header next_header() {
    Header header;
    if (file_.read_at(position_, header.block) != header.block.size())
      refuse(position_ == 0 ? "it is no tar, or cut off" : "it is cut off");
    position_ += tar::kBlock;
    return header;
  }

  void skip(std::uint64_t size) {
    if (size > file_.size() - std::min(position_, file_.size())) refuse("it is cut off");
    position_ += size + tar::padding(size);
  }

  std::string read_record(std::uint64_t size) {
    if (size > kLongestRecords) refuse("a record is too long");
    std::string text(size, '\0');
    if (file_.read_at(position_, std::as_writable_bytes(std::span(text))) != text.size()) refuse("it is cut off");
    skip(size);
    return text;
  }

  void take(const Header& header) {
    const std::optional<std::uint64_t> size = header.number(tar::kSize);
    if (!size || *size > kLargestSize) refuse("an entry has an unreadable size");
    switch (header.type()) {
      case 'x':
        if (!pending_.empty()) refuse("an entry has two records");
        pending_ = pax_records(read_record(*size));
        return;
      case 'g':
        if (!pax_records(read_record(*size)).empty()) refuse("one record names many entries");
        return;
      case 'L':
        if (pending_.path) refuse("an entry has two paths");
        pending_.path = without_end(read_record(*size));
        return;
      case 'K':
        if (pending_.link) refuse("an entry has two targets");
        pending_.link = without_end(read_record(*size));
        return;
      default:
        add(header, pending_.size.value_or(*size));
        pending_ = {};
    }
  }

  static std::string without_end(std::string text) {
    text.resize(std::min(text.find('\0'), text.size()));
    return text;
  }

  // "LENGTH KEY=VALUE\n" again and again (POSIX.1-2017, pax, "pax Extended Header").
  Overrides pax_records(std::string_view text) const {
    Overrides found;
    while (!text.empty()) {
      std::size_t length = 0;
      const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), length);
      const auto digits = static_cast<std::size_t>(end - text.data());
      if (problem != std::errc() || length > text.size() || length < digits + 3 || text[digits] != ' ' ||
          text[length - 1] != '\n')
        refuse("a pax record is malformed");
      const std::string_view record = text.substr(digits + 1, length - digits - 2);
      text.remove_prefix(length);
      const std::size_t equals = record.find('=');
      if (equals == std::string_view::npos) refuse("a pax record is malformed");
      take_record(record.substr(0, equals), record.substr(equals + 1), found);
    }
    return found;
  }

  void take_record(std::string_view key, std::string_view value, Overrides& found) const {
    if (key == "path") {
      found.path = std::string(value);
    } else if (key == "linkpath") {
      found.link = std::string(value);
    } else if (key == "size") {
      std::uint64_t size = 0;
      const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), size);
      if (problem != std::errc() || end != value.data() + value.size() || size > kLargestSize)
        refuse("an entry has an unreadable size");
      found.size = size;
    } else if (key.starts_with("GNU.sparse.")) {
      refuse("it holds a sparse file");
    }
  }

  void add(const Header& header, std::uint64_t size) {
    if (++entries_ > limits_.entries) refuse(fmt::format("more than {} entries", limits_.entries));
    std::string path = pending_.path ? *pending_.path : header.path();
    if (path.starts_with("./")) path.erase(0, 2);
    const char type = header.type();
    // The old format has no type for folders.
    const bool is_folder = type == '5' || (type == '\0' && path.ends_with('/'));
    const bool is_file = !is_folder && (type == '0' || type == '\0' || type == '7');
    const bool is_link = type == '1' || type == '2';
    if (!is_folder && !is_file && !is_link) refuse(fmt::format("'{}' is neither a file nor a folder", shown(path)));
    if (!is_file && size != 0) refuse(fmt::format("'{}' is no file and has content", shown(path)));
    if (is_folder) {
      if (path.ends_with('/')) path.pop_back();
      if (path.empty() || path == ".") return;  // the top
    }
    if (!RelPath::try_parse(path)) refuse(fmt::format("'{}' is not a clean relative path", shown(path)));
    if (is_folder) return;
    if (index_.files.contains(path) || index_.links.contains(path))
      refuse(fmt::format("'{}' is in it twice", shown(path)));
    if (is_link) {
      const std::string written = pending_.link ? *pending_.link : std::string(header.text(tar::kLinkName));
      std::string target = type == '2' ? resolved(path, written) : written;
      if (target.starts_with("./")) target.erase(0, 2);
      if (!RelPath::try_parse(target)) refuse(fmt::format("the link '{}' leads out of it", shown(path)));
      index_.links.emplace(std::move(path), std::move(target));
      return;
    }
    index_.files.emplace(std::move(path), TarEntry{position_, size});
    skip(size);
  }

  // What a symbolic link leads to, seen from the top; empty when it leads out.
  static std::string resolved(std::string_view path, std::string_view target) {
    if (target.empty() || target.starts_with('/')) return {};
    std::vector<std::string_view> parts;
    const auto append = [&](std::string_view text) {
      while (!text.empty()) {
        const std::size_t end = std::min(text.find('/'), text.size());
        const std::string_view part = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (part.empty() || part == ".") continue;
        if (part != "..") {
          parts.push_back(part);
        } else if (parts.empty()) {
          return false;
        } else {
          parts.pop_back();
        }
      }
      return true;
    };
    append(path.substr(0, path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/')));
    if (!append(target)) return {};
    std::string result;
    for (const std::string_view part : parts) result += fmt::format("{}{}", result.empty() ? "" : "/", part);
    return result;
  }

  void require_nothing_behind() {
    if (file_.size() > position_ + kLongestEnd) refuse("there is data after its end");
    while (position_ < file_.size()) {
      Header rest;
      const std::size_t count = file_.read_at(position_, rest.block);
      if (!rest.is_zero()) refuse("there is data after its end");
      if (count == 0) break;
      position_ += count;
    }
  }

  const RandomAccessFile& file_;
  const TarIndexLimits& limits_;
  TarIndex index_;
  Overrides pending_;
  std::uint64_t position_ = 0;
  std::uint64_t headers_ = 0;
  std::uint64_t entries_ = 0;
};

}  // namespace

TarIndex read_tar_index(const RandomAccessFile& file, const TarIndexLimits& limits) {
  return Indexer(file, limits).read();
}

}  // namespace waybill
