// Policies: who must have signed what, of folders, files, layouts and registries; and what 'attest' and 'attach' make
// of each.
#include <fstream>

#include "core/bytes.h"
#include "core/digest.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/fake_registry.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Policy : public Workspace {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("openssl");
    for (const char* name : {"a", "b", "c"}) make_key(name);
    write("sbom.json", R"({"spdxVersion":"SPDX-2.3"})");
    write("other.json", R"({"spdxVersion":"SPDX-2.3","name":"other"})");
  }
  void write(const std::string& name, const std::string& text) const { write_file(path(name), text, Overwrite::Yes); }
  void policy(const std::string& rules) const {
    write("policy.yaml",
          "apiVersion: waybill.dev/v1\nkind: Policy\nkeys:\n  a: {file: a.pub}\n  b: {file: b.pub}\n" + rules);
  }
  [[nodiscard]] ProcessResult verify(const std::string& target, const Words& more = {"--policy", "policy.yaml"}) const {
    return waybill(joined({"verify", target}, more));
  }
  void make_folder(const Words& keys) const {
    ASSERT_THAT(waybill(joined({"bundle", "-o", "b", "--epoch", "5"}, criteria())), Exited(0));
    Words command{"sign", "b"};
    for (const std::string& key : keys) command = joined(command, {"--key", key + ".key"});
    ASSERT_THAT(waybill(command), Exited(0));
  }
  // The checks of that name: passed or not, in order.
  [[nodiscard]] std::vector<bool> checks(const std::string& target, const std::string& name) const {
    const Value report = parse_json(verify(target, {"--policy", "policy.yaml", "--format", "json"}).out);
    std::vector<bool> found;
    for (const Value& check : at(report, "checks").items())
      if (check.text_or("name", {}) == name) found.push_back(at(check, "passed").as_bool());
    return found;
  }
};

TEST_F(Policy, AFolderNeedsAsManyKeysAsThePolicySays) {
  policy("rules:\n  - signatures: {keys: [a, b], threshold: 2}\n");
  make_folder({"a", "b"});
  EXPECT_THAT(verify("b"), Exited(0));
  EXPECT_EQ(checks("b", "threshold"), std::vector{true});
  fs::copy_file(path("b/attestation/checksums.sigstore.json"), path("kept"));
  fs::remove(path("b/attestation/checksums.sigstore.json"));
  EXPECT_THAT(verify("b"), Exited(4));
  EXPECT_EQ(checks("b", "threshold"), std::vector{false});
  // The same signature under two names is one key.
  for (const auto& entry : fs::directory_iterator(path("b/attestation"))) fs::remove(entry);
  fs::copy_file(path("kept"), path("b/attestation/checksums.sigstore.json"));
  fs::copy_file(path("kept"), path("b/attestation/checksums.0123456789ab.sigstore.json"));
  EXPECT_THAT(verify("b"), Exited(4));
  EXPECT_THAT(verify("b", {"--key", "a.pub"}), Exited(0));
}

TEST_F(Policy, EveryFileOfAFolderIsSignedByThePolicysKeysOrRefused) {
  policy("rules:\n  - signatures: {keys: [a]}\n");
  make_folder({"a"});
  ASSERT_THAT(waybill({"attest", "b", "--key", "b.key", "--type", "spdxjson", "--predicate", "sbom.json"}), Exited(0));
  EXPECT_THAT(verify("b"), Exited(0)) << "a key of the policy made it";
  flip_byte(path("b/attestation/spdxjson.sigstore.json"));
  EXPECT_THAT(verify("b"), Exited(4));
  ASSERT_THAT(waybill({"attest", "b", "--key", "c.key", "--type", "spdxjson", "--predicate", "sbom.json", "--force"}),
              Exited(0));
  EXPECT_THAT(verify("b").out, AllOf(HasSubstr("NOT TRUSTED"), HasSubstr("not expected here: the signature was not")));
}

TEST_F(Policy, AMissingOrForeignAttestationIsAFailure) {
  policy("rules:\n  - signatures: {keys: [a]}\n    attestations: [{type: spdxjson, keys: [b]}]\n");
  make_folder({"a"});
  EXPECT_THAT(verify("b").out, HasSubstr("there is no attestation of this type"));
  ASSERT_THAT(waybill({"attest", "b", "--key", "a.key", "--type", "spdxjson", "--predicate", "sbom.json"}), Exited(0));
  EXPECT_THAT(verify("b").out, HasSubstr("which may not sign this"));
  EXPECT_THAT(waybill({"attest", "b", "--key", "b.key", "--type", "spdxjson", "--predicate", "sbom.json"}), Exited(9));
  ASSERT_THAT(
      waybill({"attest", "b", "--key", "a.key", "--key", "b.key", "--type", "spdxjson", "--predicate", "sbom.json"}),
      Exited(0));
  EXPECT_THAT(verify("b"), Exited(0));
  EXPECT_THAT(waybill({"verify-attestation", "b", "--policy", "policy.yaml"}), Exited(0));
  EXPECT_THAT(waybill({"verify-attestation", "b", "--policy", "policy.yaml", "--type", "cyclonedx"}), Exited(4));
}

