#pragma once
// Finds the parts of a set among files of any names, in any order, some twice, some damaged, some not parts at all; and
// shows the archive that they hold as one file, without writing it.
//
//   PartCatalogue found = find_parts({"/media/stick"});
//   const PartSet set = choose_set(found, {});
//   set.require_complete();
//   const auto archive = OciArchive::open(set.archive());
//
// Every byte that is read is read out of a block whose hash was verified; what fails is taken from a second copy of the
// part, or computed from the other parts and their parity.
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/random_access_file.h"
#include "core/reporter.h"
#include "oci/part.h"

namespace waybill::oci {

// What is wrong with a file, in words that name it: "'b.tar' (part 2 of 3) is cut off: …".
struct PartProblem {
  std::string what;
  std::optional<PartDescription> part;  // unless that cannot be told
  bool is_fatal = true;                 // whether no byte of the file can be used
};

struct FoundPart {
  std::filesystem::path file;
  PartDescription part;
  std::vector<Digest> blocks;
};

class PartSet {
 public:
  explicit PartSet(const PartDivision& division) : division_(division) {}

  [[nodiscard]] const PartDivision& division() const noexcept { return division_; }
  void add(FoundPart part);
  void add_problem(PartProblem problem) { problems_.push_back(std::move(problem)); }
  [[nodiscard]] const std::vector<PartProblem>& problems() const noexcept { return problems_; }

  // The usable files of a part, in the order in which they were found; empty when there is none.
  [[nodiscard]] const std::vector<FoundPart>& copies(PartKind kind, std::uint64_t index) const;
  // The numbers of those that have none; of data parts, or parity.
  [[nodiscard]] std::vector<std::uint64_t> missing(PartKind kind) const;
  // Whether each data part is there, or its group has as many parity parts as it lacks data.
  [[nodiscard]] bool is_complete() const;
  // Unless it is complete, NotFound, or Untrusted when all that is missing is there but cannot be used; names all of
  // it.
  void require_complete() const;

  // The archive as a tar of its own. Untrusted, naming file and bytes, when a read meets damage that nothing makes
  // good. Repairs are told to the reporter, which may be null. Keeps a copy of this.
  [[nodiscard]] RandomAccessFile archive(Reporter* reporter) const;

  // Damaged bytes of a file.
  struct Damage {
    std::filesystem::path file;
    std::string part;  // "part 2 of 3"
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    bool repairable = false;  // by another copy, or by parity
    bool readable = true;     // false: the medium fails there, or is gone
  };
  // Reads every byte of every file, parity too, and verifies it. Neighbouring blocks are one damage.
  [[nodiscard]] std::vector<Damage> check(Reporter* reporter) const;

 private:
  PartDivision division_;
  // By number; grown as parts are found, so that a description that lies costs nothing.
  std::map<std::uint64_t, std::vector<FoundPart>> data_;
  std::map<std::uint64_t, std::vector<FoundPart>> parity_;
  std::vector<PartProblem> problems_;
};

struct PartCatalogue {
  std::map<Digest, PartSet> sets;     // by their id
  std::vector<PartProblem> problems;  // of files that were parts of a set that cannot be told
  std::size_t others = 0;             // files that are no parts
};

// Looks at every file that is named, and at those that lie in a folder that is named (not below it; links in it are
// passed over). What is no part is counted; NotFound for what is not there.
[[nodiscard]] PartCatalogue find_parts(const std::vector<std::filesystem::path>& sources);

// The set of which the id begins so; without one, the only set. NotFound, InvalidInput, listing the sets.
[[nodiscard]] PartSet choose_set(const PartCatalogue& catalogue, std::string_view id);

[[nodiscard]] std::string to_string(const PartSet::Damage& damage);
// "2-4, 7"
[[nodiscard]] std::string ranges(const std::vector<std::uint64_t>& numbers);

}  // namespace waybill::oci
