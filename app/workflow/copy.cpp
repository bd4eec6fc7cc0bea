#include "app/workflow/copy.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "app/workflow/artifact_signer.h"
#include "app/workflow/artifact_source.h"
#include "app/workflow/bundle_source.h"
#include "app/workflow/missing_manifests.h"
#include "app/workflow/pack_bundle.h"
#include "app/workflow/signature_files.h"
#include "app/workflow/verify.h"
#include "core/error.h"
#include "core/file_system.h"
#include "generator/bundle.h"
#include "oci/archive_writer.h"
#include "oci/platform.h"
#include "signing/trusted_signers.h"

namespace waybill {
namespace {

// The signatures of the list of files, so that the folder can be verified where it lies: the first where every tool
// looks, the others under the names of their keys. Of signers that are not trusted none, if somebody is trusted.
void add_checksums_signatures(FileTree& tree, oci::StoreReader& store, const Digest& artifact, const Trust* trust) {
  const RelPath checksums = RelPath::parse(kChecksumsFile);
  if (!tree.contains(checksums)) return;
  const std::string& bytes = tree.at(checksums).bytes;
  const std::vector<std::string> signatures = find_checksums_signatures(store, artifact, bytes);
  const RelPath plain = RelPath::parse(kChecksumsSignature);
  if (trust == nullptr) {
    if (!signatures.empty()) tree.set(plain, signatures.front());
    return;
  }
  const auto by = [&](const signing::TrustedSigners& signers) {
    return std::find_if(signatures.begin(), signatures.end(), [&](const std::string& signature) {
      return signing::verify_message_bundle(signature, signers, bytes).passed;
    });
  };
  if (trust->policy.certificates) {
    const auto found = by({{}, trust->policy.certificates});
    if (found != signatures.end()) tree.set(plain, *found);
  }
  const std::string base(kChecksumsSignature.substr(0, kChecksumsSignature.size() - kSignatureSuffix.size()));
  for (const signing::TrustedKey& trusted : trust->policy.keys) {
    const auto found = by({{trusted.key}, {}});
    if (found == signatures.end()) continue;
    tree.set(tree.contains(plain) ? RelPath::parse(signature_file(base, trusted.key)) : plain, *found);
  }
}

// A folder is signed by its list of files, an artifact by its digest.
Verification verify_source(ArtifactSource& source, const std::string& name, const Trust& trust) {
  if (source.tree) return verify_files(*source.tree, trust);
  return verify_artifact(*source.store, source.artifact, repository_of(oci::parse_target(name)), trust);
}

class Copying {
 public:
  Copying(const CopyRequest& request, const Services& services)
      : request_(request), services_(services), target_(oci::parse_target(request.target)) {
    if (std::holds_alternative<oci::DockerArchiveTarget>(target_)) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is only read", request.target))
          .hint("an oci-archive: is what docker load takes, too");
    }
    if (request_.pack.given() && std::holds_alternative<oci::PathTarget>(target_)) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("'{}' is a folder, which has neither a config nor annotations", request.target))
          .hint("leave --config-type and --manifest-annotation out");
    }
  }

  CopyResult run() {
    std::optional<Trust> trust;
    if (request_.trust.given()) trust = open_trust(request_.trust, services_);
    ArtifactSource source = open_artifact(request_.source, request_.connection, services_, request_.pack);
    std::optional<Epoch> epoch;
    if (trust) {
      with_context([&] { return fmt::format("nothing of '{}' was written", request_.source); },
                   [&] {
                     const Verification verification = verify_source(source, request_.source, *trust);
                     verification.report.throw_unless_trusted();
                     epoch = verification.epoch;
                   });
    }
    if (!request_.platform.empty()) choose_platform(source);
    if (const auto digest = oci::digest_of(target_); digest && *digest != source.artifact.digest) {
      throw Error(ErrorCode::Conflict, fmt::format("'{}' is {}, not {}", request_.source,
                                                   source.artifact.digest.to_string(), digest->to_string()));
    }
    CopyResult result;
    result.source = request_.source;
    result.target = request_.target;
    result.digest = source.artifact.digest.to_string();
    result.bundle_digest = source.bundle_digest;
    result.files = source.files;
    result.verified = trust.has_value();
    if (const auto* folder = std::get_if<oci::PathTarget>(&target_)) {
      unpack(source, folder->path, trust ? &*trust : nullptr, result);
    } else {
      copy(source, result);
    }
    if (trust) remember_epoch(*trust, epoch);
    return result;
  }

 private:
  void choose_platform(ArtifactSource& source) const {
    const oci::Descriptor chosen =
        oci::select_platform(*source.store, source.artifact, oci::Platform::parse(request_.platform));
    if (chosen.digest == source.artifact.digest) return;
    services_.reporter.info(fmt::format("copies {} alone, the image for {} of the index {}", chosen.digest.to_string(),
                                        request_.platform, source.artifact.digest.to_string()));
    source.artifact = chosen;
  }

  void unpack(ArtifactSource& source, const std::filesystem::path& folder, const Trust* trust,
              CopyResult& result) const {
    oci::Unpacked unpacked = oci::unpack_tree(*source.store, source.artifact);
    require_intact(unpacked.tree, fmt::format("'{}'", request_.source));
    result.bundle_digest = unpacked.diff_id.to_string();
    result.files = unpacked.tree.size();
    add_checksums_signatures(unpacked.tree, *source.store, source.artifact.digest, trust);
    write_folder(folder, unpacked.tree, request_.force ? Overwrite::Yes : Overwrite::No);
    result.changed = true;
    result.unpacked = true;
  }

  void copy(ArtifactSource& source, CopyResult& result) const {
    const std::string tag = oci::tag_of(target_).value_or(source.tag.value_or(std::string()));
    if (tag.empty() && !std::holds_alternative<oci::RegistryTarget>(target_)) {
      throw Error(ErrorCode::InvalidInput, "neither the source nor the target names a tag")
          .hint("write the target as …:TAG");
    }
    const oci::CopyOptions options{.referrers = request_.referrers ? oci::WithReferrers::Yes : oci::WithReferrers::No,
                                   .verify = request_.verify_blobs,
                                   .reporter = &services_.reporter};
    const oci::ForceTag force = request_.force_tag ? oci::ForceTag::Yes : oci::ForceTag::No;
    if (const auto* archive = std::get_if<oci::ArchiveTarget>(&target_)) {
      const oci::ArchiveDestination destination{archive->file, tag, image_name(tag)};
      result.outcome = oci::copy_to_archive(*source.store, destination, source.artifact, force, options);
    } else {
      const std::unique_ptr<oci::Store> to = open_store(target_, MissingLayout::Make, request_.connection, services_);
      result.outcome = tag.empty() ? oci::copy(*source.store, *to, source.artifact, options)
                                   : oci::copy_tagged(*source.store, *to, source.artifact, tag, force, options);
    }
    result.tag = tag;
    result.changed = oci::changed(result.outcome);
  }

  // What the nodes of a cluster call an image that comes from a registry: a pod's specification names it so.
  [[nodiscard]] std::string image_name(const std::string& tag) const {
    const oci::Target source = oci::parse_target(request_.source);
    const auto* registry = std::get_if<oci::RegistryTarget>(&source);
    return registry == nullptr ? std::string() : registry->reference.name() + ":" + tag;
  }

  const CopyRequest& request_;
  const Services& services_;
  oci::Target target_;
};

}  // namespace

CopyResult copy(const CopyRequest& request, const Services& services) { return Copying(request, services).run(); }

Value to_value(const CopyResult& result) {
  Value value = Value::map({{"source", result.source},
                            {"target", result.target},
                            {"digest", result.digest},
                            {"changed", result.changed},
                            {"verified", result.verified}});
  if (!result.tag.empty()) value.set("tag", result.tag);
  if (!result.bundle_digest.empty())
    value.set("bundle", Value::map({{"digest", result.bundle_digest}, {"files", std::uint64_t{result.files}}}));
  if (!result.unpacked) {
    value.set("copied", Value::map({{"manifests", result.outcome.manifests_pushed},
                                    {"blobs", result.outcome.blobs_pushed},
                                    {"bytes", result.outcome.bytes_pushed}}));
    value.set("missingManifests", missing_manifests(result.outcome.missing));
  }
  return value;
}

}  // namespace waybill
