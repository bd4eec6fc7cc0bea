#include "app/workflow/verify.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "app/workflow/aicr_folder.h"
#include "app/workflow/artifact_signer.h"
#include "app/workflow/file_evidence.h"
#include "app/workflow/find_evidence.h"
#include "app/workflow/pack_bundle.h"
#include "app/workflow/reproduce.h"
#include "app/workflow/signature_files.h"
#include "core/error.h"
#include "core/file_system.h"
#include "generator/bundle.h"
#include "oci/manifest.h"
#include "oci/media_types.h"
#include "signing/predicate_type.h"
#include "signing/sigstore_bundle.h"

namespace fs = std::filesystem;

namespace waybill {
namespace {

const std::string kThisBundle = "the bundle";

// One verification: the policy's rule, and what is reported on the way.
class Verifier {
 public:
  // `types`: attestations of these (none: of those that the rule demands) instead of a signature. `reproduce`: the
  // catalogue from which a bundle must be rendered again.
  Verifier(const Trust& trust, const std::optional<std::string>& repository,
           std::optional<std::vector<std::string>> types = std::nullopt,
           std::optional<CatalogueChoice> reproduce = std::nullopt)
      : trust_(trust),
        repository_(trust.repository ? trust.repository : repository),
        types_(std::move(types)),
        reproduce_(std::move(reproduce)) {}

  Verification artifact(oci::StoreReader& store, const oci::Descriptor& artifact) {
    require_sha256(artifact);
    const std::string subject = artifact.digest.to_string();
    result_.digest = subject;
    const oci::FetchedManifest fetched = oci::require_manifest(store, artifact.digest);
    result_.report.add({"digest", true, "the manifest has this digest", subject});
    digests_.push_back(artifact.digest);

    const FoundEvidence found = find_evidence(store, artifact.digest, trust_.policy.signers());
    judge(found, artifact.digest, subject,
          std::array{signing::SignatureForm{"bundle", "signature (bundle)"},
                     signing::SignatureForm{"simplesigning", "signature (simplesigning)"}});
    if (!oci::is_index_type(fetched.descriptor.media_type)) check_layer(store, artifact, fetched);
    return finish();
  }

  Verification files(const FileTree& folder) {
    const FileTree tree = layer_tree(folder);
    const Digest digest = bundle_digest(tree);
    result_.digest = digest.to_string();
    digests_.push_back(digest);
    const FolderEvidence evidence = find_folder_evidence(folder, trust_.policy.signers());
    const std::string subject(kChecksumsFile);
    const RelPath checksums = RelPath::parse(kChecksumsFile);
    const std::string missing =
        folder.contains(checksums) ? std::string(kChecksumsSignature) : std::string(kChecksumsFile);
    judge(evidence.found, digest, subject, std::array{signing::SignatureForm{"checksums", "signature"}},
          fmt::format("there is no '{}'", missing));
    if (is_aicr_folder(folder)) {
      result_.aicr = check_aicr_files(folder, !result_.signers.empty(), result_.report);
    } else {
      check_tree(tree);
    }
    for (const FileProblem& problem : evidence.problems)
      result_.report.add({"files", false, problem.reason, problem.path});
    return finish();
  }

  Verification file(const fs::path& path) {
    const std::string bytes = read_file(path);
    const Digest digest = sha256(bytes);
    result_.digest = digest.to_string();
    digests_.push_back(digest);
    const FoundEvidence found = find_file_evidence(path.string(), bytes, types_to_look_for(), trust_.policy.signers());
    judge(found, digest, path.string(), std::array{signing::SignatureForm{"file", "signature"}},
          fmt::format("there is no file '{}'", signature_file(path.string())));
    check_epoch(std::nullopt, false);
    return finish();
  }

