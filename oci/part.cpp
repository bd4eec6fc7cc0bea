#include "oci/part.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "core/erasure_code.h"
#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "core/tar_header.h"
#include "core/tar_writer.h"

namespace waybill::oci {
namespace {

constexpr std::string_view kFormat = "waybill-part/1";
constexpr std::string_view kDescriptionFile = "waybill-part.json";
constexpr std::string_view kDataFile = "waybill-data";
constexpr std::string_view kParityFile = "waybill-parity";
constexpr std::string_view kHashesFile = "waybill-hashes";

constexpr std::uint64_t kLargestSlice = 1ULL << 40;
constexpr std::uint64_t kLargestArchive = 1ULL << 56;
constexpr std::uint64_t kHashLine = 65;  // 64 hexadecimal digits and a line feed
constexpr std::uint64_t kTarEnd = 2 * tar::kBlock;

std::uint64_t divided_up(std::uint64_t number, std::uint64_t by) { return (number + by - 1) / by; }

std::string_view name_of(PartKind kind) {
  switch (kind) {
    case PartKind::Whole:
      return "archive";
    case PartKind::Data:
      return "data";
    case PartKind::Parity:
      return "parity";
  }
  return {};
}

[[noreturn]] void refuse(std::string_view why) {
  throw Error(ErrorCode::InvalidInput, fmt::format("the description of a part is refused: {}", why));
}

std::uint64_t number(const Value& object, std::string_view name, std::uint64_t most) {
  const Value* value = object.find(name);
  if (value == nullptr || !value->is_int()) refuse(fmt::format("'{}' is no number", name));
  const auto* small = std::get_if<std::int64_t>(&value->data());
  if (small == nullptr || *small < 0 || static_cast<std::uint64_t>(*small) > most)
    refuse(fmt::format("'{}' is out of range", name));
  return static_cast<std::uint64_t>(*small);
}

std::string text(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  if (value == nullptr || !value->is_string()) refuse(fmt::format("'{}' is no text", name));
  return value->as_string();
}

Value division_value(const PartDivision& set) {
  return Value::map({{"root", set.root.to_string()},
                     {"archive", set.archive},
                     {"slice", set.slice},
                     {"data", set.data},
                     {"parity", set.parity},
                     {"groups", set.groups}});
}

void check_division(const PartDivision& set) {
  if (set.archive == 0 || set.archive % tar::kBlock != 0) refuse("the archive is no whole number of blocks");
  if (set.slice == 0 || set.slice % tar::kBlock != 0 || set.slice > set.archive) refuse("'slice' is out of range");
  if (set.data != divided_up(set.archive, set.slice)) refuse("'data' does not fit the sizes");
  if (set.groups == 0 || set.groups > set.data) refuse("'groups' is out of range");
  if (set.parity == 0) {
    if (set.groups != 1) refuse("'groups' is out of range");
  } else if (set.parity % set.groups != 0 ||
             divided_up(set.data, set.groups) + set.parity / set.groups > ErasureCode::kMost) {
    refuse("'parity' is out of range");
  }
}

std::vector<std::uint64_t> members(std::uint64_t count, std::uint64_t groups, std::uint64_t group) {
  std::vector<std::uint64_t> result;
  for (std::uint64_t i = group + 1; i <= count; i += groups) result.push_back(i);
  return result;
}

std::size_t hashes_size(const PartDescription& part) { return (part.blocks() + 1) * kHashLine; }

std::string hash_lines(std::span<const Digest> blocks) {
  std::string lines;
  lines.reserve((blocks.size() + 1) * kHashLine);
  for (const Digest& block : blocks) {
    lines += block.hex();
    lines += '\n';
  }
  return lines;
}

Digest digest_of(const PartDescription& part, std::string_view lines) {
  Sha256 hash;
  hash.update(write_description(part));
  hash.update(lines);
  return hash.finish();
}

// The largest slice with which a part's file is no larger than that.
std::uint64_t largest_slice(std::uint64_t largest) {
  // Of each MiB with the line of its hash, and of what there is once: description, two headers of the data, hashes,
  // end.
  std::uint64_t slice = std::min(largest, kLargestSlice) / tar::kBlock * tar::kBlock;
  PartDescription part{{sha256(""), slice, slice, 2, 0, 1}, PartKind::Data, 1};
  while (part_file_size(part) > largest) {
    const std::uint64_t over = divided_up(part_file_size(part) - largest, tar::kBlock) * tar::kBlock;
    part.set.slice -= over;
    part.set.archive = part.set.slice;
  }
  return part.set.slice;
}

PartDivision cut(const Digest& root, std::uint64_t size, std::uint64_t slice, unsigned parity_percent) {
  PartDivision set{root, size, std::min(slice, size), divided_up(size, std::min(slice, size)), 0, 1};
  if (set.data > kMostParts) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("the set would have {} parts; {} are the most", set.data, kMostParts))
        .hint("choose a larger --part-size");
  }
  if (parity_percent == 0) return set;
  for (set.groups = 1;; ++set.groups) {
    const std::uint64_t in_group = divided_up(set.data, set.groups);
    const std::uint64_t parity = divided_up(in_group * parity_percent, 100);
    set.parity = parity * set.groups;
    if (in_group + parity <= ErasureCode::kMost) return set;
  }
}

}  // namespace

