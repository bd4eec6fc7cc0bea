#include "app/workflow/artifact_signer.h"

#include <fmt/core.h>

#include <array>

#include "core/digest.h"
#include "core/error.h"
#include "core/json/writer.h"
#include "generator/bundle.h"
#include "oci/attach.h"
#include "oci/manifest.h"
#include "oci/media_types.h"
#include "oci/reference.h"
#include "signing/predicate_type.h"
#include "signing/sigstore_bundle.h"
#include "signing/simple_signing.h"
#include "signing/statement.h"
#include "signing/verify.h"

namespace waybill {
namespace {

constexpr std::string_view kContentAnnotation = "dev.sigstore.bundle.content";
constexpr std::string_view kPredicateTypeAnnotation = "dev.sigstore.bundle.predicateType";
constexpr std::string_view kChecksumsMediaType = "text/plain";
constexpr int kTagRaces = 5;

// Whoever may push can attach anything: what cannot be read is not ours and is passed over.
std::vector<oci::Descriptor> layers_of(oci::StoreReader& store, const oci::Descriptor& referrer) {
  try {
    const auto fetched = store.fetch_manifest(referrer.digest);
    if (!fetched) return {};
    return oci::parse_image_manifest(fetched->bytes).layers;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput && error.code() != ErrorCode::Untrusted) throw;
    return {};
  }
}

std::string empty_signature_config(const std::vector<oci::Descriptor>& layers) {
  // What cosign writes: no platform, one history entry and one diff_id a layer (spec: oci-and-signing 2.3).
  constexpr std::string_view kNoTime = "0001-01-01T00:00:00Z";
  Value history = Value::list();
  Value diff_ids = Value::list();
  for (const oci::Descriptor& layer : layers) {
    history.push_back(Value::map({{"created", kNoTime}}));
    diff_ids.push_back(layer.digest.to_string());
  }
  return json::write(Value::map({{"architecture", ""},
                                 {"created", kNoTime},
                                 {"history", std::move(history)},
                                 {"os", ""},
                                 {"rootfs", Value::map({{"type", "layers"}, {"diff_ids", std::move(diff_ids)}})},
                                 {"config", Value::map()}}));
}

bool is_same_signature(oci::StoreReader& store, const oci::Descriptor& layer, std::string_view payload,
                       const signing::PublicKey& key, const Digest& subject) {
  if (layer.media_type != signing::kSimpleSigningMediaType || layer.digest != sha256(payload)) return false;
  const auto signature = layer.annotations.find(std::string(signing::kSimpleSigningAnnotation));
  if (signature == layer.annotations.end() || !store.exists_blob(layer)) return false;
  return signing::verify_simple_signing(payload, signature->second, std::array{key}, subject).passed;
}

}  // namespace

ArtifactSigner::ArtifactSigner(oci::Store& store, oci::Descriptor subject, const signing::PrivateKey& key,
                               std::int64_t created)
    : store_(store), subject_(std::move(subject)), key_(key), created_(created) {}

SignatureRecord ArtifactSigner::sign_as_bundle() {
  const Digest digest = attach_statement(signing::signature_statement(subject_.digest), signing::kSignaturePredicate);
  return {"bundle", digest, key_.public_key().id()};
}

AttestationRecord ArtifactSigner::attest(std::string_view predicate_type, const Value& predicate) {
  const std::string statement = signing::attestation_statement(subject_.digest, {}, predicate_type, predicate);
  return {std::string(predicate_type), attach_statement(statement, predicate_type)};
}

Digest ArtifactSigner::attach_statement(std::string_view statement, std::string_view predicate_type) {
  for (const oci::Descriptor& referrer : store_.referrers(subject_.digest, signing::kBundleMediaType)) {
    // The annotation only says where looking is not worth it.
    const auto stated = referrer.annotations.find(std::string(kPredicateTypeAnnotation));
    if (stated != referrer.annotations.end() && stated->second != predicate_type) continue;
    const std::vector<oci::Descriptor> layers = layers_of(store_, referrer);
    if (layers.size() != 1 || layers[0].media_type != signing::kBundleMediaType ||
        layers[0].size > signing::kLargestBundle)
      continue;
    const std::string bundle = oci::fetch_bytes(store_, layers[0], signing::kLargestBundle);
    if (signing::is_signed_already(bundle, key_.public_key(), statement)) return referrer.digest;
  }
  const std::string bundle = signing::sign_statement(key_, statement);
  return oci::attach(store_, subject_,
                     {.artifact_type = std::string(signing::kBundleMediaType),
                      .layers = {{std::string(signing::kBundleMediaType), bundle, {}}},
                      .annotations = {{std::string(kContentAnnotation), "dsse-envelope"},
                                      {std::string(kPredicateTypeAnnotation), std::string(predicate_type)}},
                      .created = created_})
      .digest;
}

