#include "signing/statement.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "signing/dsse.h"
#include "signing/predicate_type.h"
#include "tests/unit/signing/refusal.h"
#include "tests/unit/signing/vectors.h"

namespace waybill::signing {
namespace {

const Digest kDigest = Digest::parse(vectors::kManifestDigest);

std::string statement_with(std::string_view subject) {
  return fmt::format(
      R"({{"_type":"https://in-toto.io/Statement/v1","subject":{},"predicateType":"t:x","predicate":{{}}}})", subject);
}
std::string refusal_of(const std::string& text) {
  return refusal([&] { return parse_statement(text); });
}

TEST(SignatureStatement, HasTheBytesThatCosignSigns) {
  const std::string statement = signature_statement(kDigest);
  EXPECT_EQ(statement.size(), 230U);
  EXPECT_EQ(sha256(statement).hex(), vectors::kStatementDigest);
  const std::string encoding = pre_authentication_encoding(kInTotoPayloadType, statement);
  EXPECT_EQ(encoding.size(), 273U);
  EXPECT_EQ(sha256(encoding).hex(), vectors::kEncodingDigest);
}

TEST(AttestationStatement, NamesItsSubjectOnlyWhenThereIsAName) {
  EXPECT_EQ(
      attestation_statement(kDigest, "", "t:x", Value::map({{"a", "<&>"}})),
      fmt::format(
          R"({{"_type":"https://in-toto.io/Statement/v1","subject":[{{"digest":{{"sha256":"{}"}}}}],"predicateType":"t:x","predicate":{{"a":"<&>"}}}})",
          kDigest.hex()));
  EXPECT_EQ(parse_statement(attestation_statement(kDigest, "bundle", "t:x", Value::map())).subjects.front().name,
            "bundle");
}

TEST(ParseStatement, ReadsWhatWasWritten) {
  const Statement statement = parse_statement(attestation_statement(kDigest, "n", "t:x", Value::map({{"a", 1}})));
  EXPECT_TRUE(statement.is_about(kDigest));
  EXPECT_FALSE(statement.is_about(sha256("other")));
  EXPECT_EQ(statement.predicate_type, "t:x");
  EXPECT_EQ(statement.predicate, Value::map({{"a", 1}}));
}

TEST(ParseStatement, ReadsTheOldVersionAndAnAbsentPredicate) {
  const Statement statement = parse_statement(
      R"({"predicateType":"t:x","_type":"https://in-toto.io/Statement/v0.1","subject":[{"name":"a","digest":{"sha1":"00"}},{"name":"b","digest":{"gitCommit":"1","sha256":")" +
      kDigest.hex() + R"("}}]})");
  EXPECT_TRUE(statement.is_about(kDigest));
  EXPECT_TRUE(statement.predicate.is_null());
  EXPECT_EQ(statement.subjects.size(), 2U);
}

TEST(ParseStatement, LooksOnlyAtLowerCaseSha256) {
  std::string upper = kDigest.hex();
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_FALSE(
      parse_statement(statement_with(fmt::format(R"([{{"digest":{{"sha256":"{}"}}}}])", upper))).is_about(kDigest));
  EXPECT_FALSE(parse_statement(statement_with(fmt::format(R"([{{"digest":{{"sha512":"{}"}}}}])", kDigest.hex())))
                   .is_about(kDigest));
  EXPECT_FALSE(
      parse_statement(statement_with(fmt::format(R"([{{"name":"{}","digest":{{"sha1":"0"}}}}])", kDigest.hex())))
          .is_about(kDigest));
}

TEST(ParseStatement, RefusesAnythingElse) {
  EXPECT_EQ(refusal_of(statement_with("[]")), "the statement has no subject");
  EXPECT_EQ(refusal_of(statement_with(R"([{"name":"x"}])")), "a subject has no 'digest'");
  EXPECT_EQ(refusal_of(statement_with(R"([{"digest":{}}])")),
            "the digest of a subject must be an object with 1 to 32 members");
  EXPECT_EQ(refusal_of(statement_with(R"([{"digest":{"sha256":1}}])")),
            "'sha256' of the digest of a subject must be a text, not a integer");
  EXPECT_EQ(refusal_of(statement_with(R"([{"digest":{"sha256":"x"},"extra":1}])")),
            "a subject has an unknown member 'extra'");
  EXPECT_NE(refusal_of(statement_with(R"([{"digest":{"sha256":"a","sha256":"b"}}])")).find("sha256"),
            std::string::npos);
  EXPECT_EQ(refusal_of(R"({"_type":"https://in-toto.io/Statement/v2","subject":[],"predicateType":"t"})"),
            "the statement is of an unknown version, expected in-toto v0.1 or v1");
  EXPECT_EQ(
      refusal_of(
          R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"a"}}],"predicateType":""})"),
      "the statement has no predicate type");
  EXPECT_EQ(refusal_of(R"({"_type":"https://in-toto.io/Statement/v1","subject":[],"predicate_type":"t"})"),
            "the statement has an unknown member 'predicate_type'");
  std::string many = R"([{"digest":{"sha256":"a"}})";
  for (int i = 0; i < 1024; ++i) many += R"(,{"digest":{"sha256":"a"}})";
  EXPECT_EQ(refusal_of(statement_with(many + "]")), "'subject' of the statement has more than 1024 items");
}

}  // namespace
}  // namespace waybill::signing
