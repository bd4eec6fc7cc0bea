#include "core/tar_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/tar_header.h"

namespace waybill {
namespace {

constexpr std::size_t kChunk = std::size_t{64} * 1024;
using Block = std::array<char, tar::kBlock>;

void put_text(Block& block, tar::Field field, std::string_view text) {
  std::copy_n(text.begin(), std::min(text.size(), field.size),
              block.begin() + static_cast<std::ptrdiff_t>(field.offset));
}

struct UstarName {
  std::string_view prefix;
  std::string_view name;
};

// How the path is divided between the two fields: the longest name that fits. nullopt when it fits in no way.
std::optional<UstarName> divide(std::string_view path) {
  if (path.size() <= tar::kName.size) return UstarName{{}, path};
  const std::size_t slash = path.find('/', path.size() - tar::kName.size - 1);
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == path.size() || slash > tar::kPrefix.size)
    return std::nullopt;
  return UstarName{path.substr(0, slash), path.substr(slash + 1)};
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

Block header(const UstarName& name, char type, unsigned mode, std::uint64_t size) {
  Block block{};
  put_text(block, tar::kName, name.name);
  put_text(block, tar::kMode, fmt::format("{:06o} ", mode));
  put_text(block, tar::kUserId, "000000 ");
  put_text(block, tar::kGroupId, "000000 ");
  put_text(block, tar::kSize, fmt::format("{:011o} ", size));
  put_text(block, tar::kTime, "00000000000 ");
  put_text(block, tar::kChecksum, "        ");
  put_text(block, tar::kType, std::string_view(&type, 1));
  put_text(block, tar::kMagic,
           std::string_view("ustar\0"
                            "00",
                            8));
  put_text(block, tar::kDeviceMajor, "000000 ");
  put_text(block, tar::kDeviceMinor, "000000 ");
  put_text(block, tar::kPrefix, name.prefix);
  const unsigned sum = std::accumulate(block.begin(), block.end(), 0U,
                                       [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
  put_text(block, tar::kChecksum, fmt::format("{:06o}", sum));
  block[tar::kChecksum.offset + 6] = '\0';  // and a space behind it, as above
  return block;
}

void write_block(const Block& block, ByteSink& sink) { sink.write(std::string_view(block.data(), block.size())); }

// "LENGTH KEY=VALUE\n", where LENGTH counts itself.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::string rest = fmt::format(" {}={}\n", key, value);
  std::size_t length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) ++length;
  return fmt::format("{}{}", length, rest);
}

}  // namespace

void TarWriter::write_padding(std::uint64_t size) {
  static constexpr Block kZeros{};
  sink_.write(std::string_view(kZeros.data(), tar::padding(size)));
}

void TarWriter::write_header(std::string_view path, char type, unsigned mode, std::uint64_t size) {
  const std::optional<UstarName> name = divide(path);
  const bool name_fits = name && is_ascii(path);
  const bool size_fits = size <= tar::kLargestUstarFile;
  if (name_fits && size_fits) {
    write_block(header(*name, type, mode, size), sink_);
    return;
  }
  // Readers take these from the records; the ustar fields only have to be there.
  std::string records;
  if (!name_fits) records += pax_record("path", path);
  if (!size_fits) records += pax_record("size", std::to_string(size));
  write_block(header({{}, fmt::format("PaxHeader/{}", path).substr(0, tar::kName.size)}, 'x', 0644, records.size()),
              sink_);
  sink_.write(records);
  write_padding(records.size());
  write_block(
      header(name_fits ? *name : UstarName{{}, path.substr(0, tar::kName.size)}, type, mode, size_fits ? size : 0),
      sink_);
}

// The folders of `path` that are not folders of the entry before it, outermost first.
void TarWriter::write_new_folders(std::string_view path) {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    const std::string_view folder = path.substr(0, slash + 1);
    if (!previous_.starts_with(folder)) write_header(folder, '5', 0755, 0);
  }
  previous_ = path;
}

void TarWriter::begin_file(std::string_view path, Executable executable, std::uint64_t size) {
  write_new_folders(path);
  write_header(path, '0', executable == Executable::Yes ? 0755 : 0644, size);
}

void TarWriter::add_file(std::string_view path, Executable executable, std::uint64_t size, ByteSource& content) {
  begin_file(path, executable, size);
  std::array<std::byte, kChunk> buffer;
  std::uint64_t count = 0;
  while (const std::size_t got = content.read(buffer)) {
    throw_if_interrupted();
    count += got;
    if (count > size) break;  // the reader would take the rest for headers
    sink_.write(Bytes(buffer).first(got));
  }
  if (count != size)
    throw Error(ErrorCode::Untrusted, fmt::format("'{}' does not have the {} bytes that it should have", path, size));
  end_file(size);
}

void TarWriter::add_file(std::string_view path, Executable executable, std::string_view bytes) {
  SpanSource content(bytes);
  add_file(path, executable, bytes.size(), content);
}

void TarWriter::finish() {
  static constexpr Block kEnd{};
  write_block(kEnd, sink_);
  write_block(kEnd, sink_);
}

}  // namespace waybill