SignatureRecord ArtifactSigner::sign_as_tag(const std::string& docker_reference) {
  const std::string payload = signing::write_simple_signing({docker_reference, subject_.digest, {}});
  const std::string tag = oci::digest_tag(subject_.digest, ".sig");
  const std::string& key_id = key_.public_key().id();
  // Others may add their signatures to the same tag: read, append, write, and look again.
  for (int attempt = 0; attempt < kTagRaces; ++attempt) {
    std::vector<oci::Descriptor> layers;
    if (const auto held = store_.fetch_tagged(tag)) {
      layers = oci::parse_image_manifest(held->bytes).layers;
      for (const oci::Descriptor& layer : layers) {
        if (is_same_signature(store_, layer, payload, key_.public_key(), subject_.digest))
          return {"simplesigning", held->descriptor.digest, key_id};
      }
    }
    oci::Descriptor layer = oci::push_bytes(store_, payload, signing::kSimpleSigningMediaType);
    layer.annotations.emplace(signing::kSimpleSigningAnnotation, signing::sign_simple_signing(key_, payload));
    layers.push_back(std::move(layer));
    const oci::ImageManifest manifest{
        .media_type = std::string(oci::media_type::kImageManifest),
        .artifact_type = {},
        .config = oci::push_bytes(store_, empty_signature_config(layers), oci::media_type::kImageConfig),
        .layers = layers,
        .subject = {},
        .annotations = {}};
    const std::string bytes = oci::to_bytes(manifest);
    store_.push_manifest(bytes, oci::media_type::kImageManifest);
    store_.tag(oci::describe(bytes, oci::media_type::kImageManifest), tag, oci::ForceTag::Yes);
  }
  throw Error(ErrorCode::Conflict,
              fmt::format("somebody else kept changing the signatures '{}' in {}", tag, store_.name()))
      .hint("run the same command again");
}

std::string ArtifactSigner::attach_checksums(std::string_view checksums) {
  const std::array keys{key_.public_key()};
  for (const std::string& signature : find_checksums_signatures(store_, subject_.digest, checksums)) {
    if (signing::verify_message_bundle(signature, keys, checksums).passed) return signature;
  }
  std::string signature = signing::sign_message(key_, checksums);
  attach_checksums_signature(store_, subject_, checksums, signature, created_);
  return signature;
}

void attach_checksums_signature(oci::Store& store, const oci::Descriptor& subject, std::string_view checksums,
                                std::string_view signature, std::int64_t created) {
  oci::attach(store, subject,
              {.artifact_type = std::string(oci::media_type::kChecksums),
               .layers = {{std::string(kChecksumsMediaType),
                           std::string(checksums),
                           {{std::string(oci::annotation::kTitle), std::string(kChecksumsFile)}}},
                          {std::string(signing::kBundleMediaType),
                           std::string(signature),
                           {{std::string(oci::annotation::kTitle), "checksums.sigstore.json"}}}},
               .annotations = {},
               .created = created});
}

Digest attach_document(oci::Store& store, const oci::Descriptor& subject, std::string_view media_type,
                       std::string_view title, std::string_view document, std::int64_t created) {
  return oci::attach(store, subject,
                     {.artifact_type = std::string(media_type),
                      .layers = {{std::string(media_type),
                                  std::string(document),
                                  {{std::string(oci::annotation::kTitle), std::string(title)}}}},
                      .annotations = {},
                      .created = created})
      .digest;
}

std::vector<std::string> find_checksums_signatures(oci::StoreReader& store, const Digest& subject,
                                                   std::string_view checksums) {
  std::vector<std::string> signatures;
  for (const oci::Descriptor& referrer : store.referrers(subject, oci::media_type::kChecksums)) {
    const std::vector<oci::Descriptor> layers = layers_of(store, referrer);
    if (layers.size() != 2 || layers[0].digest != sha256(checksums) || layers[1].size > signing::kLargestBundle)
      continue;
    signatures.push_back(oci::fetch_bytes(store, layers[1], signing::kLargestBundle));
  }
  return signatures;
}

}  // namespace waybill
