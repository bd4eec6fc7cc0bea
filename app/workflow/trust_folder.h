#pragma once
// What a site trusts, as one folder that can be carried (docs/decisions/0021):
//
//   1.trust.json, 2.trust.json, …   the signed trust documents, each the successor of the one before; the last one
//   holds epochs.json                     the highest epochs that this site has seen
//
// A document is added under a name that nobody had, at once or not at all, and none is ever changed: a crash leaves the
// trust as it was, and of two writers at a time one is refused.
#include <filesystem>
#include <vector>

#include "app/workflow/epoch.h"
#include "signing/trust_document.h"

namespace waybill {

class TrustFolder {
 public:
  // Throws NotFound when there is no trust in the folder, Untrusted when a document does not follow the one before.
  [[nodiscard]] static TrustFolder open(const std::filesystem::path& folder);
  // A new folder (missing or empty) with a first document, of any version. Untrusted unless its owners signed it;
  // Conflict when something is there.
  [[nodiscard]] static TrustFolder create(const std::filesystem::path& folder, signing::SignedTrust first);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return folder_; }
  [[nodiscard]] const std::vector<signing::SignedTrust>& chain() const noexcept { return chain_; }
  [[nodiscard]] const signing::SignedTrust& current() const noexcept { return chain_.back(); }
  [[nodiscard]] const EpochMemory& epochs() const noexcept { return epochs_; }

  // Untrusted, and nothing is written, unless it may follow the current document; Conflict when another process was
  // faster.
  void add(signing::SignedTrust next);
  // Keeps the higher number of each line, whoever else writes at the same time.
  void remember(const Epoch& epoch);

 private:
  explicit TrustFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  void read_epochs();
  void write(const signing::SignedTrust& document) const;

  std::filesystem::path folder_;
  std::vector<signing::SignedTrust> chain_;  // never empty once open
  EpochMemory epochs_;
};

}  // namespace waybill
