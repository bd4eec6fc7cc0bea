// The bytes of a set's archive, out of its parts: PartSet::archive and PartSet::check.
#include <fcntl.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <deque>
#include <mutex>

#include "core/erasure_code.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "core/tar_header.h"
#include "oci/part_set.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

constexpr std::size_t kStripe = std::size_t{64} * 1024;  // of each part that is decoded at a time: 16 MiB of 255
constexpr std::size_t kKeptBlocks = 8;                   // repaired ones, for the threads that read them on
constexpr std::size_t kOpenFiles = 64;
constexpr std::size_t kMostWarnings = 20;

std::uint64_t block_size(std::uint64_t body, std::uint64_t block) {
  const std::uint64_t begin = block * kPartBlock;
  return begin < body ? std::min(kPartBlock, body - begin) : 0;
}

// Files that were opened a moment ago; of sets with thousands of parts not all can be open.
class OpenFiles {
 public:
  RandomAccessFile open(const fs::path& path) {
    const std::lock_guard lock(mutex_);
    if (const auto found = files_.find(path); found != files_.end()) return found->second;
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) throw system_error(fmt::format("cannot open '{}'", path.string()));
    if (files_.size() >= kOpenFiles) files_.clear();
    return files_.emplace(path, RandomAccessFile(std::move(fd), path.string())).first->second;
  }

 private:
  std::mutex mutex_;
  std::map<fs::path, RandomAccessFile> files_;
};

enum class Health : std::uint8_t { Good, Damaged, Unreadable };

// Reads of a part's body; what cannot be read, as of a bad sector, is as good as damaged.
class BlockReader {
 public:
  // How many bytes there were; nullopt when the medium fails.
  std::optional<std::size_t> read(const FoundPart& part, std::uint64_t offset, std::span<std::byte> buffer) {
    try {
      return files_.open(part.file).read_at(front_size(part) + offset, buffer);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::Interrupted) throw;
      return std::nullopt;
    }
  }
  Health look(const FoundPart& part, std::uint64_t block) {
    const std::size_t size = block_size(part.part.body_size(), block);
    const auto room = std::make_unique_for_overwrite<std::byte[]>(size);
    const std::span<std::byte> bytes(room.get(), size);
    const std::optional<std::size_t> count = read(part, block * kPartBlock, bytes);
    if (!count) return Health::Unreadable;
    return count == size && sha256(Bytes(bytes)) == part.blocks[block] ? Health::Good : Health::Damaged;
  }
  static std::uint64_t front_size(const FoundPart& part) { return part_front(part.part).size(); }

 private:
  OpenFiles files_;
};

PartSet::Damage damage_of(const FoundPart& part, std::uint64_t block, Health health = Health::Damaged) {
  const std::uint64_t begin = BlockReader::front_size(part) + block * kPartBlock;
  const std::uint64_t end = begin + block_size(part.part.body_size(), block);
  return {part.file, part.part.words(), begin, end, false, health != Health::Unreadable};
}