TEST_F(Policy, TheEpochMustBeNewEnoughAndOfTheLine) {
  make_folder({"a"});
  policy("rules:\n  - signatures: {keys: [a]}\n    epoch: {oldest: 5}\n");
  EXPECT_THAT(verify("b"), Exited(0));
  policy("rules:\n  - signatures: {keys: [a]}\n    epoch: {oldest: 6}\n");
  EXPECT_THAT(verify("b").out, HasSubstr("5 of the line 'default'; the oldest allowed is 6"));
  policy("rules:\n  - signatures: {keys: [a]}\n    epoch: {oldest: 1, line: gpu}\n");
  EXPECT_THAT(verify("b").out, HasSubstr("it is of the line 'default', expected 'gpu'"));
  policy("rules:\n  - signatures: {keys: [a]}\n    epoch: {oldest: 0}\n");
  write("file", "x");
  ASSERT_THAT(waybill({"sign", "file", "--key", "a.key"}), Exited(0));
  EXPECT_THAT(verify("file").out, HasSubstr("it states no epoch, and the policy demands one"));
}

TEST_F(Policy, AnEpochIsANumberThatWasAskedFor) {
  for (const char* epoch : {"x", "-1", "1.5", "a/b:1", ":1", "1:", "99999999999999999"})
    EXPECT_THAT(waybill(joined({"bundle", "-o", "b", "--epoch", epoch}, criteria())), Exited(2)) << epoch;
  ASSERT_THAT(waybill(joined({"bundle", "-o", "without"}, criteria())), Exited(0));
  EXPECT_THAT(read_file(path("without/bundle.json")), Not(HasSubstr("epoch")));
  for (const char* name : {"one", "two"})
    ASSERT_THAT(waybill(joined({"bundle", "-o", name, "--epoch", "gpu-a:7"}, criteria())), Exited(0));
  EXPECT_EQ(snapshot(folder() / "one"), snapshot(folder() / "two"));
  ASSERT_THAT(waybill({"sign", "one", "--key", "a.key"}), Exited(0));
  const Value verdict = waybill_json({"verify", "one", "--key", "a.pub"});
  EXPECT_EQ(at(verdict, "epoch.line").as_string(), "gpu-a");
  EXPECT_EQ(at(verdict, "epoch.number").as_int(), 7);
}

TEST_F(Policy, RulesAreForRepositoriesAndTheFirstOneDecides) {
  const FakeRegistry registry({.referrers_api = true, .announce_subject = true});
  ASSERT_THAT(waybill(joined({"publish", "--key", "a.key", "--output", "oci-layout:out:v1"}, criteria())), Exited(0));
  const std::string gpu = registry.host() + "/gpu/bundle";
  const std::string lab = registry.host() + "/lab/bundle";
  for (const std::string& repository : {gpu, lab})
    ASSERT_THAT(waybill({"copy", "oci-layout:out:v1", "oci://" + repository + ":v1"}), Exited(0));
  policy("rules:\n  - repositories: ['" + registry.host() +
         "/gpu/*']\n    signatures: {keys: [a]}\n"
         "  - repositories: ['" +
         registry.host() + "/**']\n    signatures: {keys: [b]}\n");
  EXPECT_THAT(verify("oci://" + gpu + ":v1"), Exited(0));
  EXPECT_THAT(verify("oci://" + lab + ":v1").out, HasSubstr("which may not sign this"));
  const ProcessResult unnamed = verify("oci-layout:out:v1");
  EXPECT_THAT(unnamed, Exited(4));
  EXPECT_THAT(unnamed.out, HasSubstr("no rule of the policy is about a target without a repository"));
  EXPECT_THAT(verify("oci-layout:out:v1", {"--policy", "policy.yaml", "--as", gpu}), Exited(0));
  EXPECT_THAT(verify("oci-layout:out:v1", {"--policy", "policy.yaml", "--as", lab}), Exited(4));
}