 private:
  // `missing`: what is said of a form that is not there at all.
  void judge(const FoundEvidence& found, const Digest& digest, const std::string& subject,
             std::span<const signing::SignatureForm> forms, const std::string& missing = {}) {
    rule_ = trust_.policy.rule_for(repository_);
    const std::string about = repository_.value_or("a target without a repository");
    if (rule_ == nullptr) {
      result_.report.add({"rule", false, fmt::format("no rule of the policy is about {}", about), subject});
      return;
    }
    if (!rule_->repositories.empty()) {
      result_.report.add(
          {"rule", true, fmt::format("rule {} is about {}", rule_ - trust_.policy.rules.data() + 1, about), subject});
    }
    const std::vector<signing::RequiredAttestation> required = required_attestations();
    if (types_) {
      if (required.empty())
        result_.report.add({"attestation", false, "no type was asked for, and the policy demands none", subject});
    } else if (found.signatures.empty() && found.unreadable.empty() && !missing.empty()) {
      result_.report.add({std::string(forms.front().check_name), false, missing, subject});
    } else {
      std::vector<signing::Evidence> evidence = found.signatures;
      evidence.insert(evidence.end(), found.unreadable.begin(), found.unreadable.end());
      result_.signers =
          signing::judge_signatures(trust_.policy, *rule_, forms, evidence, digest, subject, result_.report);
      // What was looked at for those that count; of the others the signature's check says where it ended.
      for (const signing::Evidence& one : evidence) {
        if (!one.result.passed) continue;
        for (const signing::Check& check : one.result.checks)
          result_.report.add({check.name, check.passed, check.reason, subject});
      }
    }
    signing::judge_attestations(trust_.policy, required, found.attestations, found.unreadable, result_.report);
    keep_attestations(required, found);
    if (!types_) list_attestations(found);
  }

  [[nodiscard]] std::vector<signing::RequiredAttestation> required_attestations() const {
    if (!types_ || types_->empty()) return rule_->attestations;
    std::vector<signing::RequiredAttestation> required;
    for (const std::string& type : *types_) {
      const auto stated = std::find_if(rule_->attestations.begin(), rule_->attestations.end(),
                                       [&](const auto& one) { return one.predicate_type == type; });
      required.push_back({type, stated == rule_->attestations.end() ? rule_->signatures : stated->by});
    }
    return required;
  }

  void keep_attestations(const std::vector<signing::RequiredAttestation>& required, const FoundEvidence& found) {
    for (const signing::RequiredAttestation& wanted : required) {
      for (const auto& [type, evidence] : found.attestations) {
        const std::optional<signing::Statement>& statement = evidence.result.statement;
        if (!statement || type != wanted.predicate_type ||
            !signing::why_not_counted(trust_.policy, wanted.by, evidence.result).empty())
          continue;
        result_.attestations.push_back({type, {evidence.result.key_id, evidence.form}, statement->predicate});
      }
    }
  }

  // Those that nobody demanded, each type once.
  void list_attestations(const FoundEvidence& found) {
    std::vector<std::string> types;
    for (const signing::AttestationEvidence& attestation : found.attestations) {
      const bool demanded =
          std::any_of(rule_->attestations.begin(), rule_->attestations.end(),
                      [&](const auto& required) { return required.predicate_type == attestation.predicate_type; });
      if (!demanded && signing::why_not_counted(trust_.policy, rule_->signatures, attestation.evidence.result).empty())
        types.push_back(attestation.predicate_type);
    }
    std::sort(types.begin(), types.end());
    types.erase(std::unique(types.begin(), types.end()), types.end());
    for (const std::string& type : types)
      result_.report.add({"attestation", true, "signed statement about this digest", type});
  }

  void check_layer(oci::StoreReader& store, const oci::Descriptor& artifact, const oci::FetchedManifest& fetched) {
    const oci::ImageManifest manifest = oci::parse_image_manifest(fetched.bytes, fetched.descriptor.media_type);
    if (manifest.artifact_type != oci::media_type::kBundle) {
      check_epoch(std::nullopt, false);
      return;
    }
    try {
      const oci::Unpacked unpacked = oci::unpack_tree(store, artifact);
      result_.report.add({"content", true, "the layer is what the manifest says", unpacked.diff_id.to_string()});
      digests_.push_back(unpacked.diff_id);
      check_tree(unpacked.tree);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidInput && error.code() != ErrorCode::Untrusted &&
          error.code() != ErrorCode::NotFound)
        throw;
      result_.report.add({"content", false, error.message(), artifact.digest.to_string()});
    }
  }

