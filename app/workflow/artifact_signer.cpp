#include "app/workflow/artifact_signer.h"

#include <fmt/core.h>

#include <array>

#include "core/digest.h"
#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "generator/bundle.h"
#include "oci/attach.h"
#include "oci/layout.h"
#include "oci/manifest.h"
#include "oci/media_types.h"
#include "oci/reference.h"
#include "oci/registry.h"
#include "signing/dsse.h"
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

// What a store holds goes by its digest alone; a registry may not allow it.
void remove_referrer(oci::Store& store, const Digest& digest) {
  if (auto* layout = dynamic_cast<oci::Layout*>(&store)) layout->unlist(digest);
  if (auto* registry = dynamic_cast<oci::Registry*>(&store)) registry->delete_manifest(digest);
}

}  // namespace

void require_sha256(const oci::Descriptor& artifact) {
  if (artifact.digest.algorithm() == DigestAlgorithm::Sha256) return;
  throw Error(ErrorCode::InvalidInput, fmt::format("{} can be copied, but neither signed nor verified: signatures are "
                                                   "about SHA-256 digests",
                                                   artifact.digest.to_string()))
      .hint("push the manifest under its SHA-256 digest");
}

ArtifactSigner::ArtifactSigner(oci::Store& store, oci::Descriptor subject, const signing::PrivateKey& key,
                               std::int64_t created, ReplaceOlder replace)
    : store_(store), subject_(std::move(subject)), key_(key), created_(created), replace_(replace) {
  require_sha256(subject_);
}

SignatureRecord ArtifactSigner::sign_as_bundle(const std::map<std::string, std::string>& annotations) {
  const Digest digest =
      attach_statement(signing::signature_statement(subject_.digest, annotations), signing::kSignaturePredicate);
  return {"bundle", digest, key_.public_key().id()};
}

AttestationRecord ArtifactSigner::attest(std::string_view predicate_type, const Value& predicate) {
  const std::string statement = signing::attestation_statement(subject_.digest, {}, predicate_type, predicate);
  return {std::string(predicate_type), attach_statement(statement, predicate_type)};
}

ArtifactSigner::Kind ArtifactSigner::kind_of_bundle(const oci::Descriptor& referrer, std::string_view statement,
                                                    std::string_view predicate_type) {
  // The annotation only says where looking is not worth it.
  const auto stated = referrer.annotations.find(std::string(kPredicateTypeAnnotation));
  if (stated != referrer.annotations.end() && stated->second != predicate_type) return Kind::Other;
  const std::vector<oci::Descriptor> layers = layers_of(store_, referrer);
  if (layers.size() != 1 || layers[0].media_type != signing::kBundleMediaType ||
      layers[0].size > signing::kLargestBundle)
    return Kind::Other;
  const std::string bundle = oci::fetch_bytes(store_, layers[0], signing::kLargestBundle);
  if (signing::is_signed_already(bundle, key_.public_key(), statement)) return Kind::Same;
  const std::array keys{key_.public_key()};
  return signing::verify_dsse_bundle(bundle, keys, subject_.digest, predicate_type).passed ? Kind::Older : Kind::Other;
}

Digest ArtifactSigner::attach_statement(std::string_view statement, std::string_view predicate_type) {
  std::optional<Digest> same;
  std::vector<Digest> older;
  for (const oci::Descriptor& referrer : store_.referrers(subject_.digest, signing::kBundleMediaType)) {
    const Kind kind = kind_of_bundle(referrer, statement, predicate_type);
    if (kind == Kind::Same && !same) same = referrer.digest;
    if (kind == Kind::Older) older.push_back(referrer.digest);
  }
  std::optional<Error> refusal;
  if (replace_ == ReplaceOlder::Yes) {
    // Before the new one is written: a registry without lists of its own drops the old from the list with that.
    for (const Digest& digest : older) {
      try {
        remove_referrer(store_, digest);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::Denied) throw;
        refusal = error;
      }
    }
  }
  const Digest result = same ? *same : push_statement(statement, predicate_type);
  if (refusal) {
    throw Error(ErrorCode::Denied,
                fmt::format("{}: {} is there, and the older ones stay", refusal->message(), result.to_string()))
        .hint(refusal->hint());
  }
  return result;
}

Digest ArtifactSigner::push_statement(std::string_view statement, std::string_view predicate_type) {
  const std::string bundle = signing::sign_statement(key_, statement);
  return oci::attach(store_, subject_,
                     {.artifact_type = std::string(signing::kBundleMediaType),
                      .layers = {{std::string(signing::kBundleMediaType), bundle, {}}},
                      .annotations = {{std::string(kContentAnnotation), "dsse-envelope"},
                                      {std::string(kPredicateTypeAnnotation), std::string(predicate_type)}},
                      .created = created_})
      .digest;
}

