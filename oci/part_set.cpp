#include "oci/part_set.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/interrupt.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

std::string read_bytes(const RandomAccessFile& file, std::uint64_t offset, std::uint64_t size) {
  std::string bytes(size, '\0');
  bytes.resize(file.read_at(offset, std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

RandomAccessFile open_file(const fs::path& file) {
  std::unique_ptr<FdSource> source = FdSource::open(file.string());
  return {UniqueFd(::dup(source->fd())), file.string()};
}

class Finder {
 public:
  void add(const fs::path& source) {
    std::error_code ignored;
    const fs::file_status status = fs::status(source, ignored);
    if (!fs::exists(status)) throw system_error(ENOENT, fmt::format("cannot open '{}'", source.string()));
    if (!fs::is_directory(status)) {
      look(source, status);
      return;
    }
    std::error_code problem;
    std::set<fs::path> files;  // in an order that does not depend on the disk
    for (fs::directory_iterator entry(source, problem), end; entry != end; entry.increment(problem))
      files.insert(entry->path());
    if (problem) throw system_error(problem.value(), fmt::format("cannot read the folder '{}'", source.string()));
    for (const fs::path& file : files) {
      if (!file.filename().string().starts_with(".waybill-")) look(file, fs::symlink_status(file, ignored));
    }
  }
  PartCatalogue take() { return std::move(result_); }

 private:
  void look(const fs::path& file, const fs::file_status& status) {
    throw_if_interrupted();
    if (!fs::is_regular_file(status)) {
      ++result_.others;
      return;
    }
    const RandomAccessFile bytes = open_file(file);
    const std::string head = read_bytes(bytes, 0, kPartHead);
    if (!looks_like_part(head)) {
      ++result_.others;
      return;
    }
    if (const auto part = find_description(head)) {
      take(file, bytes, *part);
    } else {
      result_.problems.push_back(
          {fmt::format("'{}' begins as a part does, and its description (bytes 0 to {}) is damaged", file.string(),
                       kPartHead),
           std::nullopt});
    }
  }

  void take(const fs::path& file, const RandomAccessFile& bytes, const PartDescription& part) {
    PartSet& set = result_.sets.try_emplace(part.set.id(), part.set).first->second;
    const std::string name = fmt::format("'{}' ({})", file.string(), part.words());
    const std::string front = part_front(part);
    const std::uint64_t back_begin = front.size() + part.body_size();
    const std::uint64_t size = part_file_size(part);
    if (bytes.size() < size) {
      set.add_problem({fmt::format("{} is cut off: it has {} of {} bytes", name, bytes.size(), size), part});
      return;
    }
    const std::string back = read_bytes(bytes, back_begin, part_back_size(part));
    std::optional<std::vector<Digest>> blocks = find_hashes(part, back);
    if (!blocks) {
      set.add_problem(
          {fmt::format("{} is damaged: bytes {} to {} are not the hashes that they should be", name, back_begin, size),
           part});
      return;
    }
    if (bytes.size() > size) {
      set.add_problem(
          {fmt::format("{} has {} bytes more than its {}; they are not read", name, bytes.size() - size, size), part,
           false});
    }
    if (read_bytes(bytes, 0, front.size()) != front)
      set.add_problem(
          {fmt::format("{} is damaged in bytes 0 to {}, before its data", name, front.size()), part, false});
    if (back != part_back(part, *blocks))
      set.add_problem(
          {fmt::format("{} is damaged in bytes {} to {}, behind its data", name, back_begin, size), part, false});
    set.add({file, part, std::move(*blocks)});
  }

  PartCatalogue result_;
};

std::string inventory(const PartSet& set) {
  const PartDivision& division = set.division();
  std::string text = fmt::format("{} ({} of {} parts", division.short_id(),
                                 division.data - set.missing(PartKind::Data).size(), division.data);
  if (division.parity != 0)
    text +=
        fmt::format(", {} of {} parity parts", division.parity - set.missing(PartKind::Parity).size(), division.parity);
  return text + ")";
}

}  // namespace

void PartSet::add(FoundPart part) {
  auto& parts = part.part.kind == PartKind::Parity ? parity_ : data_;
  parts[part.part.index].push_back(std::move(part));
}

const std::vector<FoundPart>& PartSet::copies(PartKind kind, std::uint64_t index) const {
  static const std::vector<FoundPart> kNone;
  const auto& parts = kind == PartKind::Parity ? parity_ : data_;
  const auto found = parts.find(index);
  return found == parts.end() ? kNone : found->second;
}

std::vector<std::uint64_t> PartSet::missing(PartKind kind) const {
  std::vector<std::uint64_t> result;
  for (std::uint64_t i = 1; i <= (kind == PartKind::Parity ? division_.parity : division_.data); ++i) {
    if (copies(kind, i).empty()) result.push_back(i);
  }
  return result;
}

bool PartSet::is_complete() const {
  std::vector<std::uint64_t> lacking(division_.groups);
  for (const std::uint64_t index : missing(PartKind::Data)) ++lacking[(index - 1) % division_.groups];
  for (const auto& [index, copies] : parity_) {
    std::uint64_t& group = lacking[(index - 1) % division_.groups];
    if (group != 0) --group;
  }
  return std::ranges::all_of(lacking, [](std::uint64_t count) { return count == 0; });
}

void PartSet::require_complete() const {
  if (is_complete()) return;
  std::vector<std::string> what;
  std::set<std::uint64_t> gone;
  for (const std::uint64_t index : missing(PartKind::Data)) gone.insert(index);
  what.push_back(
      fmt::format("{} {} of {}", gone.size() == 1 ? "part" : "parts", ranges(missing(PartKind::Data)), division_.data));
  if (division_.parity != 0 && !missing(PartKind::Parity).empty())
    what.push_back(fmt::format("parity {} of {}", ranges(missing(PartKind::Parity)), division_.parity));
  std::size_t unknown = 0;
  std::string damaged;
  for (const PartProblem& problem : problems_) {
    if (!problem.is_fatal) continue;
    damaged += "; " + problem.what;
    if (!problem.part) {
      ++unknown;
    } else if (problem.part->kind != PartKind::Parity) {
      gone.erase(problem.part->index);
    }
  }
  throw Error(gone.size() > unknown ? ErrorCode::NotFound : ErrorCode::Untrusted,
              fmt::format("the set {} lacks {}{}", division_.short_id(), fmt::join(what, " and "), damaged))
      .hint(division_.parity == 0 ? "bring these parts; 'waybill save --parity' makes sets that survive a loss"
                                  : "bring these parts, or as many parity parts");
}

PartCatalogue find_parts(const std::vector<fs::path>& sources) {
  Finder finder;
  for (const fs::path& source : sources) finder.add(source);
  return finder.take();
}

PartSet choose_set(const PartCatalogue& catalogue, std::string_view id) {
  std::vector<std::string> all;
  std::vector<const PartSet*> found;
  for (const auto& [digest, set] : catalogue.sets) {
    all.push_back(inventory(set));
    if (digest.hex().starts_with(id)) found.push_back(&set);
  }
  std::string problems;
  for (const PartProblem& problem : catalogue.problems) problems += "; " + problem.what;
  if (all.empty() && !problems.empty()) throw Error(ErrorCode::Untrusted, "no part can be used" + problems);
  if (all.empty()) {
    throw Error(ErrorCode::NotFound, fmt::format("no part was found among {} files", catalogue.others))
        .hint("parts are what 'waybill save' writes; other archives are read by 'waybill copy oci-archive:FILE'");
  }
  if (found.empty()) {
    throw Error(ErrorCode::NotFound, fmt::format("there is no set '{}'", id.substr(0, 80)))
        .hint(fmt::format("there are: {}", fmt::join(all, ", ")));
  }
  if (found.size() > 1) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("there are parts of {} sets: {}", found.size(), fmt::join(all, ", ")))
        .hint("name one with --set");
  }
  PartSet chosen = *found.front();
  for (const PartProblem& problem : catalogue.problems) chosen.add_problem(problem);
  return chosen;
}

std::string to_string(const PartSet::Damage& damage) {
  return fmt::format("'{}' ({}) {} in bytes {} to {}", damage.file.string(), damage.part,
                     damage.readable ? "is damaged" : "cannot be read", damage.begin, damage.end);
}

std::string ranges(const std::vector<std::uint64_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    if (!text.empty()) text += ", ";
    text += last == i ? std::to_string(numbers[i]) : fmt::format("{}-{}", numbers[i], numbers[last]);
    i = last + 1;
  }
  return text;
}

}  // namespace waybill::oci
