#include "app/workflow/verify.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "app/workflow/keys.h"
#include "app/workflow/pack_bundle.h"
#include "core/error.h"
#include "core/file_system.h"
#include "generator/bundle.h"
#include "oci/manifest.h"
#include "oci/media_types.h"
#include "signing/predicate_type.h"
#include "signing/sigstore_bundle.h"
#include "signing/verify.h"

namespace waybill {
namespace {

constexpr std::size_t kMostReferrers = 256;
constexpr std::size_t kMostLayers = 1000;  // signatures in one .sig manifest
constexpr std::string_view kFileSignatureSuffix = ".sigstore.json";

// What was found in one form of signature.
struct FormResult {
  std::string form;
  std::vector<Signer> signers;
  std::vector<std::string> failures;

  [[nodiscard]] bool passed() const noexcept { return !signers.empty(); }
  void add(const signing::SignatureResult& result) {
    if (result.passed) {
      const Signer signer{result.key_id, form};
      if (std::find(signers.begin(), signers.end(), signer) == signers.end()) signers.push_back(signer);
    } else {
      failures.push_back(result.reason);
    }
  }
  [[nodiscard]] std::string reason() const {
    if (passed()) return fmt::format("signed by key {}", signers.front().key_id);
    if (failures.empty()) return "there is no signature of this form";
    std::string text;
    for (const std::string& failure : failures) text += (text.empty() ? "" : "; ") + failure;
    return text;
  }
};

// Reads what somebody attached; what cannot be read is a reason, not an end: anybody who may push can attach anything.
template <typename Read>
void attempt(std::vector<std::string>& failures, Read&& read) {
  try {
    read();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput && error.code() != ErrorCode::Untrusted &&
        error.code() != ErrorCode::NotFound)
      throw;
    failures.push_back(error.message());
  }
}

struct BundleForms {
  FormResult signature{"bundle", {}, {}};
  std::vector<std::string> attestations;  // predicate types of valid attestations
};

BundleForms check_bundles(oci::StoreReader& store, const Digest& subject, const std::vector<signing::PublicKey>& keys) {
  BundleForms forms;
  std::size_t looked_at = 0;
  for (const oci::Descriptor& referrer : store.referrers(subject)) {
    if (!referrer.artifact_type.starts_with("application/vnd.dev.sigstore.bundle")) continue;
    if (++looked_at > kMostReferrers) {
      forms.signature.failures.push_back(
          fmt::format("more than {} bundles are attached, the rest was not looked at", kMostReferrers));
      break;
    }
    attempt(forms.signature.failures, [&] {
      const oci::FetchedManifest fetched = oci::require_manifest(store, referrer.digest);
      const oci::ImageManifest manifest = oci::parse_image_manifest(fetched.bytes, fetched.descriptor.media_type);
      if (!manifest.subject || manifest.subject->digest != subject || manifest.layers.size() != 1) return;
      const std::string bundle = oci::fetch_bytes(store, manifest.layers[0], signing::kLargestBundle);
      const signing::SigstoreBundle parsed = signing::parse_bundle(bundle);
      const auto* envelope = std::get_if<signing::Envelope>(&parsed.content);
      if (envelope == nullptr || envelope->payload_type != signing::kInTotoPayloadType) return;
      const std::string predicate_type = signing::parse_statement(envelope->payload).predicate_type;
      const signing::SignatureResult result = signing::verify_dsse_bundle(bundle, keys, subject, predicate_type);
      if (predicate_type == signing::kSignaturePredicate) {
        forms.signature.add(result);
      } else if (result.passed) {
        forms.attestations.push_back(predicate_type);
      }
    });
  }
  std::sort(forms.attestations.begin(), forms.attestations.end());
  forms.attestations.erase(std::unique(forms.attestations.begin(), forms.attestations.end()), forms.attestations.end());
  return forms;
}

FormResult check_signature_tag(oci::StoreReader& store, const Digest& subject,
                               const std::vector<signing::PublicKey>& keys) {
  FormResult form{"simplesigning", {}, {}};
  attempt(form.failures, [&] {
    const auto fetched = store.fetch_tagged(oci::digest_tag(subject, ".sig"));
    if (!fetched) return;
    const oci::ImageManifest manifest = oci::parse_image_manifest(fetched->bytes, fetched->descriptor.media_type);
    if (manifest.layers.size() > kMostLayers)
      throw Error(ErrorCode::InvalidInput, fmt::format("more than {} signatures", kMostLayers));
    for (const oci::Descriptor& layer : manifest.layers) {
      const auto signature = layer.annotations.find(std::string(signing::kSimpleSigningAnnotation));
      if (layer.media_type != signing::kSimpleSigningMediaType || signature == layer.annotations.end()) continue;
      attempt(form.failures, [&] {
        const std::string payload = oci::fetch_bytes(store, layer, signing::kLargestSimpleSigningPayload);
        form.add(signing::verify_simple_signing(payload, signature->second, keys, subject));
      });
    }
  });
  return form;
}

void check_files(const FileTree& tree, signing::VerificationReport& report) {
  const std::vector<FileProblem> problems = waybill::check_files(tree);
  for (const FileProblem& problem : problems) report.add({"files", false, problem.reason, problem.path});
  if (problems.empty())
    report.add({"files", true, fmt::format("exactly the {} files that are listed", layer_tree(tree).size()),
                std::string(kBundleFile)});
}

Verification verify_file(const std::filesystem::path& path, const std::vector<signing::PublicKey>& keys) {
  const std::string bytes = read_file(path);
  Verification verification;
  verification.digest = sha256(bytes).to_string();
  const std::string signature_path = path.string() + std::string(kFileSignatureSuffix);
  // A stranger may have put a pipe there, which could be read for ever.
  if (!std::filesystem::is_regular_file(signature_path)) {
    verification.report.add({"signature", false, fmt::format("there is no file '{}'", signature_path), path.string()});
    return verification;
  }
  const signing::SignatureResult result =
      signing::verify_message_bundle(read_file(signature_path, signing::kLargestBundle), keys, bytes);
  verification.report.add({"signature", result.passed, result.reason, path.string()});
  if (result.passed) verification.signers.push_back({result.key_id, "file"});
  return verification;
}

}  // namespace