Digest ArtifactSigner::keep_in_tag(std::string_view suffix, const std::function<Kind(const oci::Descriptor&)>& kind_of,
                                   const std::function<oci::Descriptor()>& make) {
  const std::string tag = oci::digest_tag(subject_.digest, suffix);
  std::optional<oci::Descriptor> made;
  // Others may add theirs to the same tag: read, append, write, and look again.
  for (int attempt = 0; attempt < kTagRaces; ++attempt) {
    std::vector<oci::Descriptor> layers;
    bool there = false;
    bool older = false;
    if (const auto held = store_.fetch_tagged(tag)) {
      for (oci::Descriptor& layer : oci::parse_image_manifest(held->bytes).layers) {
        const Kind kind = kind_of(layer);
        there = there || kind == Kind::Same;
        const bool goes = kind == Kind::Older && replace_ == ReplaceOlder::Yes;
        older = older || goes;
        if (!goes) layers.push_back(std::move(layer));
      }
      if (there && !older) return held->descriptor.digest;
    }
    if (!there) {
      if (!made) made = make();
      layers.push_back(*made);
    }
    const oci::ImageManifest manifest{
        .media_type = std::string(oci::media_type::kImageManifest),
        .artifact_type = {},
        .config = oci::push_bytes(store_, empty_signature_config(layers), oci::media_type::kImageConfig),
        .layers = layers,
        .subject = {},
        .annotations = {}};
    const std::string bytes = oci::to_bytes(manifest);
    oci::push_manifest(store_, bytes, oci::media_type::kImageManifest);
    store_.tag(oci::describe(bytes, oci::media_type::kImageManifest), tag, oci::ForceTag::Yes);
  }
  throw Error(ErrorCode::Conflict, fmt::format("somebody else kept changing '{}' in {}", tag, store_.name()))
      .hint("run the same command again");
}

SignatureRecord ArtifactSigner::sign_as_tag(const std::string& docker_reference,
                                            const std::map<std::string, std::string>& annotations) {
  const std::string payload = signing::write_simple_signing({docker_reference, subject_.digest, annotations});
  const auto kind_of = [&](const oci::Descriptor& layer) {
    const auto signature = layer.annotations.find(std::string(signing::kSimpleSigningAnnotation));
    if (layer.media_type != signing::kSimpleSigningMediaType || signature == layer.annotations.end() ||
        layer.size > signing::kLargestSimpleSigningPayload || !store_.exists_blob(layer))
      return Kind::Other;
    const bool same = layer.digest == sha256(payload);
    if (!same && replace_ == ReplaceOlder::No) return Kind::Other;
    const std::string held = same ? payload : oci::fetch_bytes(store_, layer, signing::kLargestSimpleSigningPayload);
    if (!signing::verify_simple_signing(held, signature->second, std::array{key_.public_key()}, subject_.digest).passed)
      return Kind::Other;
    return same ? Kind::Same : Kind::Older;
  };
  const Digest digest = keep_in_tag(".sig", kind_of, [&] {
    oci::Descriptor layer = oci::push_bytes(store_, payload, signing::kSimpleSigningMediaType);
    layer.annotations.emplace(signing::kSimpleSigningAnnotation, signing::sign_simple_signing(key_, payload));
    return layer;
  });
  return {"simplesigning", digest, key_.public_key().id()};
}

ArtifactSigner::Kind ArtifactSigner::kind_of_envelope(const oci::Descriptor& layer, std::string_view statement,
                                                      std::string_view predicate_type) {
  if (layer.media_type != kEnvelopeMediaType || layer.size > signing::kLargestBundle || !store_.exists_blob(layer))
    return Kind::Other;
  const std::string envelope = oci::fetch_bytes(store_, layer, signing::kLargestBundle);
  const std::array keys{key_.public_key()};
  if (!signing::verify_dsse_envelope(envelope, keys, subject_.digest, predicate_type).passed) return Kind::Other;
  const std::string payload =
      signing::parse_envelope(json::parse(envelope, "the DSSE envelope", {.bytes = signing::kLargestBundle})).payload;
  return payload == statement ? Kind::Same : Kind::Older;
}

AttestationRecord ArtifactSigner::attest_as_tag(std::string_view predicate_type, const Value& predicate) {
  const std::string statement = signing::attestation_statement(subject_.digest, {}, predicate_type, predicate);
  const auto kind_of = [&](const oci::Descriptor& layer) { return kind_of_envelope(layer, statement, predicate_type); };
  const Digest digest = keep_in_tag(".att", kind_of, [&] {
    const std::string envelope =
        json::write(signing::to_json(signing::sign_envelope(key_, statement)), json::HtmlEscape::No);
    oci::Descriptor layer = oci::push_bytes(store_, envelope, kEnvelopeMediaType);
    // cosign copies a layer only if it has the first of these, though it is empty.
    layer.annotations.emplace(signing::kSimpleSigningAnnotation, "");
    layer.annotations.emplace("predicateType", predicate_type);
    return layer;
  });
  return {std::string(predicate_type), digest};
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