  // A bundle's files without attestation/, and the epoch in them.
  void check_tree(const FileTree& tree) {
    const std::vector<FileProblem> problems = check_files(tree);
    for (const FileProblem& problem : problems) result_.report.add({"files", false, problem.reason, problem.path});
    if (!problems.empty()) return;
    result_.report.add(
        {"files", true, fmt::format("exactly the {} files that are listed", tree.size()), std::string(kBundleFile)});
    // Only what is trusted so far is worth rendering.
    if (reproduce_ && result_.report.trusted()) {
      for (signing::Check& check : reproduce(tree, *reproduce_)) result_.report.add(std::move(check));
      reproduce_.reset();
    }
    try {
      check_epoch(epoch_of(read_bundle_info(tree)), true);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidInput) throw;
      result_.report.add({"epoch", false, error.message(), std::string(kBundleFile)});
    }
  }

  void check_epoch(const std::optional<Epoch>& epoch, bool is_bundle) {
    result_.epoch = epoch;
    const signing::RequiredEpoch* required = rule_ != nullptr && rule_->epoch ? &*rule_->epoch : nullptr;
    // What is no bundle has no epoch, and what the site has seen of bundles says nothing about it.
    const EpochMemory* seen =
        is_bundle && trust_.folder && !trust_.folder->epochs().empty() ? &trust_.folder->epochs() : nullptr;
    if (!epoch) {
      if (required != nullptr) add_epoch(false, "it states no epoch, and the policy demands one");
      if (seen != nullptr) add_epoch(trust_.allow_older, "it states no epoch, and this site has seen bundles that do");
      return;
    }
    if (required != nullptr) {
      if (required->line && *required->line != epoch->line) {
        add_epoch(false, fmt::format("it is of the line '{}', expected '{}'", epoch->line, *required->line));
      } else {
        add_epoch(epoch->number >= required->oldest,
                  fmt::format("{}; the oldest allowed is {}", to_string(*epoch), required->oldest));
      }
    }
    const auto highest = seen != nullptr ? seen->find(epoch->line) : EpochMemory::const_iterator();
    if (seen == nullptr || highest == seen->end()) {
      if (required == nullptr) add_epoch(true, to_string(*epoch));
      return;
    }
    const bool older = epoch->number < highest->second;
    add_epoch(!older || trust_.allow_older,
              fmt::format("{}; this site has seen {}{}", to_string(*epoch), highest->second,
                          older && trust_.allow_older ? ", and an older one was allowed" : ""));
  }

  void add_epoch(bool passed, std::string reason) {
    result_.report.add({"epoch", passed, std::move(reason), kThisBundle});
  }

  // The types of attestation that a file may have to show.
  [[nodiscard]] std::vector<std::string> types_to_look_for() const {
    std::vector<std::string> types = types_.value_or(std::vector<std::string>());
    if (const signing::PolicyRule* rule = trust_.policy.rule_for(repository_)) {
      for (const signing::RequiredAttestation& required : rule->attestations) types.push_back(required.predicate_type);
    }
    std::sort(types.begin(), types.end());
    types.erase(std::unique(types.begin(), types.end()), types.end());
    return types;
  }

  Verification finish() {
    if (reproduce_ && result_.report.trusted())
      result_.report.add({"reproduction", false, "it is no bundle, which alone can be rendered again", result_.digest});
    signing::judge_revocation(trust_.policy, digests_, result_.report);
    signing::judge_expiry(trust_.policy, trust_.now, result_.report);
    return std::move(result_);
  }

  const Trust& trust_;
  std::optional<std::string> repository_;
  std::optional<std::vector<std::string>> types_;
  std::optional<CatalogueChoice> reproduce_;  // still to be done
  const signing::PolicyRule* rule_ = nullptr;
  std::vector<Digest> digests_;  // by which the target may be revoked
  Verification result_;
};

