#pragma once
// The signatures and attestations that lie beside a file, and in the folder attestation/ of a bundle
// (app/workflow/signature_files.h), each verified against those whom a policy trusts.
#include <string>
#include <vector>

#include "app/workflow/find_evidence.h"
#include "core/file_tree.h"
#include "generator/bundle.h"

namespace waybill {

// Form "file": the signatures of `file`, whose bytes these are, and its attestations of these types.
[[nodiscard]] FoundEvidence find_file_evidence(const std::string& file, const std::string& bytes,
                                               const std::vector<std::string>& types,
                                               const signing::TrustedSigners& signers);

struct FolderEvidence {
  FoundEvidence found;                // of checksums.txt: forms "checksums" and "bundle"
  std::vector<FileProblem> problems;  // files in attestation/ that none of them made, or that are executable
};
[[nodiscard]] FolderEvidence find_folder_evidence(const FileTree& folder, const signing::TrustedSigners& signers);

}  // namespace waybill