class PartReader final : public RandomAccessBytes {
 public:
  PartReader(PartSet set, Reporter* reporter)
      : set_(std::move(set)), reporter_(reporter), name_(fmt::format("set {}", set_.division().short_id())) {}

  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  [[nodiscard]] std::uint64_t size() const noexcept override {
    const PartDivision& division = set_.division();
    return division.archive + (division.is_whole() ? 2 * tar::kBlock : 0);
  }

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer) const override {
    const PartDivision& division = set_.division();
    std::size_t filled = 0;
    while (filled < buffer.size() && offset < size()) {
      const std::span<std::byte> rest = buffer.subspan(filled);
      std::size_t count = 0;
      if (offset >= division.archive) {  // the end of a tar that is not cut stands behind its hashes
        count = static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), size() - offset));
        std::ranges::fill(rest.first(count), std::byte{0});
      } else {
        count = read_data(offset / division.slice + 1, offset % division.slice, rest);
      }
      filled += count;
      offset += count;
    }
    return filled;
  }

 private:
  struct Member {
    PartKind kind;
    std::uint64_t index;
  };
  using Block = std::vector<std::byte>;
  struct Kept {
    std::uint64_t index;
    std::uint64_t block;
    std::shared_ptr<const Block> bytes;
  };
  static constexpr std::uint8_t kUnknown = 0;
  static constexpr std::uint8_t kLost = 255;

  [[nodiscard]] PartKind data_kind() const { return set_.division().is_whole() ? PartKind::Whole : PartKind::Data; }
  [[nodiscard]] PartDescription describe(const Member& member) const {
    return {set_.division(), member.kind, member.index};
  }

  // Up to the end of a block.
  std::size_t read_data(std::uint64_t index, std::uint64_t offset, std::span<std::byte> buffer) const {
    const Member member{data_kind(), index};
    const std::uint64_t body = describe(member).body_size();
    const std::uint64_t block = offset / kPartBlock;
    const std::uint64_t in_block = offset % kPartBlock;
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), block_size(body, block) - in_block));
    const std::span<std::byte> wanted = buffer.first(count);
    if (const FoundPart* copy = good_copy(member, block)) {
      if (reader_.read(*copy, offset, wanted) == count) return count;
    }
    const std::shared_ptr<const Block> repaired = repaired_block(index, block);
    std::copy_n(repaired->begin() + static_cast<std::ptrdiff_t>(in_block), count, wanted.begin());
    return count;
  }

  // A copy of the part in which this block has its hash; nullptr when there is none. Each block is looked at once.
  const FoundPart* good_copy(const Member& member, std::uint64_t block) const {
    const std::vector<FoundPart>& copies = set_.copies(member.kind, member.index);
    if (copies.empty()) return nullptr;
    {
      const std::lock_guard lock(mutex_);
      const std::uint8_t known = states_of(member)[block];
      if (known == kLost) return nullptr;
      if (known != kUnknown) return &copies[known - 1U];
    }
    const FoundPart* good = nullptr;
    std::uint8_t state = kLost;
    for (std::size_t i = 0; i < copies.size() && i + 1 < kLost; ++i) {
      const Health health = reader_.look(copies[i], block);
      if (health == Health::Good) {
        state = static_cast<std::uint8_t>(i + 1);
        good = &copies[i];
        break;
      }
      tell(copies[i], block, health);
    }
    const std::lock_guard lock(mutex_);
    states_of(member)[block] = state;
    return good;
  }

  std::vector<std::uint8_t>& states_of(const Member& member) const {
    std::vector<std::uint8_t>& states = states_[{member.kind, member.index}];
    if (states.empty()) states.resize(describe(member).blocks(), kUnknown);
    return states;
  }

  void tell(const FoundPart& part, std::uint64_t block, Health health) const {
    if (reporter_ == nullptr) return;
    const std::lock_guard lock(mutex_);
    if (++warnings_ < kMostWarnings) {
      reporter_->warning(to_string(damage_of(part, block, health)));
    } else if (warnings_ == kMostWarnings) {
      reporter_->warning("more bytes are damaged; 'waybill load --check' lists all");
    }
  }

  [[noreturn]] void lose(std::uint64_t index, std::uint64_t block, std::string_view why) const {
    const std::vector<FoundPart>& copies = set_.copies(data_kind(), index);
    if (copies.empty()) {
      throw Error(ErrorCode::Untrusted, fmt::format("{} is missing and cannot be computed from the others: {}",
                                                    describe({data_kind(), index}).words(), why));
    }
    throw Error(ErrorCode::Untrusted, fmt::format("{}, {}", to_string(damage_of(copies.front(), block)), why));
  }

  std::shared_ptr<const Block> repaired_block(std::uint64_t index, std::uint64_t block) const {
    const std::lock_guard lock(repair_mutex_);  // one at a time: each takes memory for a stripe of all parts
    for (const Kept& kept : kept_) {
      if (kept.index == index && kept.block == block) return kept.bytes;
    }
    auto bytes = std::make_shared<const Block>(repair(index, block));
    kept_.push_back({index, block, bytes});
    if (kept_.size() > kKeptBlocks) kept_.pop_front();
    return bytes;
  }

  Block repair(std::uint64_t index, std::uint64_t block) const {
    const PartDivision& division = set_.division();
    if (division.parity == 0) lose(index, block, "and there is no parity to repair it from");
    const std::uint64_t group = (index - 1) % division.groups;
    std::vector<Member> members;
    for (const std::uint64_t each : division.data_of(group)) members.push_back({PartKind::Data, each});
    const std::size_t data = members.size();
    for (const std::uint64_t each : division.parity_of(group)) members.push_back({PartKind::Parity, each});

    std::vector<std::size_t> survivors;
    std::vector<const FoundPart*> sources;  // nullptr: all zeros, behind the end of the archive
    std::size_t lost = 0;
    for (std::size_t i = 0; i < members.size() && survivors.size() < data; ++i) {
      if (members[i].kind == PartKind::Data && members[i].index == index) {
        lost = i;
        continue;
      }
      const bool is_empty = block_size(describe(members[i]).body_size(), block) == 0;
      const FoundPart* source = is_empty ? nullptr : good_copy(members[i], block);
      if (!is_empty && source == nullptr) continue;
      survivors.push_back(i);
      sources.push_back(source);
    }
    if (survivors.size() < data)
      lose(index, block, fmt::format("and {} more parts would be needed there to repair it", data - survivors.size()));
    Block bytes = decode(data, members.size() - data, survivors, sources, lost, block,
                         block_size(describe({PartKind::Data, index}).body_size(), block));
    const std::vector<FoundPart>& copies = set_.copies(PartKind::Data, index);
    if (!copies.empty() && sha256(Bytes(bytes)) != copies.front().blocks[block])
      lose(index, block, "and what its parity gives is not what was there");
    return bytes;
  }

  Block decode(std::size_t data, std::size_t parity, const std::vector<std::size_t>& survivors,
               const std::vector<const FoundPart*>& sources, std::size_t lost, std::uint64_t block,
               std::uint64_t wanted) const {
    const std::array<std::size_t, 1> lost_ones{lost};
    const BlockCode code = ErasureCode(data, parity).decoder(survivors, lost_ones);
    Block result(wanted);
    std::vector<std::byte> room(sources.size() * kStripe);
    for (std::uint64_t done = 0; done < wanted; done += kStripe) {
      throw_if_interrupted();
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kStripe, wanted - done));
      std::vector<Bytes> inputs;
      for (std::size_t i = 0; i < sources.size(); ++i) {
        const std::span<std::byte> stripe = std::span(room).subspan(i * kStripe, size);
        read_padded(sources[i], block * kPartBlock + done, stripe);
        inputs.emplace_back(stripe);
      }
      const std::array<std::span<std::byte>, 1> output{std::span(result).subspan(done, size)};
      code.apply(inputs, output);
    }
    return result;
  }

  // The body's bytes, and zeros behind its end.
  void read_padded(const FoundPart* source, std::uint64_t offset, std::span<std::byte> buffer) const {
    std::ranges::fill(buffer, std::byte{0});
    if (source == nullptr) return;
    const std::uint64_t body = source->part.body_size();
    if (offset >= body) return;
    const auto there = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), body - offset));
    if (reader_.read(*source, offset, buffer.first(there)) != there)
      throw Error(ErrorCode::Untrusted, fmt::format("'{}' cannot be read any more", source->file.string()));
  }

  PartSet set_;
  Reporter* reporter_;
  std::string name_;
  mutable BlockReader reader_;
  mutable std::mutex mutex_;  // guards the next two
  mutable std::map<std::pair<PartKind, std::uint64_t>, std::vector<std::uint8_t>> states_;
  mutable std::size_t warnings_ = 0;
  mutable std::mutex repair_mutex_;  // guards the next one
  mutable std::deque<Kept> kept_;
};

