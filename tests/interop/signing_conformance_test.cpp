// The verification cases of sigstore's conformance suite, which every sigstore client is held to: real bundles of the
// public instance and its staging twin, good ones and bad ones (tests/support/sigstore/README.md).
#include <gmock/gmock.h>

#include <optional>
#include <sstream>

#include "core/error.h"
#include "core/file_system.h"
#include "core/json/reader.h"
#include "signing/keyless.h"
#include "tests/support/process.h"
#include "tests/support/source_path.h"

namespace waybill::signing {
namespace {

constexpr std::string_view kIdentity =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main";
constexpr std::string_view kIssuer = "https://token.actions.githubusercontent.com";

std::vector<Value> lines_of(const std::string& file) {
  std::istringstream text(read_file(testing::source_path("tests/support/sigstore/" + file)));
  std::vector<Value> values;
  for (std::string line; std::getline(text, line);) values.push_back(json::parse(line, file));
  return values;
}

const std::string& root_named(const std::string& name) {
  static const std::vector<Value> roots = lines_of("roots.jsonl");
  for (const Value& root : roots) {
    if (root.find("name")->as_string() == name) return root.find("root")->as_string();
  }
  throw std::runtime_error("no root " + name);
}

// "accepted", or the name of the check that failed and why.
std::string verdict_of(const Value& test) {
  const std::string& bundle = test.find("bundle")->as_string();
  const std::string& artifact = test.find("artifact")->as_string();
  const bool statement = bundle.find("\"dsseEnvelope\":") != std::string::npos;
  if (const Value* key = test.find("key")) {
    try {
      const std::vector<PublicKey> keys{PublicKey::from_pem(key->as_string(), "key.pub")};
      const SignatureResult result = verify_message_bundle(bundle, keys, artifact);
      return result.passed ? "accepted" : "signature: " + result.reason;
    } catch (const Error& error) {
      return "key: " + error.message();
    }
  }
  std::optional<TrustedRoot> root;
  try {
    root = parse_trusted_root(root_named(test.find("root")->as_string()), "trusted_root.json");
  } catch (const Error& error) {
    return "trusted root: " + error.message();
  }
  const CertificatePolicy policy{
      *std::move(root),
      {TextRule::exactly(test.text_or("identity", kIdentity)), TextRule::exactly(test.text_or("issuer", kIssuer))}};
  CertificateResult result =
      statement ? verify_dsse_certificate(bundle, policy, sha256(artifact), "https://slsa.dev/provenance/v1")
                : verify_message_certificate(bundle, policy, artifact);
  if (result.signature.passed) {
    EXPECT_EQ(result.identity, policy.rule.identity.text());
    return "accepted";
  }
  return result.checks.back().name + ": " + result.checks.back().reason;
}

struct Case {
  Value test;
};
void PrintTo(const Case& item, std::ostream* out) { *out << item.test.find("name")->as_string(); }

class Conformance : public ::testing::TestWithParam<Case> {};

TEST_P(Conformance, JudgesAsItShould) {
  EXPECT_EQ(verdict_of(GetParam().test), GetParam().test.text_or("failure", "accepted"));
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (Value& value : lines_of("cases.jsonl")) cases.push_back({std::move(value)});
  return cases;
}

// cosign on the same bundles, artifacts and roots.
TEST(ConformanceByCosign, CosignAgreesOnEveryCase) {
  WAYBILL_REQUIRE_PEER("cosign");
  const TemporaryFolder folder;
  const auto write = [&](const std::string& name, std::string_view bytes) {
    write_file(folder.path() / name, bytes, Overwrite::Yes);
  };
  int judged = 0;
  for (const Value& test : lines_of("cases.jsonl")) {
    // With a key nothing of the root counts here; a root without a start is not read at all there, either.
    if (test.find("key") != nullptr) continue;
    const std::string& bundle = test.find("bundle")->as_string();
    write("bundle.json", bundle);
    write("artifact", test.find("artifact")->as_string());
    write("root.json", root_named(test.find("root")->as_string()));
    std::vector<std::string> command{"cosign", "verify-blob"};
    if (bundle.find("\"dsseEnvelope\":") != std::string::npos)
      command = {"cosign", "verify-blob-attestation", "--type", "slsaprovenance1"};
    for (const std::string& word :
         {std::string("--bundle"), std::string("bundle.json"), std::string("--new-bundle-format"),
          std::string("--trusted-root"), std::string("root.json"), std::string("--certificate-identity"),
          test.text_or("identity", kIdentity), std::string("--certificate-oidc-issuer"),
          test.text_or("issuer", kIssuer)})
      command.push_back(word);
    if (bundle.find("\"signedTimestamp\":") != std::string::npos) command.emplace_back("--use-signed-timestamps");
    command.emplace_back("artifact");
    const testing::ProcessResult result =
        testing::run(command, {.folder = folder.path().string(), .environment = {{"HOME", folder.path().string()}}});
    EXPECT_EQ(result.exit_status == 0, test.find("failure") == nullptr) << test.find("name")->as_string() << result.err;
    ++judged;
  }
  EXPECT_EQ(judged, 67);
}

INSTANTIATE_TEST_SUITE_P(Suite, Conformance, ::testing::ValuesIn(all_cases()), [](const auto& instance) {
  std::string name = instance.param.test.find("name")->as_string();
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
});

}  // namespace
}  // namespace waybill::signing
