#include "app/workflow/publish.h"

#include <fmt/core.h>

#include <filesystem>

#include "app/workflow/pack_bundle.h"
#include "app/workflow/sign.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/json/writer.h"
#include "generator/sbom.h"
#include "oci/archive_writer.h"
#include "oci/layout.h"
#include "oci/oci_archive.h"
#include "signing/predicate_type.h"

namespace waybill {
namespace {

// A store that tells whether anything new was written through it.
class CountingStore final : public oci::Store {
 public:
  explicit CountingStore(oci::Store& inner) : inner_(inner) {}
  [[nodiscard]] bool changed() const noexcept { return changed_; }

  [[nodiscard]] std::string name() const override { return inner_.name(); }
  [[nodiscard]] bool is_remote() const noexcept override { return inner_.is_remote(); }
  [[nodiscard]] std::uint64_t waits() const noexcept override { return inner_.waits(); }
  [[nodiscard]] bool exists_blob(const oci::Descriptor& descriptor) override { return inner_.exists_blob(descriptor); }
  [[nodiscard]] std::unique_ptr<ByteSource> open_blob(const oci::Descriptor& descriptor,
                                                      std::uint64_t offset) override {
    return inner_.open_blob(descriptor, offset);
  }
  oci::Pushed push_blob(const oci::Descriptor& descriptor, const oci::OpenBlob& open) override {
    return note(inner_.push_blob(descriptor, open));
  }
  [[nodiscard]] std::optional<oci::FetchedManifest> fetch_manifest(const Digest& digest) override {
    return inner_.fetch_manifest(digest);
  }
  [[nodiscard]] std::optional<oci::FetchedManifest> fetch_tagged(const std::string& tag) override {
    return inner_.fetch_tagged(tag);
  }
  [[nodiscard]] std::optional<oci::Descriptor> resolve(const std::string& tag) override { return inner_.resolve(tag); }
  [[nodiscard]] std::optional<oci::Descriptor> resolve(const Digest& digest) override { return inner_.resolve(digest); }
  oci::Pushed push_manifest(const oci::FetchedManifest& manifest) override {
    return note(inner_.push_manifest(manifest));
  }
  bool tag(const oci::Descriptor& manifest, const std::string& tag, oci::ForceTag force) override {
    const bool set = inner_.tag(manifest, tag, force);
    changed_ = changed_ || set;
    return set;
  }
  void begin_batch() override { inner_.begin_batch(); }
  void end_batch() override { inner_.end_batch(); }
  [[nodiscard]] std::vector<std::string> list_tags() override { return inner_.list_tags(); }
  [[nodiscard]] std::vector<oci::Descriptor> referrers(const Digest& subject, std::string_view artifact_type) override {
    return inner_.referrers(subject, artifact_type);
  }

 private:
  oci::Pushed note(oci::Pushed pushed) noexcept {
    changed_ = changed_ || pushed == oci::Pushed::Transferred;
    return pushed;
  }
  oci::Store& inner_;
  bool changed_ = false;
};

oci::Target with_tag(oci::Target target, const std::string& tag) {
  if (auto* registry = std::get_if<oci::RegistryTarget>(&target)) registry->reference.tag = tag;
  if (auto* layout = std::get_if<oci::LayoutTarget>(&target)) layout->tag = tag;
  if (auto* archive = std::get_if<oci::ArchiveTarget>(&target)) archive->tag = tag;
  return target;
}

struct Publisher {
  const PublishRequest& request;
  const Services& services;
  const RenderedBundle& rendered;
  const oci::Packed& packed;

  struct Destination {
    oci::Target target;
    std::string tag;
    std::unique_ptr<TemporaryFolder> staging;  // of an archive: what will be in it
    std::unique_ptr<oci::Store> store;
  };

