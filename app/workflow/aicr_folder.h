#pragma once
// A folder that NVIDIA's aicr made: checksums.txt in our format, attestation files of its own, no bundle.json (spec:
// bundle, 7). aicr passes over files that its list does not name, recipe.yaml among them; here they are failures.
#include "app/workflow/verify.h"
#include "core/file_tree.h"
#include "signing/report.h"

namespace waybill {

[[nodiscard]] bool is_aicr_folder(const FileTree& folder);

// Compares the files with checksums.txt, adds what is found to the report, and tells which level of aicr's that is.
// `is_signed`: whether a key that is trusted signed checksums.txt.
[[nodiscard]] AicrLevel check_aicr_files(const FileTree& folder, bool is_signed, signing::VerificationReport& report);

}  // namespace waybill
