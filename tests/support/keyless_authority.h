#pragma once
// A sigstore instance of the tests' own, without servers: certificate authorities, a certificate log and a transparency
// log (Rekor's first version) with keys made for the occasion, and the bundles that somebody who signs through them
// would get. Made with OpenSSL and nothing of ours but JSON and digests, so that what is verified was not written by
// what verifies it (sigstore's bundle format v0.3; RFC 6962, sections 2.1, 3.2 and 3.3).
//
//   const KeylessAuthority authority;
//   write_file("root.json", authority.trusted_root(), Overwrite::No);
//   write_file("file.sigstore.json", authority.sign_file("content"), Overwrite::No);
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/value.h"

namespace waybill::testing {

// Who signed, and when. Times are seconds since 1970; certificates hold for ten minutes.
struct KeylessSigner {
  std::string identity = "https://ci.example.com/release.yaml@refs/heads/main";  // without "://" an e-mail address
  std::string oidc_issuer = "https://token.example.com";
  std::int64_t certified = 1767323045;  // 2 January 2026
  std::int64_t logged = 1767323105;     // a minute later
  // The certificate log whose promise (SCT) is in the certificate: that of the trusted root, another one, none.
  enum class Promise : std::uint8_t { Ours, Foreign, None } promise = Promise::Ours;
};

class KeylessAuthority {
 public:
  KeylessAuthority();
  KeylessAuthority(const KeylessAuthority&) = delete;
  KeylessAuthority& operator=(const KeylessAuthority&) = delete;
  ~KeylessAuthority();

  // JSON: whom to believe, all of them from the year 2020 on.
  [[nodiscard]] std::string trusted_root() const;

  // Bundles of version 0.3, each with a key and a certificate of its own. The log entry is a "hashedrekord" for a file
  // and "dsse" for a statement, with the log's promise, its proof in a tree of three and a signed checkpoint.
  [[nodiscard]] std::string sign_file(std::string_view bytes, const KeylessSigner& signer = {}) const;
  [[nodiscard]] std::string sign_statement(const Value& statement, const KeylessSigner& signer = {}) const;
  // The statement by which cosign signs an artifact, or another one about it.
  [[nodiscard]] std::string sign_artifact(const Digest& manifest, const KeylessSigner& signer = {}) const;
  [[nodiscard]] std::string attest_artifact(const Digest& manifest, std::string_view predicate_type,
                                            const Value& predicate, const KeylessSigner& signer = {}) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace waybill::testing