Verification verify_target(const std::string& text, bool offline, const ConnectionOptions& connection,
                           const Trust& trust, std::optional<std::vector<std::string>> types,
                           std::optional<CatalogueChoice> reproduce, const Services& services) {
  const oci::Target target = oci::parse_target(text);
  Verifier verifier(trust, repository_of(target), std::move(types), std::move(reproduce));
  Verification verification;
  if (const auto* path = std::get_if<oci::PathTarget>(&target)) {
    verification = fs::is_directory(path->path) ? verifier.files(read_folder(path->path)) : verifier.file(path->path);
  } else {
    if (offline && std::holds_alternative<oci::RegistryTarget>(target)) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' cannot be verified offline", text))
          .hint("pull it into a layout first");
    }
    const std::unique_ptr<oci::StoreReader> store = open_source(target, connection, services);
    verification = verifier.artifact(*store, oci::resolve(*store, oci::tag_of(target), oci::digest_of(target)));
  }
  verification.target = text;
  return verification;
}

}  // namespace

Verification verify_artifact(oci::StoreReader& store, const oci::Descriptor& artifact,
                             const std::optional<std::string>& repository, const Trust& trust) {
  return Verifier(trust, repository).artifact(store, artifact);
}

Verification verify_files(const FileTree& folder, const Trust& trust) {
  return Verifier(trust, std::nullopt).files(folder);
}

void remember_epoch(Trust& trust, const std::optional<Epoch>& epoch) {
  if (trust.folder && epoch) trust.folder->remember(*epoch);
}

Verification verify(const VerifyRequest& request, const Services& services) {
  Trust trust = open_trust(request.trust, services);
  if (request.remember && !trust.folder)
    throw Error(ErrorCode::InvalidInput, "--remember goes with --trust: only a trust folder remembers epochs");
  Verification verification = verify_target(request.target, request.offline, request.connection, trust, std::nullopt,
                                            request.reproduce, services);
  if (request.remember && verification.report.trusted()) remember_epoch(trust, verification.epoch);
  return verification;
}

Verification verify_attestation(const VerifyAttestationRequest& request, const Services& services) {
  std::vector<std::string> types;
  types.reserve(request.types.size());
  for (const std::string& type : request.types) types.push_back(signing::predicate_type(type));
  if (types.empty() && !request.trust.keys.empty())
    throw Error(ErrorCode::InvalidInput, "which attestation is demanded? name its type with --type");
  const Trust trust = open_trust(request.trust, services);
  return verify_target(request.target, request.offline, request.connection, trust, std::move(types), std::nullopt,
                       services);
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
  Value value = Value::map({{"target", verification.target},
                            {"digest", verification.digest},
                            {"trusted", verification.report.trusted()},
                            {"checks", std::move(checks)},
                            {"signers", std::move(signers)}});
  if (verification.epoch) value.set("epoch", to_value(*verification.epoch));
  if (verification.aicr) {
    value.set("aicr", Value::map({{"level", verification.aicr->level},
                                  {"corresponds", verification.aicr->corresponds},
                                  {"meaning", verification.aicr->meaning}}));
  }
  return value;
}

Value attestations_value(const Verification& verification) {
  Value value = to_value(verification);
  Value attestations = Value::list();
  Value signers = Value::list();
  for (const TrustedAttestation& one : verification.attestations) {
    attestations.push_back(Value::map({{"predicateType", one.predicate_type},
                                       {"keyId", one.signer.key_id},
                                       {"form", one.signer.form},
                                       {"predicate", one.predicate}}));
    signers.push_back(Value::map({{"keyId", one.signer.key_id}, {"form", one.signer.form}}));
  }
  value.set("signers", std::move(signers));
  value.set("attestations", std::move(attestations));
  return value;
}

Value sole_predicate(const Verification& verification) {
  verification.report.throw_unless_trusted();
  for (const TrustedAttestation& one : verification.attestations) {
    if (one.predicate != verification.attestations.front().predicate)
      throw Error(ErrorCode::Conflict, "the attestations say different things, and a file can hold one of them")
          .hint("--format json lists all");
  }
  if (verification.attestations.empty()) throw Error(ErrorCode::Internal, "trusted without an attestation");
  return verification.attestations.front().predicate;
}

}  // namespace waybill