Verification verify_artifact(oci::StoreReader& store, const oci::Descriptor& artifact,
                             const std::vector<signing::PublicKey>& keys) {
  Verification verification;
  const std::string subject = artifact.digest.to_string();
  verification.digest = subject;
  const oci::FetchedManifest fetched = oci::require_manifest(store, artifact.digest);
  verification.report.add({"digest", true, "the manifest has this digest", subject});

  const BundleForms bundles = check_bundles(store, artifact.digest, keys);
  const FormResult tag = check_signature_tag(store, artifact.digest, keys);
  // One form signed by a trusted key is enough: cosign writes only one. Without any, every form says why.
  const bool any = bundles.signature.passed() || tag.passed();
  for (const FormResult* form : {&bundles.signature, &tag}) {
    if (form->passed() || !any)
      verification.report.add({"signature (" + form->form + ")", form->passed(), form->reason(), subject});
    verification.signers.insert(verification.signers.end(), form->signers.begin(), form->signers.end());
  }
  for (const std::string& predicate_type : bundles.attestations)
    verification.report.add({"attestation", true, "signed statement about this digest", predicate_type});

  if (oci::is_index_type(fetched.descriptor.media_type)) return verification;
  const oci::ImageManifest manifest = oci::parse_image_manifest(fetched.bytes, fetched.descriptor.media_type);
  if (manifest.artifact_type != oci::media_type::kBundle) return verification;
  try {
    const oci::Unpacked unpacked = oci::unpack_tree(store, artifact);
    verification.report.add({"content", true, "the layer is what the manifest says", unpacked.diff_id.to_string()});
    check_files(unpacked.tree, verification.report);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput && error.code() != ErrorCode::Untrusted &&
        error.code() != ErrorCode::NotFound)
      throw;
    verification.report.add({"content", false, error.message(), subject});
  }
  return verification;
}

Verification verify_files(const FileTree& folder, const std::vector<signing::PublicKey>& keys) {
  Verification verification;
  verification.digest = bundle_digest(layer_tree(folder)).to_string();
  const RelPath checksums = RelPath::parse(kChecksumsFile);
  const RelPath signature = RelPath::parse(kChecksumsSignature);
  if (!folder.contains(checksums) || !folder.contains(signature)) {
    const RelPath& missing = folder.contains(checksums) ? signature : checksums;
    verification.report.add(
        {"signature", false, fmt::format("there is no '{}'", missing.text()), std::string(kChecksumsFile)});
  } else {
    const signing::SignatureResult result =
        signing::verify_message_bundle(folder.at(signature).bytes, keys, folder.at(checksums).bytes);
    verification.report.add({"signature", result.passed, result.reason, std::string(kChecksumsFile)});
    if (result.passed) verification.signers.push_back({result.key_id, "checksums"});
  }
  check_files(folder, verification.report);
  // Nothing lists attestation/: there, only the signature itself is expected.
  for (const auto& [path, file] : folder.files()) {
    if (!path.is_within(RelPath::parse(kAttestationFolder))) continue;
    if (path != signature) {
      verification.report.add({"files", false, "not expected here", path.text()});
    } else if (file.executable == Executable::Yes) {
      verification.report.add({"files", false, "executable", path.text()});
    }
  }
  return verification;
}

Verification verify(const VerifyRequest& request, const Services& services) {
  if (request.keys.empty()) {
    throw Error(ErrorCode::InvalidInput, "nobody is trusted: no key given")
        .hint("name the signer's public key with --key");
  }
  const std::vector<signing::PublicKey> keys = open_public_keys(request.keys, request.password_file, services);
  const oci::Target target = oci::parse_target(request.target);
  Verification verification;
  if (const auto* path = std::get_if<oci::PathTarget>(&target)) {
    verification = std::filesystem::is_directory(path->path) ? verify_files(read_folder(path->path), keys)
                                                             : verify_file(path->path, keys);
  } else {
    if (request.offline && std::holds_alternative<oci::RegistryTarget>(target)) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' cannot be verified offline", request.target))
          .hint("pull it into a layout first");
    }
    const std::unique_ptr<oci::StoreReader> store = open_source(target, request.connection, services);
    verification = verify_artifact(*store, oci::resolve(*store, oci::tag_of(target), oci::digest_of(target)), keys);
  }
  verification.target = request.target;
  return verification;
}

Value to_value(const Verification& verification) {
  Value checks = Value::list();
  for (const signing::Check& check : verification.report.checks()) {
    checks.push_back(Value::map(
        {{"name", check.name}, {"passed", check.passed}, {"reason", check.reason}, {"subject", check.subject}}));
  }
  Value signers = Value::list();
  for (const Signer& signer : verification.signers)
    signers.push_back(Value::map({{"keyId", signer.key_id}, {"form", signer.form}}));
  return Value::map({{"target", verification.target},
                     {"digest", verification.digest},
                     {"trusted", verification.report.trusted()},
                     {"checks", std::move(checks)},
                     {"signers", std::move(signers)}});
}

}  // namespace waybill