Digest PartDivision::id() const { return sha256(json::canonical(division_value(*this))); }

std::vector<std::uint64_t> PartDivision::data_of(std::uint64_t group) const { return members(data, groups, group); }
std::vector<std::uint64_t> PartDivision::parity_of(std::uint64_t group) const { return members(parity, groups, group); }

std::uint64_t PartDescription::body_size() const noexcept {
  if (kind != PartKind::Data) return set.slice;
  return std::min(set.slice, set.archive - (index - 1) * set.slice);
}

std::string PartDescription::file_name() const {
  const std::string name = fmt::format("waybill-{}", set.short_id());
  if (kind == PartKind::Whole) return name + ".tar";
  const std::uint64_t count = kind == PartKind::Data ? set.data : set.parity;
  const std::size_t width = std::max<std::size_t>(3, std::to_string(count).size());
  return fmt::format("{}-{}-{:0{}}.tar", name, kind == PartKind::Data ? "part" : "parity", index, width);
}

std::string PartDescription::words() const {
  switch (kind) {
    case PartKind::Whole:
      return "the archive";
    case PartKind::Data:
      return fmt::format("part {} of {}", index, set.data);
    case PartKind::Parity:
      return fmt::format("parity part {} of {}", index, set.parity);
  }
  return {};
}

PartDivision divide_archive(const Digest& root, std::uint64_t tar_size, const PartChoice& choice) {
  if (choice.largest < kSmallestPart)
    throw Error(ErrorCode::InvalidInput, "a part has at least 4 MiB").hint("choose a larger --part-size");
  if (choice.parity_percent == 0) {
    const PartDescription whole{{root, tar_size, tar_size, 1, 0, 1}, PartKind::Whole, 1};
    if (tar_size <= kLargestSlice && part_file_size(whole) <= choice.largest) return whole.set;
  }
  const std::uint64_t size = tar_size + kTarEnd;
  std::uint64_t slice = largest_slice(choice.largest);
  if (choice.parity_percent != 0 && !choice.by_user) {
    const std::uint64_t parts = divided_up(100, choice.parity_percent);
    const std::uint64_t even = divided_up(divided_up(size, parts), tar::kBlock) * tar::kBlock;
    slice = std::min(slice, std::max(even, largest_slice(kSmallestPart)));
  }
  return cut(root, size, slice, choice.parity_percent);
}

std::string write_description(const PartDescription& part) {
  Value value = Value::map({{"format", kFormat}, {"set", part.set.id().hex()}});
  const Value division = division_value(part.set);
  for (const Value::Member& member : division.members()) value.set(member.key, member.value);
  value.set("kind", name_of(part.kind));
  value.set("index", part.index);
  return json::write(value) + "\n";
}