  // Opens the target and refuses a tag that is taken, before anything is written anywhere. In a dry run nothing is made
  // that is not there: then there is no store.
  Destination open_destination() const {
    Destination destination;
    const oci::Target target = oci::parse_target(request.output);
    if (const auto digest = oci::digest_of(target)) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' names a digest; publishing makes one", request.output))
          .hint("leave '@sha256:…' out");
    }
    destination.tag = oci::tag_of(target).value_or(default_tag(rendered.bundle.info));
    destination.target = with_tag(target, destination.tag);
    if (const auto* archive = std::get_if<oci::ArchiveTarget>(&target)) {
      stage(archive->file, destination);
      return destination;
    }
    const auto* layout = std::get_if<oci::LayoutTarget>(&target);
    if (request.dry_run && layout != nullptr && !std::filesystem::exists(layout->folder)) return destination;
    destination.store =
        open_store(target, request.dry_run ? MissingLayout::Refuse : MissingLayout::Make, request.connection, services);
    oci::require_free_tag(*destination.store, destination.tag, packed.manifest.digest, force_tag());
    return destination;
  }

  // An archive is written as a whole, from a layout that begins with what it has of the same artifact, so that what is
  // signed already is not signed again.
  void stage(const std::filesystem::path& file, Destination& destination) const {
    std::unique_ptr<oci::OciArchive> held;
    if (std::filesystem::exists(file)) held = oci::OciArchive::open(file);
    if (held) oci::require_free_tag(*held, destination.tag, packed.manifest.digest, force_tag());
    if (request.dry_run) return;
    destination.staging = std::make_unique<TemporaryFolder>();
    destination.store = oci::Layout::open_or_create(destination.staging->path() / "layout");
    if (held && held->resolve(packed.manifest.digest)) oci::copy(*held, *destination.store, packed.manifest);
  }

  [[nodiscard]] oci::ForceTag force_tag() const { return request.force_tag ? oci::ForceTag::Yes : oci::ForceTag::No; }

  // What publishing would make; its signatures do not exist.
  PublishedArtifact planned_artifact(const Destination& destination) const {
    return {oci::to_string(destination.target), packed.manifest.digest, destination.tag, false, {}, {}};
  }

  PublishedArtifact publish_artifact(const Destination& destination, const signing::PrivateKey& key) const {
    CountingStore store(*destination.store);
    const std::int64_t epoch = services.artifact_epoch();
    services.reporter.info(fmt::format("pushing {} to {}", packed.manifest.digest.to_string(), store.name()));
    store.begin_batch();
    oci::push(store, packed);

    const SbomInput input{rendered.bundle, rendered.recipe, packed.diff_id, epoch};
    const Value spdx = spdx_document(input);
    const Value cyclonedx = cyclonedx_document(input);
    ArtifactSigner signer(store, packed.manifest, key, epoch);
    PublishedArtifact artifact{
        oci::to_string(destination.target), packed.manifest.digest, destination.tag, false, {}, {}};
    attach_document(store, packed.manifest, "application/spdx+json", "bundle.spdx.json", json::canonical(spdx), epoch);
    attach_document(store, packed.manifest, "application/vnd.cyclonedx+json", "bundle.cdx.json",
                    json::canonical(cyclonedx), epoch);
    artifact.attestations.push_back(signer.attest(signing::kSpdxPredicate, spdx));
    artifact.attestations.push_back(signer.attest(signing::kCycloneDxPredicate, cyclonedx));
    artifact.attestations.push_back(signer.attest(signing::kProvenancePredicate, provenance_predicate(input)));
    signer.attach_checksums(rendered.bundle.tree.at(RelPath::parse(kChecksumsFile)).bytes);
    artifact.signatures.push_back(signer.sign_as_bundle());
    const std::string identity =
        request.sign_identity.empty() ? docker_reference(destination.target, destination.tag) : request.sign_identity;
    artifact.signatures.push_back(signer.sign_as_tag(identity));
    // From here on everything is there: the tag makes it visible.
    store.tag(packed.manifest, destination.tag, force_tag());
    artifact.pushed = store.changed();
    if (const auto* archive = std::get_if<oci::ArchiveTarget>(&destination.target)) {
      const oci::CopyOutcome outcome =
          oci::copy_to_archive(store, {archive->file, destination.tag, {}}, packed.manifest, force_tag());
      artifact.pushed = oci::changed(outcome);
    }
    return artifact;
  }
};

void check(const PublishRequest& request) {
  if (request.git.repository.empty() && request.output.empty()) {
    throw Error(ErrorCode::InvalidInput, "nowhere to publish to")
        .hint("name a git repository with --repo, a registry or layout with --output, or both");
  }
  if (request.git.repository.empty() && (request.git.sign || request.git.branch_per_change)) {
    throw Error(ErrorCode::InvalidInput, "no commit is made that could be signed or proposed")
        .hint("name a git repository with --repo");
  }
  if (request.output.empty() && request.pack.given()) {
    throw Error(ErrorCode::InvalidInput, "no artifact is made that could have a config type or annotations")
        .hint("name a registry or layout with --output");
  }
  if (!request.output.empty() && request.key.key.empty() && !request.dry_run) {
    throw Error(ErrorCode::InvalidInput, "an artifact is always signed and no key is given")
        .hint("name one with --key; 'waybill keygen' makes a pair");
  }
}

}  // namespace

