#include "signing/trust_document.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>

#include "core/json/writer.h"
#include "tests/unit/signing/refusal.h"

namespace waybill::signing {
namespace {

// Keys by name, and documents that hold all of them.
class TrustChain : public ::testing::Test {
 protected:
  const PrivateKey& key(const std::string& name) {
    const auto found = keys_.find(name);
    return found != keys_.end() ? found->second : keys_.emplace(name, PrivateKey::generate()).first->second;
  }
  std::string text(int version, const std::vector<std::string>& owners, int threshold, const std::string& more = {}) {
    Value keys = Value::map();
    Value names = Value::list();
    for (const std::string& name : owners) {
      keys.set(name, Value::map({{"publicKey", key(name).public_key().pem()}}));
      names.push_back(name);
    }
    return fmt::format(
        "apiVersion: waybill.dev/v1\nkind: Trust\nversion: {}\nowners: {{keys: {}, threshold: {}}}\nkeys: {}\nrules: "
        "[{{signatures: {{keys: {}}}}}]\n{}",
        version, json::write(names, json::HtmlEscape::No), threshold, json::write(keys, json::HtmlEscape::No),
        json::write(names, json::HtmlEscape::No), more);
  }
  SignedTrust signed_by(const std::string& text, const std::vector<std::string>& signers) {
    SignedTrust trust{{std::string(kTrustPayloadType), text, {}}, parse_trust_document(text, "t.yaml")};
    for (const std::string& name : signers) sign_trust(trust, key(name));
    // As it travels.
    return read_signed_trust(write_signed_trust(trust), "t.json");
  }
  static bool follows(const SignedTrust& current, const SignedTrust& next) {
    return check_succession(current, next).trusted();
  }

 private:
  std::map<std::string, PrivateKey> keys_;
};

TEST_F(TrustChain, TheFirstVersionNeedsItsOwnOwners) {
  EXPECT_TRUE(check_first(signed_by(text(1, {"a", "b"}, 2), {"a", "b"})).trusted());
  EXPECT_FALSE(check_first(signed_by(text(1, {"a", "b"}, 2), {"a"})).trusted());
  EXPECT_FALSE(check_first(signed_by(text(1, {"a"}, 1), {"stranger"})).trusted());
}

TEST_F(TrustChain, TheNextVersionNeedsTheOwnersBeforeAndItsOwn) {
  const SignedTrust one = signed_by(text(1, {"a", "b", "c"}, 2), {"a", "b"});
  EXPECT_TRUE(follows(one, signed_by(text(2, {"c", "d"}, 1), {"a", "b", "d"}))) << "keys change hands";
  EXPECT_FALSE(follows(one, signed_by(text(2, {"c", "d"}, 1), {"a", "d"}))) << "one owner of before is too few";
  EXPECT_FALSE(follows(one, signed_by(text(2, {"c", "d"}, 1), {"c", "d"})));
  EXPECT_FALSE(follows(one, signed_by(text(2, {"d"}, 1), {"a", "b"}))) << "the new owner did not agree";
}

TEST_F(TrustChain, TheVersionIsOneHigherAndNeverLower) {
  const SignedTrust two = signed_by(text(2, {"a"}, 1), {"a"});
  EXPECT_TRUE(follows(two, signed_by(text(3, {"a"}, 1), {"a"})));
  for (const int version : {1, 2, 4}) EXPECT_FALSE(follows(two, signed_by(text(version, {"a"}, 1), {"a"}))) << version;
}

TEST_F(TrustChain, ARevokedOwnerCannotSignTheNextVersion) {
  const std::string revoked =
      fmt::format("revoked: {{keys: [{{id: \"{}\", reason: lost}}]}}\n", key("a").public_key().id());
  const SignedTrust one = signed_by(text(1, {"a", "b"}, 1, revoked), {"b"});
  EXPECT_FALSE(follows(one, signed_by(text(2, {"a"}, 1), {"a"})));
  EXPECT_TRUE(follows(one, signed_by(text(2, {"a", "b"}, 1), {"b"})));
  EXPECT_EQ(refusal([&] { return parse_trust_document(text(1, {"a"}, 1, revoked), "t.yaml"); }),
            "too many of the owners are revoked: nobody could sign the next version");
}

TEST_F(TrustChain, SignaturesOfOtherBytesAndTypesDoNotCount) {
  SignedTrust trust = signed_by(text(1, {"a"}, 1), {"a"});
  trust.envelope.payload += "\n";
  EXPECT_FALSE(check_first(read_signed_trust(write_signed_trust(trust), "t.json")).trusted());
  trust.envelope.payload_type = "application/vnd.in-toto+json";
  EXPECT_EQ(refusal([&] { return read_signed_trust(write_signed_trust(trust), "t.json"); }),
            "'t.json' holds no trust document but 'application/vnd.in-toto+json'");
}

TEST_F(TrustChain, SigningTwiceAddsNothing) {
  SignedTrust trust = signed_by(text(1, {"a", "b"}, 2), {"a"});
  sign_trust(trust, key("a"));
  EXPECT_EQ(trust.envelope.signatures.size(), 1U);
  EXPECT_EQ(trust_signers(trust, trust.document.policy), std::vector{key("a").public_key().id()});
}

TEST_F(TrustChain, KeysStandInTheDocument) {
  const std::string file = "apiVersion: waybill.dev/v1\nkind: Trust\nversion: 1\nkeys: {a: {file: a.pub}}\n";
  EXPECT_EQ(refusal([&] { return parse_trust_document(file, "t.yaml"); }),
            "the keys of a trust document stand in it: what is signed cannot lie elsewhere");
  EXPECT_EQ(refusal([&] { return parse_trust_document(text(0, {"a"}, 1), "t.yaml"); }),
            "'version' must be a whole number from 1 on");
}

TEST(IsSignedTrust, TellsAnEnvelopeFromADocument) {
  EXPECT_TRUE(is_signed_trust(R"({"payload":"","payloadType":"x","signatures":[]})"));
  EXPECT_FALSE(is_signed_trust("apiVersion: waybill.dev/v1\n"));
  EXPECT_FALSE(is_signed_trust(R"({"apiVersion":"waybill.dev/v1"})"));
  EXPECT_FALSE(is_signed_trust(""));
}

}  // namespace
}  // namespace waybill::signing