PartDescription parse_description(std::string_view json) {
  const Value value = json::parse(json, kDescriptionFile, {.bytes = tar::kBlock, .depth = 2});
  if (!value.is_map()) refuse("it is no object");
  if (text(value, "format") != kFormat) refuse(fmt::format("its format is not '{}'", kFormat));
  const std::optional<Digest> root = Digest::try_parse(text(value, "root"));
  if (!root || root->algorithm() != DigestAlgorithm::Sha256) refuse("'root' is no SHA-256 digest");
  PartDescription part{
      {*root, number(value, "archive", kLargestArchive), number(value, "slice", kLargestSlice),
       number(value, "data", kMostParts), number(value, "parity", kMostParts), number(value, "groups", kMostParts)},
      PartKind::Data,
      number(value, "index", kMostParts)};
  check_division(part.set);
  const std::string kind = text(value, "kind");
  const bool whole = kind == name_of(PartKind::Whole);
  part.kind = whole ? PartKind::Whole : kind == name_of(PartKind::Parity) ? PartKind::Parity : PartKind::Data;
  if (kind != name_of(part.kind) || whole != part.set.is_whole()) refuse("'kind' is not known");
  if (part.index == 0 || part.index > (part.kind == PartKind::Parity ? part.set.parity : part.set.data))
    refuse("'index' is out of range");
  if (write_description(part) != json) refuse("it is not written as this program writes it");
  return part;
}

std::string part_front(const PartDescription& part) {
  StringSink sink;
  TarWriter tar(sink);
  tar.add_file(kDescriptionFile, Executable::No, write_description(part));
  if (part.kind == PartKind::Data) tar.begin_file(kDataFile, Executable::No, part.body_size());
  if (part.kind == PartKind::Parity) tar.begin_file(kParityFile, Executable::No, part.body_size());
  return sink.take();
}

std::string part_back(const PartDescription& part, std::span<const Digest> blocks) {
  std::string lines = hash_lines(blocks);
  const Digest own = digest_of(part, lines);
  lines += own.hex();
  lines += '\n';
  StringSink sink;
  TarWriter tar(sink);
  tar.add_file(kHashesFile, Executable::No, lines);
  tar.finish();
  return sink.take();
}

std::uint64_t part_back_size(const PartDescription& part) {
  const std::size_t size = hashes_size(part);
  return tar::kBlock + size + tar::padding(size) + kTarEnd;
}

std::uint64_t part_file_size(const PartDescription& part) {
  return part_front(part).size() + part.body_size() + part_back_size(part);
}

Digest part_digest(const PartDescription& part, std::span<const Digest> blocks) {
  return digest_of(part, hash_lines(blocks));
}

std::optional<PartDescription> find_description(std::string_view head) {
  if (head.size() < kPartHead) return std::nullopt;
  std::string_view json = head.substr(tar::kBlock, tar::kBlock);
  json = json.substr(0, json.find('\0'));
  if (!json.starts_with('{')) return std::nullopt;
  try {
    return parse_description(json);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput) throw;
    return std::nullopt;
  }
}

bool looks_like_part(std::string_view head) noexcept {
  return head.starts_with(kDescriptionFile) ||
         (head.size() > tar::kBlock && head.substr(tar::kBlock).starts_with(R"({"format":"waybill-part/)"));
}

std::optional<std::vector<Digest>> find_hashes(const PartDescription& part, std::string_view back) {
  const std::size_t size = hashes_size(part);
  if (back.size() < tar::kBlock + size) return std::nullopt;
  const std::string_view lines = back.substr(tar::kBlock, size);
  std::vector<Digest> digests;
  digests.reserve(part.blocks() + 1);
  for (std::size_t i = 0; i < size; i += kHashLine) {
    const auto digest = Digest::try_parse(DigestAlgorithm::Sha256, lines.substr(i, kHashLine - 1));
    if (!digest || lines[i + kHashLine - 1] != '\n') return std::nullopt;
    digests.push_back(*digest);
  }
  const Digest own = digests.back();
  digests.pop_back();
  if (digest_of(part, lines.substr(0, size - kHashLine)) != own) return std::nullopt;
  return digests;
}

}  // namespace waybill::oci
