// Verification of one bundle from memory, beside the bare signature that it cannot do without.
#include <benchmark/benchmark.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/file_system.h"
#include "core/json/reader.h"
#include "signing/keyless.h"
#include "signing/predicate_type.h"
#include "signing/sigstore_bundle.h"
#include "tests/support/source_path.h"

namespace waybill::signing {
namespace {

const PrivateKey& key() {
  static const PrivateKey made = PrivateKey::generate();
  return made;
}
std::vector<PublicKey> trusted() { return {key().public_key()}; }

// One in a second at least: a verification that fails would be a quick one.
void require(bool passed) {
  if (!passed) throw std::runtime_error("not verified");
}

void verify_bare_signature(benchmark::State& state) {
  const std::string message(230, 'x');
  const std::string signature = key().sign(as_bytes(message));
  const PublicKey public_key = key().public_key();
  while (state.KeepRunning()) require(public_key.verify(as_bytes(message), signature));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify_bare_signature)->MinTime(2);

void verify_statement_bundle(benchmark::State& state) {
  const std::string bundle = sign_statement(key(), signature_statement(sha256("manifest")));
  const std::vector<PublicKey> keys = trusted();
  const Digest subject = sha256("manifest");
  while (state.KeepRunning()) require(verify_dsse_bundle(bundle, keys, subject, kSignaturePredicate).passed);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify_statement_bundle)->MinTime(2);

void verify_file_bundle(benchmark::State& state) {
  const std::string file(4096, 'x');
  const std::string bundle = sign_message(key(), file);
  const std::vector<PublicKey> keys = trusted();
  while (state.KeepRunning()) require(verify_message_bundle(bundle, keys, file).passed);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify_file_bundle)->MinTime(2);

Value line_named(const std::string& file, std::string_view name) {
  std::istringstream text(read_file(testing::source_path("tests/support/sigstore/" + file)));
  for (std::string line; std::getline(text, line);) {
    Value value = json::parse(line, file);
    if (value.find("name")->as_string() == name) return value;
  }
  throw std::runtime_error("no line named " + std::string(name));
}

void verify_certificate_bundle(benchmark::State& state) {
  const Value test = line_named("cases.jsonl", "happy-path-v0.3-new-mediaType");
  const std::string bundle = test.find("bundle")->as_string();
  const std::string artifact = test.find("artifact")->as_string();
  const CertificatePolicy policy{
      parse_trusted_root(line_named("roots.jsonl", "production").find("root")->as_string(), "root"),
      {TextRule::matching("https://github\\.com/.*"), TextRule::matching("https://.*")}};
  while (state.KeepRunning()) require(verify_message_certificate(bundle, policy, artifact).signature.passed);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify_certificate_bundle)->MinTime(2);

}  // namespace
}  // namespace waybill::signing