TEST_F(Policy, PullAndCopyWriteNothingThatItDoesNotAllow) {
  ASSERT_THAT(waybill(joined({"publish", "--key", "a.key", "--output", "oci-layout:out:v1"}, criteria())), Exited(0));
  policy("rules:\n  - signatures: {keys: [b]}\n");
  for (const Words& command :
       {Words{"pull", "oci-layout:out:v1", "--output", "x"}, Words{"copy", "oci-layout:out:v1", "oci-layout:x:v1"}}) {
    EXPECT_THAT(waybill(joined(command, {"--policy", "policy.yaml"})), Exited(4));
    EXPECT_FALSE(fs::exists(path("x")));
  }
  policy("rules:\n  - signatures: {keys: [a]}\n");
  EXPECT_THAT(waybill({"pull", "oci-layout:out:v1", "--output", "x", "--policy", "policy.yaml"}), Exited(0));
  EXPECT_THAT(verify("x"), Exited(0));
}

TEST_F(Policy, SignaturesOfSeveralKeysSurvivePackingAndUnpacking) {
  policy("rules:\n  - signatures: {keys: [a, b], threshold: 2}\n");
  ASSERT_THAT(waybill(joined({"publish", "--key", "a.key", "--output", "oci-layout:out:v1"}, criteria())), Exited(0));
  EXPECT_THAT(verify("oci-layout:out:v1"), Exited(4));
  ASSERT_THAT(waybill({"sign", "oci-layout:out:v1", "--key", "b.key"}), Exited(0));
  EXPECT_THAT(verify("oci-layout:out:v1"), Exited(0));
  ASSERT_THAT(waybill({"pull", "oci-layout:out:v1", "--output", "x", "--policy", "policy.yaml"}), Exited(0));
  EXPECT_THAT(verify("x"), Exited(0));
  ASSERT_THAT(waybill({"push", "x", "oci-layout:again:v1"}), Exited(0));
  ASSERT_THAT(waybill({"pull", "oci-layout:again:v1", "--output", "y"}), Exited(0));
  EXPECT_THAT(verify("y", {"--key", "a.pub", "--key", "b.pub"}), Exited(0))
      << "without trust one of the two comes along";
}

TEST_F(Policy, AnUnknownFieldIsRefusedWithItsPlace) {
  policy("rules:\n  - signatures: {keys: [a], treshold: 2}\n");
  write("file", "x");
  const ProcessResult result = verify("file", {"--policy", "policy.yaml", "--format", "json"});
  EXPECT_THAT(result, Exited(2));
  const Value error = parse_json(result.err);
  EXPECT_EQ(error.text_or("file", {}), "policy.yaml");
  EXPECT_EQ(at(error, "line").as_int(), 7);
  EXPECT_EQ(at(error, "column").as_int(), 29);
  EXPECT_EQ(error.text_or("hint", {}), "did you mean 'threshold'?");
}

TEST_F(Policy, WhoIsTrustedIsSaidInOneWay) {
  write("file", "x");
  policy("rules:\n  - signatures: {keys: [a]}\n");
  EXPECT_THAT(verify("file", {"--policy", "policy.yaml", "--key", "a.pub"}), Exited(2));
  EXPECT_THAT(verify("file", {"--policy", "policy.yaml", "--threshold", "2"}), Exited(2));
  EXPECT_THAT(verify("file", {"--key", "a.pub", "--threshold", "2"}), Exited(2));
  EXPECT_THAT(verify("file", {"--key", "a.pub", "--allow-older"}), Exited(2));
  EXPECT_THAT(verify("file", {"--key", "a.pub", "--remember"}), Exited(2));
  EXPECT_THAT(verify("file", {"--policy", "none.yaml"}), Exited(3));
  EXPECT_THAT(waybill({"verify-attestation", "file", "--key", "a.pub"}), Exited(2));
}

