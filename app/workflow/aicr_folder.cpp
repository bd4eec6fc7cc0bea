#include "app/workflow/aicr_folder.h"

#include <fmt/core.h>

#include "generator/bundle.h"

namespace waybill {
namespace {

constexpr std::string_view kBundleAttestation = "attestation/bundle-attestation.sigstore.json";

}  // namespace

bool is_aicr_folder(const FileTree& folder) {
  return !folder.contains(RelPath::parse(kBundleFile)) && folder.contains(RelPath::parse(kChecksumsFile));
}

AicrLevel check_aicr_files(const FileTree& folder, bool is_signed, signing::VerificationReport& report) {
  bool damaged = false;
  std::size_t unlisted = 0;
  for (const FileProblem& problem : check_checksums(folder)) {
    // aicr would pass over what its list does not name; it is a failure all the same.
    const bool listed = !problem.reason.starts_with("not listed");
    damaged = damaged || listed;
    if (!listed) ++unlisted;
    report.add({"files", false, problem.reason, problem.path});
  }
  if (!damaged && unlisted == 0)
    report.add({"files", true, "exactly the files that are listed", std::string(kChecksumsFile)});
  if (damaged) return {"damaged", "unknown", "files differ from checksums.txt: it is not what aicr wrote"};
  if (is_signed)
    return {"signed", "attested", "a key that is trusted signed checksums.txt; only what it lists is covered"};
  if (folder.contains(RelPath::parse(kBundleAttestation))) {
    return {"not verified", "attested",
            "the files are those of checksums.txt, and an attestation lies beside it that no key here verifies: aicr "
            "accepts any signer, so that it exists proves nothing"};
  }
  return {"unsigned", "unverified", "the files are those of checksums.txt, which anybody may have written"};
}

}  // namespace waybill