// Which blocks of all parts have their hash, in some copy.
class Checker {
 public:
  Checker(const PartSet& set, Reporter* reporter) : set_(set), reporter_(reporter) {
    for_each_copy([&](const FoundPart& part) { total_ += part.part.body_size(); });
  }

  std::vector<PartSet::Damage> run() {
    for_each_copy([&](const FoundPart& part) { look(part); });
    for (Found& found : found_) found.damage.repairable = is_repairable(found.part, found.first, found.last);
    std::vector<PartSet::Damage> result;
    result.reserve(found_.size());
    for (Found& found : found_) result.push_back(std::move(found.damage));
    return result;
  }

 private:
  struct Found {
    PartSet::Damage damage;
    PartDescription part;
    std::uint64_t first;  // blocks
    std::uint64_t last;
  };

  template <typename Body>
  void for_each_copy(const Body& body) const {
    const PartDivision& division = set_.division();
    for (const PartKind kind : {PartKind::Data, PartKind::Parity}) {
      for (std::uint64_t i = 1; i <= (kind == PartKind::Parity ? division.parity : division.data); ++i) {
        for (const FoundPart& part : set_.copies(kind, i)) body(part);
      }
    }
  }

  void look(const FoundPart& part) {
    std::vector<bool>& good = good_[{part.part.kind == PartKind::Parity, part.part.index}];
    good.resize(part.part.blocks());
    for (std::uint64_t block = 0; block < part.part.blocks(); ++block) {
      throw_if_interrupted();
      const Health health = reader_.look(part, block);
      if (health == Health::Good) {
        good[block] = true;
      } else {
        add(part, block, health);
      }
      done_ += block_size(part.part.body_size(), block);
      if (reporter_ != nullptr) reporter_->progress("checked", done_, total_);
    }
  }

