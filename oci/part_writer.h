#pragma once
// Writes a set of parts into a folder: every file beside its final name, and all take their names together when all of
// them are on the disk. So what a killed process leaves is under names that begin with ".waybill-", and the next writer
// removes it.
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "core/file_system.h"
#include "core/reporter.h"
#include "core/stream.h"
#include "core/unique_fd.h"
#include "oci/part.h"

namespace waybill::oci {

struct WrittenPart {
  PartDescription part;
  Digest digest;  // its own hash
};

class PartWriter {
 public:
  // Makes the folder if it is missing. Throws Conflict when another process writes parts there, and when a final name
  // is taken by anything but a part of this set, unless that is a regular file and may be overwritten; NoSpace when the
  // disk has not enough room. Nothing but the folder and what is left of a killed process has changed then.
  PartWriter(std::filesystem::path folder, const PartDivision& set, Overwrite overwrite);
  PartWriter(const PartWriter&) = delete;
  PartWriter& operator=(const PartWriter&) = delete;
  ~PartWriter();

  // Takes the archive's bytes, exactly as many as the set says (Internal otherwise).
  [[nodiscard]] ByteSink& archive() noexcept;
  // Once, after the archive: reads the data parts back and adds the parity parts. `reporter` may be null.
  void add_parity(Reporter* reporter);
  // Gives all files their names. The parts in their order, data first.
  std::vector<WrittenPart> commit();

 private:
  class Part;
  class Cutter;

  [[nodiscard]] std::filesystem::path temporary(const PartDescription& part) const;
  [[nodiscard]] std::vector<PartDescription> parts() const;
  // What could not be removed, if anything.
  std::error_code remove_temporary_files() const noexcept;
  void require_free_names(Overwrite overwrite) const;
  void require_room() const;
  void add_parity_of(std::uint64_t group, Reporter* reporter);

  std::filesystem::path folder_;
  PartDivision set_;
  UniqueFd lock_;
  std::vector<WrittenPart> written_;
  std::uint64_t coded_ = 0;  // of all stripes, for the progress
  std::unique_ptr<Cutter> cutter_;
};

}  // namespace waybill::oci
