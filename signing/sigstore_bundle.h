#pragma once
// Sigstore bundles (media type v0.3): a signature of a file, or a signed statement. We write those that name a key;
// those with a certificate are read, too, and verified with a trusted root (signing/keyless.h; oci-and-signing, section
// 3).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/digest.h"
#include "core/value.h"
#include "signing/dsse.h"
#include "signing/key.h"

namespace waybill::signing {

inline constexpr std::string_view kBundleMediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
inline constexpr std::uint64_t kLargestBundle = 16ULL << 20;

struct MessageSignature {
  Digest digest;          // claimed, SHA-256; compare it with the file's
  std::string signature;  // decoded
};

enum class BundleVersion : std::uint8_t { V01, V02, V03 };

struct SigstoreBundle {
  std::string key_hint;  // may be empty; only orders the keys that are tried
  std::variant<MessageSignature, Envelope> content;
  std::string certificate = {};  // of the signer, DER; empty in bundles that name a key
  Value::List log_entries = {};  // unread: signing/transparency_log.h
  Value::List timestamps = {};   // unread: signing/timestamp.h
  BundleVersion version = BundleVersion::V03;
};

// The bytes of a bundle that names a key, equal to cosign's: no log entries, no timestamp, no keyid, no line feed at
// the end.
[[nodiscard]] std::string write_bundle(const SigstoreBundle& bundle);

// Media types v0.1 to v0.3. Strict: unknown members, two contents, no content, a key beside a certificate, an empty
// chain of certificates or one with a root, more than one DSSE signature, more than 32 log entries or timestamps are
// refused. Log entries and timestamps themselves are left unread: a key needs neither. Throws InvalidInput.
[[nodiscard]] SigstoreBundle parse_bundle(std::string_view text);

// Signs the file's bytes.
[[nodiscard]] std::string sign_message(const PrivateKey& key, std::string_view message);
// Signs a statement (its exact bytes). The envelope alone is what an `.att` tag holds.
[[nodiscard]] Envelope sign_envelope(const PrivateKey& key, std::string_view statement);
[[nodiscard]] std::string sign_statement(const PrivateKey& key, std::string_view statement);

}  // namespace waybill::signing
