#pragma once
// Signatures and attestations of an artifact in a store, in both published forms: sigstore bundles as referrers, and
// the older tags `.sig` and `.att` (docs/decisions/0011).
//
// Everything is idempotent although ECDSA signatures differ each time: what the store already holds, signed by the same
// key and saying the same, is found and kept.
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "oci/store.h"
#include "signing/key.h"

namespace waybill {

struct SignatureRecord {
  std::string form;  // "bundle" or "simplesigning"
  Digest digest;     // of the manifest that holds it
  std::string key_id;
};

struct AttestationRecord {
  std::string predicate_type;
  Digest digest;  // of the manifest that holds it
};

// The media type of the layers of an `.att` tag.
inline constexpr std::string_view kEnvelopeMediaType = "application/vnd.dsse.envelope.v1+json";

// Whether what the same key signed before of the same kind goes (signatures, or attestations of the same type). Where a
// registry allows no deletes, the new one is written and Denied is thrown.
enum class ReplaceOlder : bool { No, Yes };

// Throws InvalidInput for an artifact that is named by another digest than SHA-256: others sign, list and revoke by
// that one, and a second name of the same content must not lead past them (docs/decisions/0007).
void require_sha256(const oci::Descriptor& artifact);

class ArtifactSigner {
 public:
  // `created` (seconds since 1970) is written into the manifests. The store must hold `subject` already.
  ArtifactSigner(oci::Store& store, oci::Descriptor subject, const signing::PrivateKey& key, std::int64_t created,
                 ReplaceOlder replace = ReplaceOlder::No);

  // `annotations` are signed along (cosign's `-a`).
  [[nodiscard]] SignatureRecord sign_as_bundle(const std::map<std::string, std::string>& annotations = {});
  // `docker_reference`: the name that containers/image compares (registry/repository:tag).
  [[nodiscard]] SignatureRecord sign_as_tag(const std::string& docker_reference,
                                            const std::map<std::string, std::string>& annotations = {});
  [[nodiscard]] AttestationRecord attest(std::string_view predicate_type, const Value& predicate);
  // The same statement in the older form, in the `.att` tag.
  [[nodiscard]] AttestationRecord attest_as_tag(std::string_view predicate_type, const Value& predicate);
  // checksums.txt with its signature, so that a site can check unpacked files with cosign or sha256sum alone. Returns
  // the signature (a sigstore bundle).
  std::string attach_checksums(std::string_view checksums);

 private:
  // What a layer of one of cosign's tags is to this signer.
  enum class Kind : std::uint8_t { Same, Older, Other };

  Digest attach_statement(std::string_view statement, std::string_view predicate_type);
  Digest push_statement(std::string_view statement, std::string_view predicate_type);
  // The manifest of the tag, after it holds the layer: the one that `kind_of` calls the same, or what `make` makes.
  Digest keep_in_tag(std::string_view suffix, const std::function<Kind(const oci::Descriptor&)>& kind_of,
                     const std::function<oci::Descriptor()>& make);
  [[nodiscard]] Kind kind_of_bundle(const oci::Descriptor& referrer, std::string_view statement,
                                    std::string_view predicate_type);
  [[nodiscard]] Kind kind_of_envelope(const oci::Descriptor& layer, std::string_view statement,
                                      std::string_view predicate_type);

  oci::Store& store_;
  oci::Descriptor subject_;
  const signing::PrivateKey& key_;
  std::int64_t created_;
  ReplaceOlder replace_;
};

// An SBOM or another document as a plain referrer, for tools that cannot read attestations. `title` is the name of the
// file that a tool like oras writes.
Digest attach_document(oci::Store& store, const oci::Descriptor& subject, std::string_view media_type,
                       std::string_view title, std::string_view document, std::int64_t created);

// checksums.txt with a signature (a sigstore bundle) that somebody made, as a referrer.
void attach_checksums_signature(oci::Store& store, const oci::Descriptor& subject, std::string_view checksums,
                                std::string_view signature, std::int64_t created);

// The signatures of checksums.txt that the store holds for a bundle, each a sigstore bundle, unverified. `checksums` is
// the file it must be attached with.
[[nodiscard]] std::vector<std::string> find_checksums_signatures(oci::StoreReader& store, const Digest& subject,
                                                                 std::string_view checksums);

}  // namespace waybill
