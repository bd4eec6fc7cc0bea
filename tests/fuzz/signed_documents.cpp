// Everything of the signing room that reads bytes from outside. The first byte chooses the reader, the rest is its
// input.
#include <string>
#include <vector>

#include "core/error.h"
#include "signing/key_file.h"
#include "signing/predicate_type.h"
#include "signing/sigstore_bundle.h"
#include "signing/verify.h"
#include "tests/fuzz/support.h"

namespace waybill::signing {
namespace {

const PublicKey& stranger() {
  static const PublicKey key = PrivateKey::generate().public_key();
  return key;
}

void read_bundle(std::string_view text) {
  const SigstoreBundle bundle = parse_bundle(text);
  const std::string written = write_bundle(bundle);
  fuzz::require(write_bundle(parse_bundle(written)) == written, "a bundle that was written is read as the same");
  const std::vector<PublicKey> keys = {stranger()};
  fuzz::require(!verify_dsse_bundle(text, keys, sha256("x"), kSignaturePredicate).passed, "nobody has this key");
  fuzz::require(!verify_message_bundle(text, keys, "x").passed, "nobody has this key");
}

void read_payload(std::string_view text) {
  const SimpleSigning payload = parse_simple_signing(text);
  const std::string written = write_simple_signing(payload);
  fuzz::require(write_simple_signing(parse_simple_signing(written)) == written,
                "a payload that was written is read as the same");
}

void read_keys(std::string_view text) {
  if (key_file_kind(text) == KeyFileKind::Public) {
    const PublicKey key = PublicKey::from_pem(text, "input");
    fuzz::require(PublicKey::from_pem(key.pem(), "written") == key, "a key that was written is read as the same");
    (void)key.verify(as_bytes("x"), text);
    return;
  }
  // Deriving a key from a password takes too long to be tried for every input: the password is refused.
  (void)read_private_key(SecretBytes::copy_of(text), "input",
                         []() -> SecretBytes { throw Error(ErrorCode::InvalidInput, "no password"); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::read_by_first_byte(data, size,
                           {{'b', read_bundle},
                            {'s', [](std::string_view text) { (void)parse_statement(text); }},
                            {'p', read_payload},
                            {'k', read_keys},
                            {'d', [](std::string_view text) { (void)malformed_ecdsa_signature(text); }}});
  return 0;
}
}  // namespace waybill::signing