PublishResult publish(const PublishRequest& request, const Services& services) {
  check(request);
  const RenderedBundle rendered = render_bundle(request.bundle, services);
  const oci::Packed packed =
      pack_bundle(rendered.bundle.tree, rendered.bundle.info, services.artifact_epoch(), request.pack);
  PublishResult result{{rendered.bundle.info.recipe_digest, packed.diff_id, rendered.bundle.tree.size()}, {}, {}};

  // Everything that can refuse is asked before anything is written: the key and its password, the tag.
  const Publisher publisher{request, services, rendered, packed};
  std::optional<signing::PrivateKey> key;
  std::optional<Publisher::Destination> destination;
  if (!request.output.empty()) {
    if (!request.key.key.empty()) key = open_private_key(request.key, services);
    destination = publisher.open_destination();
  }

  if (!request.git.repository.empty()) {
    CommitOptions options = request.git;
    options.dry_run = request.dry_run;
    result.git = commit_bundle(rendered.bundle, packed.diff_id, options, request.connection.ca_file, services);
  }
  if (destination && request.dry_run) {
    result.artifact = publisher.planned_artifact(*destination);
  } else if (destination) {
    result.artifact = with_context(
        [&] {
          return result.git
                     ? fmt::format(
                           "the commit {} is pushed and stays; run the same command again to complete the artifact",
                           result.git->publication.commit)
                     : std::string("nothing is tagged yet; run the same command again to complete the artifact");
        },
        [&] { return publisher.publish_artifact(*destination, *key); });
  }
  return result;
}

Value to_value(const PublishResult& result) {
  Value value = to_value(result.bundle);
  if (result.git) value.set("git", to_value(*result.git));
  Value signatures = Value::list();
  Value attestations = Value::list();
  if (result.artifact) {
    value.set("oci", Value::map({{"reference", result.artifact->reference},
                                 {"digest", result.artifact->digest.to_string()},
                                 {"tag", result.artifact->tag},
                                 {"pushed", result.artifact->pushed}}));
    for (const SignatureRecord& record : result.artifact->signatures) {
      signatures.push_back(
          Value::map({{"form", record.form}, {"digest", record.digest.to_string()}, {"keyId", record.key_id}}));
    }
    for (const AttestationRecord& record : result.artifact->attestations) {
      attestations.push_back(
          Value::map({{"predicateType", record.predicate_type}, {"digest", record.digest.to_string()}}));
    }
  }
  value.set("signatures", std::move(signatures));
  value.set("attestations", std::move(attestations));
  return value;
}

}  // namespace waybill