TEST_F(Policy, AnAttestationIsDemandedByItsTypeAndOutputIsWhatWasSigned) {
  ASSERT_THAT(waybill(joined({"publish", "--key", "a.key", "--output", "oci-layout:out:v1"}, criteria())), Exited(0));
  const Words verify_it{"verify-attestation", "oci-layout:out:v1", "--key", "a.pub", "--type"};
  EXPECT_THAT(waybill(joined(verify_it, {"vuln"})), Exited(4));
  write("scan.json", R"({"scanner":{"uri":"x"}})");
  ASSERT_THAT(waybill({"attest", "oci-layout:out:v1", "--key", "a.key", "--type", "vuln", "--predicate", "scan.json"}),
              Exited(0));
  EXPECT_THAT(waybill(joined(verify_it, {"vuln", "--output", "out.json"})), Exited(0));
  EXPECT_EQ(parse_json(read_file(path("out.json"))), parse_json(read_file(path("scan.json"))));
  EXPECT_THAT(waybill(joined(verify_it, {"vulm"})), Exited(2));
  EXPECT_THAT(waybill({"verify-attestation", "oci-layout:out:v1", "--key", "b.pub", "--type", "vuln", "-o", "no.json"}),
              Exited(4));
  EXPECT_FALSE(fs::exists(path("no.json")));
  EXPECT_THAT(waybill({"attest", "oci-layout:out:v1", "--key", "a.key", "--type", "vuln", "--predicate", "a.pub"}),
              Exited(2));
  write("list.json", "[]");
  EXPECT_THAT(waybill({"attest", "oci-layout:out:v1", "--key", "a.key", "--type", "vuln", "--predicate", "list.json"}),
              Exited(2));
  EXPECT_THAT(waybill({"attest", "oci-layout:out:v1", "--key", "a.key", "--predicate", "scan.json", "--type",
                       "https://sigstore.dev/cosign/sign/v1"}),
              Exited(2));
}

