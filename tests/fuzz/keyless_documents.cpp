// What comes with signatures by certificates: trusted roots, X.509 certificates with their promises of logs, time
// stamps, checkpoints and log entries. The first byte chooses the reader, the rest is its input.
#include <string>
#include <vector>

#include "core/json/reader.h"
#include "signing/checkpoint.h"
#include "signing/keyless.h"
#include "signing/sct.h"
#include "signing/timestamp.h"
#include "signing/transparency_log.h"
#include "tests/fuzz/support.h"

namespace waybill::signing {
namespace {

void read_root(std::string_view text) {
  const TrustedRoot root = parse_trusted_root(text, "input");
  for (const Authority& authority : root.certificate_authorities)
    fuzz::require(!authority.chain.empty(), "an authority has a certificate");
}

void read_certificate(std::string_view der) {
  const Certificate certificate = Certificate::from_der(der, "input");
  fuzz::require(certificate.der() == der, "a certificate is kept as it is");
  (void)certificate.may_sign_code();
  const IdentityRule rule{TextRule::exactly("nobody"), TextRule::exactly("nobody")};
  fuzz::require(!rule.why_not(certificate).empty(), "nobody is nobody");
  fuzz::require(!why_not_promised(certificate, "issuer", {}).empty(), "without logs there is no promise");
  fuzz::require(!verify_chain(certificate, {certificate}, 1'700'000'000).failure.empty(), "nobody issued himself");
}

void read_checkpoint(std::string_view note) {
  const Checkpoint checkpoint = parse_checkpoint(note);
  fuzz::require(note.starts_with(checkpoint.text), "what is signed is the beginning of the note");
}

void read_entry(std::string_view text) {
  const LogEntry entry = parse_log_entry(json::parse(text, "input"));
  fuzz::require(!verify_log_entry(entry, {}, InclusionProofNeed::Optional, {}).failure.empty(), "no log is known");
  (void)parse_log_body(entry);
}

void read_timestamp(std::string_view response) {
  fuzz::require(!verify_timestamp(response, "signature", {}).failure.empty(), "no authority is known");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::read_by_first_byte(
      data, size,
      {{'r', read_root}, {'x', read_certificate}, {'c', read_checkpoint}, {'e', read_entry}, {'t', read_timestamp}});
  return 0;
}
}  // namespace waybill::signing
