#include "app/workflow/file_evidence.h"

#include <fmt/core.h>

#include <filesystem>

#include "app/workflow/signature_files.h"
#include "core/error.h"
#include "core/file_system.h"
#include "signing/sigstore_bundle.h"

namespace fs = std::filesystem;

namespace waybill {
namespace {

// The bundles under the names that they would have. A stranger may have put a pipe there, which could be read for ever.
std::vector<std::string> bundles_at(const std::string& base, const signing::TrustedSigners& signers) {
  std::vector<std::string> names{signature_file(base)};
  for (const signing::PublicKey& key : signers.keys) names.push_back(signature_file(base, key));
  std::vector<std::string> bundles;
  for (const std::string& name : names) {
    if (fs::is_regular_file(name)) bundles.push_back(read_file(name, signing::kLargestBundle));
  }
  return bundles;
}

// Why the bundle is no attestation of the checksums by one of the keys; empty when it is one.
std::string add_attestation(const std::string& bundle, const Digest& checksums, const signing::TrustedSigners& signers,
                            FoundEvidence& found) {
  const signing::SigstoreBundle parsed = signing::parse_bundle(bundle);
  std::string type = signing::parse_statement(std::get<signing::Envelope>(parsed.content).payload).predicate_type;
  signing::SignatureResult result = signing::verify_dsse_bundle(bundle, signers, checksums, type);
  std::string why = result.passed ? std::string() : result.reason;
  found.attestations.push_back({std::move(type), {"bundle", std::move(result)}});
  return why;
}

// The same for any file there. The main signature is judged as a signature, whatever it is.
std::string add_evidence(const std::string& bytes, const std::string& checksums, bool main,
                         const signing::TrustedSigners& signers, FoundEvidence& found) {
  signing::SignatureResult message = signing::verify_message_bundle(bytes, signers, checksums);
  if (message.passed || main) {
    found.signatures.push_back({"checksums", std::move(message)});
    return {};
  }
  try {
    if (!std::holds_alternative<signing::Envelope>(signing::parse_bundle(bytes).content)) return message.reason;
    return add_attestation(bytes, sha256(checksums), signers, found);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput) throw;
    return error.message();
  }
}

}  // namespace

FoundEvidence find_file_evidence(const std::string& file, const std::string& bytes,
                                 const std::vector<std::string>& types, const signing::TrustedSigners& signers) {
  FoundEvidence found;
  for (const std::string& bundle : bundles_at(file, signers))
    found.signatures.push_back({"file", signing::verify_message_bundle(bundle, signers, bytes)});
  for (const std::string& type : types) {
    for (const std::string& bundle : bundles_at(fmt::format("{}.{}", file, attestation_name(type)), signers))
      found.attestations.push_back({type, {"file", signing::verify_dsse_bundle(bundle, signers, sha256(bytes), type)}});
  }
  return found;
}

FolderEvidence find_folder_evidence(const FileTree& folder, const signing::TrustedSigners& signers) {
  FolderEvidence evidence;
  const RelPath checksums = RelPath::parse(kChecksumsFile);
  const bool signable = folder.contains(checksums);
  for (const auto& [path, file] : folder.files()) {
    if (!path.is_within(RelPath::parse(kAttestationFolder))) continue;
    if (file.executable == Executable::Yes) evidence.problems.push_back({path.text(), "executable"});
    if (!signable || !path.text().ends_with(kSignatureSuffix)) {
      evidence.problems.push_back({path.text(), "not expected here"});
      continue;
    }
    const bool main = path.text() == kChecksumsSignature;
    const std::string why = add_evidence(file.bytes, folder.at(checksums).bytes, main, signers, evidence.found);
    if (!why.empty()) evidence.problems.push_back({path.text(), "not expected here: " + why});
  }
  return evidence;
}

}  // namespace waybill