  void add(const FoundPart& part, std::uint64_t block, Health health) {
    const PartSet::Damage damage = damage_of(part, block, health);
    if (!found_.empty() && found_.back().damage.file == damage.file && found_.back().damage.end == damage.begin &&
        found_.back().damage.readable == damage.readable) {
      found_.back().damage.end = damage.end;
      found_.back().last = block;
    } else {
      found_.push_back({damage, part.part, block, block});
    }
  }

  [[nodiscard]] bool is_repairable(const PartDescription& part, std::uint64_t first, std::uint64_t last) const {
    for (std::uint64_t block = first; block <= last; ++block) {
      if (!is_good(part, block) && !has_survivors(part, block)) return false;
    }
    return true;
  }
  [[nodiscard]] bool is_good(const PartDescription& part, std::uint64_t block) const {
    if (block >= part.blocks()) return true;  // zeros, behind the end of the archive
    const auto found = good_.find({part.kind == PartKind::Parity, part.index});
    return found != good_.end() && found->second[block];
  }
  [[nodiscard]] bool has_survivors(const PartDescription& part, std::uint64_t block) const {
    const PartDivision& division = set_.division();
    if (division.parity == 0) return false;
    const std::uint64_t group = (part.index - 1) % division.groups;
    const std::vector<std::uint64_t> data = division.data_of(group);
    std::size_t survivors = 0;
    for (const std::uint64_t index : data) survivors += is_good({division, PartKind::Data, index}, block) ? 1U : 0U;
    for (const std::uint64_t index : division.parity_of(group))
      survivors += is_good({division, PartKind::Parity, index}, block) ? 1U : 0U;
    return survivors >= data.size();
  }

  const PartSet& set_;
  Reporter* reporter_;
  BlockReader reader_;
  std::map<std::pair<bool, std::uint64_t>, std::vector<bool>> good_;  // by "is parity" and number
  std::vector<Found> found_;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace

RandomAccessFile PartSet::archive(Reporter* reporter) const {
  return RandomAccessFile(std::make_shared<const PartReader>(*this, reporter));
}

std::vector<PartSet::Damage> PartSet::check(Reporter* reporter) const { return Checker(*this, reporter).run(); }

}  // namespace waybill::oci