TEST_F(Policy, AnAttachedDocumentIsSeenAndProvesNothing) {
  ASSERT_THAT(waybill(joined({"publish", "--key", "a.key", "--output", "oci-layout:out:v1"}, criteria())), Exited(0));
  write("vex.json", R"({"@context":"https://openvex.dev/ns/v0.2.0"})");
  const Words command{"attach", "oci-layout:out:v1", "--file", "vex.json", "--type", "openvex"};
  const Value made = waybill_json(command);
  EXPECT_EQ(waybill_json(command), made);
  EXPECT_THAT(waybill({"inspect", "oci-layout:out:v1"}).out, HasSubstr("application/vnd.openvex+json"));
  EXPECT_THAT(waybill({"verify-attestation", "oci-layout:out:v1", "--key", "a.pub", "--type", "openvex"}), Exited(4));
  EXPECT_THAT(waybill({"attach", "oci-layout:out:v1", "--file", "sbom.json", "--type", "cyclonedx"}), Exited(2));
  EXPECT_THAT(waybill({"attach", "oci-layout:out:v1", "--file", "a.pub", "--type", "application/x-pem-file"}),
              Exited(0));
  EXPECT_THAT(waybill({"attach", "oci-layout:out:v1", "--file", "a.pub", "--type", "pem"}), Exited(2));
  EXPECT_THAT(waybill({"attach", "sbom.json", "--file", "a.pub", "--type", "a/b"}), Exited(2));
}

TEST_F(Policy, ReplaceLeavesOneSignatureOfAKeyAndThoseOfOthers) {
  ASSERT_THAT(waybill(joined({"publish", "--key", "a.key", "--output", "oci-layout:out:v1"}, criteria())), Exited(0));
  ASSERT_THAT(waybill({"sign", "oci-layout:out:v1", "--key", "b.key", "--annotation", "stage=test"}), Exited(0));
  ASSERT_THAT(waybill({"sign", "oci-layout:out:v1", "--key", "b.key", "--annotation", "stage=production"}), Exited(0));
  const auto accepted = [&](const char* key, const char* stage) {
    return waybill({"verify", "oci-layout:out:v1", "--key", key, "--annotation", std::string("stage=") + stage})
        .exit_status;
  };
  EXPECT_EQ(accepted("b.pub", "test"), 0);
  EXPECT_EQ(accepted("b.pub", "production"), 0);
  ASSERT_THAT(waybill({"sign", "oci-layout:out:v1", "--key", "b.key", "--annotation", "stage=production", "--replace"}),
              Exited(0));
  EXPECT_EQ(accepted("b.pub", "test"), 4);
  EXPECT_EQ(accepted("b.pub", "production"), 0);
  EXPECT_THAT(verify("oci-layout:out:v1", {"--key", "a.pub"}), Exited(0));
}

TEST_F(Policy, ARegistryThatKeepsWhatItHasSaysSo) {
  const FakeRegistry registry({.referrers_api = true, .announce_subject = true});
  const std::string target = "oci://" + registry.host() + "/a:v1";
  ASSERT_THAT(waybill(joined({"publish", "--key", "a.key", "--output", target}, criteria())), Exited(0));
  const auto attest = [&](const char* predicate, const Words& more = {}) {
    return waybill(joined({"attest", target, "--key", "b.key", "--type", "spdxjson", "--predicate", predicate}, more));
  };
  EXPECT_THAT(attest("sbom.json"), Exited(0));
  const ProcessResult refused = attest("other.json", {"--replace"});
  EXPECT_THAT(refused, Exited(4));
  EXPECT_THAT(refused.err, HasSubstr("is there, and the older ones stay"));
  EXPECT_THAT(waybill({"verify-attestation", target, "--key", "b.pub", "--type", "spdxjson", "--format", "json"}).out,
              HasSubstr("\"other\""));
}

// A folder as aicr v0.11.1 writes it.
class AicrFolder : public Policy {
 protected:
  void SetUp() override {
    Policy::SetUp();
    fs::create_directories(path("aicr/gpu-operator"));
    write("aicr/gpu-operator/values.yaml", "a: 1\n");
    write("aicr/deploy.sh", "#!/bin/sh\n");
    ASSERT_THAT(execute({"sh", "-c", "cd aicr && sha256sum gpu-operator/values.yaml deploy.sh > checksums.txt"}),
                Exited(0));
  }
  [[nodiscard]] Value verdict() const {
    return parse_json(waybill({"verify", "aicr", "--key", "a.pub", "--format", "json"}).out);
  }
  void expect_level(const std::string& level, const std::string& corresponds) const {
    const Value value = verdict();
    EXPECT_EQ(at(value, "aicr.level").as_string(), level);
    EXPECT_EQ(at(value, "aicr.corresponds").as_string(), corresponds);
  }
};

TEST_F(AicrFolder, UnsignedIsNotTrustedThoughItsFilesMatch) {
  expect_level("unsigned", "unverified");
  EXPECT_FALSE(at(verdict(), "trusted").as_bool());
  EXPECT_THAT(waybill({"verify", "aicr", "--key", "a.pub"}).out,
              AllOf(HasSubstr("exactly the files that are listed"), HasSubstr("anybody may have written")));
}

TEST_F(AicrFolder, WhatAicrPassesOverIsAFailure) {
  write("aicr/recipe.yaml", "kind: Recipe\n");
  write("aicr/gpu-operator/evil.yaml", "kind: Pod\n");
  const ProcessResult result = waybill({"verify", "aicr", "--key", "a.pub"});
  EXPECT_THAT(result, Exited(4));
  EXPECT_THAT(result.out, AllOf(HasSubstr("files: recipe.yaml: not listed"),
                                HasSubstr("files: gpu-operator/evil.yaml: not listed")));
  expect_level("unsigned", "unverified");
}

TEST_F(AicrFolder, AChangedFileIsDamage) {
  write("aicr/deploy.sh", "#!/bin/sh\nrm -rf /\n");
  expect_level("damaged", "unknown");
  write("aicr/checksums.txt", "nonsense\n");
  expect_level("damaged", "unknown");
}

TEST_F(AicrFolder, ItsAttestationIsReadAndNotTakenOnTrust) {
  fs::create_directories(path("aicr/attestation"));
  const std::string statement =
      R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"checksums.txt","digest":{"sha256":")" +
      sha256(read_file(path("aicr/checksums.txt"))).hex() +
      R"("}}],"predicateType":"https://aicr.nvidia.com/bundle/v1","predicate":{}})";
  write(
      "aicr/attestation/bundle-attestation.sigstore.json",
      R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"certificate":{"rawBytes":"AA=="}},)"
      R"("dsseEnvelope":{"payload":")" +
          to_base64(as_bytes(statement)) +
          R"(","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AA=="}]}})");
  expect_level("not verified", "attested");
  EXPECT_THAT(waybill({"verify", "aicr", "--key", "a.pub"}).out,
              AllOf(HasSubstr("NOT TRUSTED"), HasSubstr("certificate")));
}

TEST_F(AicrFolder, AKeyThatSignedItsListIsEnough) {
  ASSERT_THAT(waybill({"sign", "aicr/checksums.txt", "--key", "a.key"}), Exited(0));
  fs::create_directories(path("aicr/attestation"));
  fs::rename(path("aicr/checksums.txt.sigstore.json"), path("aicr/attestation/checksums.sigstore.json"));
  EXPECT_THAT(waybill({"verify", "aicr", "--key", "a.pub"}), Exited(0));
  expect_level("signed", "attested");
  EXPECT_THAT(waybill({"verify", "aicr", "--key", "b.pub"}), Exited(4));
  EXPECT_THAT(waybill({"verify", "aicr", "--key", "a.pub"}).out, Not(HasSubstr("FAILED")));
}

}  // namespace
}  // namespace waybill::testing
