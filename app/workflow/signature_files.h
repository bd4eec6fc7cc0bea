#pragma once
// Where the signatures and attestations of a file lie: beside it.
//
//   F.sigstore.json            the signature, where every tool looks
//   F.<key>.sigstore.json      that of a further key: the first 12 digits of the SHA-256 of its SubjectPublicKeyInfo
//   F.<type>.sigstore.json     an attestation: cosign's short name of its type, or 12 digits of the SHA-256 of its URI
//   F.<type>.<key>.sigstore.json
//
// Of a bundle folder F is attestation/checksums, and an attestation is attestation/<type>.sigstore.json.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "signing/key.h"

namespace waybill {

inline constexpr std::string_view kSignatureSuffix = ".sigstore.json";

[[nodiscard]] std::string signature_file(const std::string& base);
[[nodiscard]] std::string signature_file(const std::string& base, const signing::PublicKey& key);
// "spdxjson" for https://spdx.dev/Document
[[nodiscard]] std::string attestation_name(std::string_view predicate_type);

struct SignatureMaker {
  // Whether the file's bytes say the same already, signed by this key.
  std::function<bool(const std::string& bytes, const signing::PublicKey& key)> holds;
  std::function<std::string(const signing::PrivateKey& key)> make;
};
// One for each key: the first that has no other place under the plain name, the others under names of their keys. What
// is there already is kept. Conflict for a plain name that holds something else, unless `force`. Returns the files, in
// the order of the keys.
std::vector<std::string> write_signature_files(const std::string& base, const std::vector<signing::PrivateKey>& keys,
                                               const SignatureMaker& maker, bool force);

}  // namespace waybill
