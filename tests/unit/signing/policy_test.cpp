#include "signing/policy.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "signing/predicate_type.h"
#include "tests/unit/signing/refusal.h"
#include "tests/unit/signing/vectors.h"

namespace waybill::signing {
namespace {

std::string indented(std::string pem) {
  std::string text = "\n";
  while (!pem.empty()) {
    const std::size_t end = pem.find('\n') + 1;
    text += "      " + pem.substr(0, end);
    pem.erase(0, end);
  }
  return text;
}

// Two keys, "a" and "b"; what follows them is the test's.
std::string document(const std::string& rest) {
  return "apiVersion: waybill.dev/v1\nkind: Policy\nkeys:\n  a:\n    publicKey: |" +
         indented(std::string(vectors::kPublicPem)) + "  b: {file: b.pub}\n" + rest;
}
const std::string kRule = "rules:\n  - signatures: {keys: [a]}\n";

Policy parse(const std::string& text) {
  return parse_policy(text, "policy.yaml", [](const std::string& file) {
    EXPECT_EQ(file, "b.pub");
    return vectors::other_key().pem();
  });
}
std::string complaint(const std::string& text) {
  return refusal([&] { return parse(text); });
}

TEST(Policy, ReadsEverythingThatIsDocumented) {
  const Policy policy = parse(document(R"(expires: 2027-06-30T12:00:00Z
revoked:
  keys: [{id: "6eEhgUMC90uz6Pq4iCS6UmaUsPtUwVJu83lykDga3Mk=", reason: lost}]
  digests: [{digest: "sha256:5b552f0045910dc76fc0ebeedac435e62cc1cb547f980cbc68067807e00ef30b", reason: broken}]
rules:
  - repositories: ["registry.example.com/gpu/*"]
    signatures: {keys: [a, b], threshold: 2}
    attestations: [{type: spdxjson, keys: [b]}, {type: https://example.com/x/v1}]
    annotations: {stage: production}
    subject: registry.example.com/gpu/*
    epoch: {oldest: 7, line: gpu}
  - signatures: {keys: [b]}
)"));
  EXPECT_EQ(policy.expires, 1'814'356'800);
  EXPECT_EQ(time_text(*policy.expires), "2027-06-30T12:00:00Z");
  EXPECT_EQ(policy.revoked_keys.at(std::string(vectors::kKeyId)), "lost");
  EXPECT_EQ(policy.revoked_digests.at(Digest::parse(vectors::kManifestDigest)), "broken");
  ASSERT_EQ(policy.rules.size(), 2U);
  const PolicyRule& rule = policy.rules[0];
  EXPECT_EQ(rule.signatures.threshold, 2U);
  ASSERT_EQ(rule.attestations.size(), 2U);
  EXPECT_EQ(rule.attestations[0].predicate_type, kSpdxPredicate);
  EXPECT_EQ(rule.attestations[0].by.key_ids, std::vector{vectors::other_key().id()});
  EXPECT_EQ(rule.attestations[0].by.threshold, 1U) << "of its own keys";
  EXPECT_EQ(rule.attestations[1].by.key_ids.size(), 2U);
  EXPECT_EQ(rule.epoch->oldest, 7U);
  EXPECT_EQ(rule.epoch->line, "gpu");
  EXPECT_EQ(policy.rule_for("registry.example.com/gpu/bundle"), policy.rules.data());
  EXPECT_EQ(policy.rule_for("registry.example.com/other"), &policy.rules[1]);
  EXPECT_EQ(policy.rule_for(std::nullopt), &policy.rules[1]) << "a folder has no repository";
  EXPECT_EQ(policy.describe(vectors::kKeyId), fmt::format("'a' ({})", vectors::kKeyId));
}

TEST(Policy, WithoutARuleForItNothingIsAllowed) {
  const Policy policy = parse(document("rules:\n  - repositories: [r/x]\n    signatures: {keys: [a]}\n"));
  EXPECT_EQ(policy.rule_for("r/y"), nullptr);
  EXPECT_EQ(policy.rule_for(std::nullopt), nullptr);
}

TEST(Policy, RefusesByNameWhatItDoesNotKnow) {
  EXPECT_EQ(complaint(document(kRule)), "accepted");
  EXPECT_EQ(complaint(document(kRule + "more: 1\n")), "the policy has an unknown field 'more'");
  EXPECT_EQ(complaint(document("rules:\n  - signatures: {keys: [c]}\n")), "no key is called 'c'");
  EXPECT_EQ(complaint(document("rules:\n  - signatures: {keys: [a, a]}\n")), "the key 'a' is named twice");
  EXPECT_EQ(complaint(document("rules:\n  - signatures: {keys: []}\n")),
            "no 'keys' are named here, so nobody could sign");
  EXPECT_EQ(complaint(document("rules:\n  - signatures: {keys: [a], threshold: 2}\n")),
            "a threshold of 2 cannot be reached by 1 key");
  EXPECT_EQ(complaint(document("rules:\n  - signatures: {keys: [a], threshold: 0}\n")),
            "'threshold' must be a whole number from 1 on");
  EXPECT_EQ(complaint(document("rules: []\n")), "no 'rules' are given, so nothing could be trusted");
  EXPECT_EQ(complaint(document("rules:\n  - {}\n")), "'signatures' is missing here");
  EXPECT_EQ(complaint(document("rules:\n  - signatures: {keys: [a]}\n    repositories: []\n")),
            "'repositories' is empty");
  EXPECT_EQ(complaint(document("rules:\n  - signatures: {keys: [a]}\n    repositories: ['oci://r/x']\n")),
            "'oci://r/x' is no pattern of repositories");
  EXPECT_EQ(complaint(document("rules:\n  - signatures: {keys: [a]}\n    attestations: [{type: spdxjsno}]\n")),
            "'spdxjsno' is no predicate type: expected a short name or a URI");
  EXPECT_EQ(complaint(document(kRule + "expires: 2027-02-30T00:00:00Z\n")), "'2027-02-30T00:00:00Z' is no time");
  EXPECT_EQ(complaint(document(kRule + "expires: tomorrow\n")), "'tomorrow' is no time");
  EXPECT_EQ(complaint(document(kRule + "revoked: {keys: [{id: x, reason: y}]}\n")), "'x' is no key id");
  EXPECT_EQ(complaint(document(kRule + "revoked: {digests: [{digest: x, reason: y}]}\n")), "'x' is no sha256 digest");
}

TEST(Policy, RefusesOneKeyUnderTwoNames) {
  std::string text = document(kRule);
  text.replace(text.find("{file: b.pub}"), 13, "\n    publicKey: |" + indented(std::string(vectors::kPublicPem)));
  EXPECT_EQ(complaint(text), "'a' and 'b' are the same key");
}

TEST(Policy, IsOfItsKindAndVersion) {
  std::string text = document(kRule);
  text.replace(text.find("kind: Policy"), 12, "kind: Trust ");
  EXPECT_EQ(complaint(text), "the kind is 'Trust'");
  text = document(kRule);
  text.replace(text.find("/v1"), 3, "/v2");
  EXPECT_EQ(complaint(text), "the apiVersion is 'waybill.dev/v2'");
}

TEST(PolicyOfKeys, CountsEachKeyOnce) {
  const Policy policy = policy_of_keys({vectors::public_key(), vectors::public_key(), vectors::other_key()}, 2, {});
  EXPECT_EQ(policy.keys.size(), 2U);
  EXPECT_EQ(policy.rule_for(std::nullopt)->signatures.threshold, 2U);
  EXPECT_EQ(refusal([] {
              return policy_of_keys({vectors::public_key(), vectors::public_key()}, 2, {});
            }),
            "a threshold of 2 cannot be reached by 1 different key");
}

}  // namespace
}  // namespace waybill::signing
