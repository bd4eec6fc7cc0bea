#pragma once
// A set of parts that save.h wrote, into a registry, a layout or an archive, straight out of the parts.
#include <cstdint>
#include <string>
#include <vector>

#include "app/workflow/stores.h"
#include "app/workflow/trust_choice.h"
#include "oci/copy.h"
#include "oci/part_set.h"

namespace waybill {

struct LoadRequest {
  std::vector<std::string> sources;  // parts, and folders that hold some, among other files
  std::string set;                   // the first digits of its id; empty: the only one
  std::string target;  // a registry ("oci://HOST": each artifact to its own repository there), a repository, a layout
                       // or an archive; a tag only for a single artifact
  TrustChoice trust;   // verify each artifact before anything is written; nobody named: not verified
  bool force_tag = false;
  ConnectionOptions connection;
};

struct LoadedArtifact {
  std::string name;  // in the set
  std::string digest;
  std::string target;  // where it is now
};

struct LoadResult {
  oci::PartDivision set;
  std::string target;
  std::vector<LoadedArtifact> artifacts;
  bool verified = false;
  oci::CopyOutcome outcome;
};

// Every blob is verified before it has its name at the target; all tags come last. Throws Untrusted when somebody is
// trusted who did not sign an artifact as demanded, and when parts are damaged beyond repair (Unclassified when they
// cannot be read: the medium is broken or was taken out); NotFound when parts are
// missing, or blobs that were left out and are not at the target; naming all of them.
[[nodiscard]] LoadResult load(const LoadRequest& request, const Services& services);

struct CheckResult {
  oci::PartSet set;
  std::vector<oci::PartSet::Damage> damage;

  // Whether load() would succeed.
  [[nodiscard]] bool is_loadable() const;
  [[nodiscard]] bool is_intact() const;  // nothing is missing and nothing damaged, in parity neither
  // Whether something that is needed cannot be read: the medium is broken or was taken out.
  [[nodiscard]] bool is_unreadable() const;
};

// Reads every byte of every part and writes nothing.
[[nodiscard]] CheckResult check_parts(const LoadRequest& request, const Services& services);

[[nodiscard]] Value to_value(const LoadResult& result);
[[nodiscard]] Value to_value(const CheckResult& result);

}  // namespace waybill
