#include "signing/dsse.h"

#include <gtest/gtest.h>

#include "core/json/reader.h"
#include "core/json/writer.h"
#include "tests/unit/signing/refusal.h"
#include "tests/unit/signing/vectors.h"

namespace waybill::signing {
namespace {

Envelope parse(std::string_view text) { return parse_envelope(json::parse(text, "envelope")); }
std::string refusal_of(std::string_view text) {
  return refusal([&] { return parse(text); });
}

TEST(PreAuthenticationEncoding, IsThatOfTheDsseDocument) {
  EXPECT_EQ(pre_authentication_encoding("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}

TEST(PreAuthenticationEncoding, CountsBytes) { EXPECT_EQ(pre_authentication_encoding("", "ü"), "DSSEv1 0  2 ü"); }

TEST(Envelope, IsWrittenWithoutAKeyIdAndReadBack) {
  const Envelope envelope{"type", "payload", {"signature"}};
  const std::string text = json::write(to_json(envelope));
  EXPECT_EQ(text, R"({"payload":"cGF5bG9hZA==","payloadType":"type","signatures":[{"sig":"c2lnbmF0dXJl"}]})");
  const Envelope again = parse(text);
  EXPECT_EQ(again.payload_type, "type");
  EXPECT_EQ(again.payload, "payload");
  EXPECT_EQ(again.signatures, std::vector<std::string>{"signature"});
}

TEST(Envelope, TakesBothAlphabetsAndAnyKeyId) {
  const Envelope envelope =
      parse(R"({"payloadType":"t","payload":"-_8=","signatures":[{"keyid":"any","sig":"+/8="}]})");
  EXPECT_EQ(envelope.payload, "\xfb\xff");
  EXPECT_EQ(envelope.signatures.front(), "\xfb\xff");
}

TEST(Envelope, RefusesAnythingElse) {
  EXPECT_EQ(refusal_of(R"({"payloadType":"t","payload":"","signatures":[]})"), "the DSSE envelope has no signature");
  EXPECT_EQ(refusal_of(R"({"payload":"","signatures":[{"sig":""}]})"), "the DSSE envelope has no 'payloadType'");
  EXPECT_EQ(refusal_of(R"({"payloadType":"t","payload":"A","signatures":[{"sig":""}]})"),
            "'payload' of the DSSE envelope is not base64");
  EXPECT_EQ(refusal_of(R"({"payloadType":"t","payload":"","signatures":[{"sig":"","x":1}]})"),
            "a signature of the DSSE envelope has an unknown member 'x'");
  EXPECT_EQ(refusal_of(R"({"payloadType":"t","payload":"","signatures":[{"sig":""}],"more":1})"),
            "the DSSE envelope has an unknown member 'more'");
  EXPECT_EQ(refusal_of(R"([])"), "the DSSE envelope must be an object, not a list");
  std::string many = R"({"payloadType":"t","payload":"","signatures":[{"sig":""})";
  for (int i = 0; i < 16; ++i) many += R"(,{"sig":""})";
  EXPECT_EQ(refusal_of(many + "]}"), "'signatures' of the DSSE envelope has more than 16 items");
}

}  // namespace
}  // namespace waybill::signing
