// What decides whom a site trusts: policies, trust documents and their envelopes, patterns, what a site remembers of
// them. The first byte chooses the reader, the rest is its input.
#include <string>

#include "core/json/reader.h"
#include "core/json/writer.h"
#include "signing/dsse.h"
#include "signing/policy.h"
#include "signing/repository_pattern.h"
#include "signing/trust_document.h"
#include "tests/fuzz/support.h"

namespace waybill::signing {
namespace {

const std::string& some_key() {
  static const std::string pem = PrivateKey::generate().public_key().pem();
  return pem;
}

void require_reachable(const Policy& policy, const KeyThreshold& by) {
  fuzz::require(by.threshold >= 1 && by.threshold <= by.key_ids.size(), "a threshold can be reached, and is none of 0");
  for (const std::string& id : by.key_ids)
    fuzz::require(policy.describe(id) != "key " + id, "only keys that are in the policy are named");
}

void require_sound(const Policy& policy) {
  fuzz::require(!policy.keys.empty() && !policy.rules.empty(), "a policy has keys and rules");
  for (const PolicyRule& rule : policy.rules) {
    require_reachable(policy, rule.signatures);
    for (const RequiredAttestation& required : rule.attestations) require_reachable(policy, required.by);
  }
}

void read_policy(std::string_view text) {
  require_sound(parse_policy(text, "policy.yaml", [](const std::string&) { return some_key(); }));
}

void read_trust(std::string_view text) {
  const TrustDocument document = parse_trust_document(text, "trust.yaml");
  require_sound(document.policy);
  require_reachable(document.policy, document.owners);
  fuzz::require(document.version >= 1, "versions begin at 1");
}

void read_signed(std::string_view text) {
  const SignedTrust trust = read_signed_trust(text, "trust.json");
  fuzz::require(!check_succession(trust, trust).trusted(), "nothing follows itself");
  const std::string written = write_signed_trust(trust);
  fuzz::require(write_signed_trust(read_signed_trust(written, "trust.json")) == written,
                "what was written is read as the same");
}

void read_envelope(std::string_view text) {
  const Envelope envelope = parse_envelope(json::parse(text, "input"));
  const std::string written = json::write(to_json(envelope));
  fuzz::require(json::write(to_json(parse_envelope(json::parse(written, "written")))) == written,
                "an envelope that was written is read as the same");
}

void match(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || text.size() > 4096) return;
  const std::string_view pattern = text.substr(0, end);
  const std::string_view name = text.substr(end + 1);
  if (pattern.find('*') == std::string_view::npos)
    fuzz::require(matches_repository(pattern, name) == (pattern == name), "without stars a pattern is a name");
  fuzz::require(matches_repository("**", name), "two stars are everything");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::read_by_first_byte(
      data, size, {{'p', read_policy}, {'t', read_trust}, {'s', read_signed}, {'e', read_envelope}, {'m', match}});
  return 0;
}
}  // namespace waybill::signing
