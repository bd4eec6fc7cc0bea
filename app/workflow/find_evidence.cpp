#include "app/workflow/find_evidence.h"

#include <fmt/core.h>

#include "app/workflow/artifact_signer.h"
#include "core/error.h"
#include "core/json/reader.h"
#include "oci/manifest.h"
#include "oci/reference.h"
#include "signing/dsse.h"
#include "signing/predicate_type.h"
#include "signing/sigstore_bundle.h"
#include "signing/simple_signing.h"

namespace waybill {
namespace {

constexpr std::size_t kMostReferrers = 256;
constexpr std::size_t kMostLayers = 1000;  // signatures in one .sig manifest
constexpr std::string_view kBundleTypes = "application/vnd.dev.sigstore.bundle";

class Search {
 public:
  Search(oci::StoreReader& store, const Digest& subject, const signing::TrustedSigners& signers)
      : store_(store), subject_(subject), signers_(signers) {}

  FoundEvidence run() {
    read_bundles();
    read_tag(".sig", "simplesigning", [&](const oci::Descriptor& layer) { read_simple_signing(layer); });
    read_tag(".att", "dsse", [&](const oci::Descriptor& layer) { read_attestation(layer); });
    return std::move(found_);
  }

 private:
  template <typename Read>
  void attempt(const std::string& form, Read&& read) {
    try {
      read();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidInput && error.code() != ErrorCode::Untrusted &&
          error.code() != ErrorCode::NotFound)
        throw;
      found_.unreadable.push_back({form, {.reason = error.message()}});
    }
  }

  void read_bundles() {
    std::size_t looked_at = 0;
    for (const oci::Descriptor& referrer : store_.referrers(subject_)) {
      if (!referrer.artifact_type.starts_with(kBundleTypes)) continue;
      if (++looked_at > kMostReferrers) {
        found_.signatures.push_back(
            {"bundle",
             {.reason = fmt::format("more than {} bundles are attached, the rest was not looked at", kMostReferrers)}});
        break;
      }
      attempt("bundle", [&] { read_bundle(referrer); });
    }
  }

  void read_bundle(const oci::Descriptor& referrer) {
    const oci::FetchedManifest fetched = oci::require_manifest(store_, referrer.digest);
    const oci::ImageManifest manifest = oci::parse_image_manifest(fetched.bytes, fetched.descriptor.media_type);
    if (!manifest.subject || manifest.subject->digest != subject_ || manifest.layers.size() != 1) return;
    const std::string bundle = oci::fetch_bytes(store_, manifest.layers[0], signing::kLargestBundle);
    const signing::SigstoreBundle parsed = signing::parse_bundle(bundle);
    const auto* envelope = std::get_if<signing::Envelope>(&parsed.content);
    if (envelope == nullptr || envelope->payload_type != signing::kInTotoPayloadType) return;
    std::string type = signing::parse_statement(envelope->payload).predicate_type;
    signing::SignatureResult result = signing::verify_dsse_bundle(bundle, signers_, subject_, type);
    if (type == signing::kSignaturePredicate) {
      found_.signatures.push_back({"bundle", std::move(result)});
    } else {
      found_.attestations.push_back({std::move(type), {"bundle", std::move(result)}});
    }
  }

  template <typename Read>
  void read_tag(std::string_view suffix, const std::string& form, Read&& read) {
    attempt(form, [&] {
      const auto fetched = store_.fetch_tagged(oci::digest_tag(subject_, suffix));
      if (!fetched) return;
      const oci::ImageManifest manifest = oci::parse_image_manifest(fetched->bytes, fetched->descriptor.media_type);
      if (manifest.layers.size() > kMostLayers)
        throw Error(ErrorCode::InvalidInput, fmt::format("more than {} signatures", kMostLayers));
      for (const oci::Descriptor& layer : manifest.layers) attempt(form, [&] { read(layer); });
    });
  }

  void read_simple_signing(const oci::Descriptor& layer) {
    const auto signature = layer.annotations.find(std::string(signing::kSimpleSigningAnnotation));
    if (layer.media_type != signing::kSimpleSigningMediaType || signature == layer.annotations.end()) return;
    const std::string payload = oci::fetch_bytes(store_, layer, signing::kLargestSimpleSigningPayload);
    found_.signatures.push_back(
        {"simplesigning", signing::verify_simple_signing(payload, signature->second, signers_.keys, subject_)});
  }

  void read_attestation(const oci::Descriptor& layer) {
    if (layer.media_type != kEnvelopeMediaType) return;
    const std::string bytes = oci::fetch_bytes(store_, layer, signing::kLargestBundle);
    const signing::Envelope envelope =
        signing::parse_envelope(json::parse(bytes, "the DSSE envelope", {.bytes = signing::kLargestBundle}));
    if (envelope.payload_type != signing::kInTotoPayloadType) return;
    std::string type = signing::parse_statement(envelope.payload).predicate_type;
    // cosign keeps signatures out of this tag; a statement that claims to be one is none here.
    if (type == signing::kSignaturePredicate) return;
    signing::SignatureResult result = signing::verify_dsse_envelope(bytes, signers_.keys, subject_, type);
    found_.attestations.push_back({std::move(type), {"dsse", std::move(result)}});
  }

  oci::StoreReader& store_;
  const Digest& subject_;
  const signing::TrustedSigners& signers_;
  FoundEvidence found_;
};

}  // namespace

FoundEvidence find_evidence(oci::StoreReader& store, const Digest& subject, const signing::TrustedSigners& signers) {
  return Search(store, subject, signers).run();
}

}  // namespace waybill
