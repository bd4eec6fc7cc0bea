#include "signing/predicate_type.h"

#include <gtest/gtest.h>

#include "tests/unit/signing/refusal.h"

namespace waybill::signing {
namespace {

TEST(PredicateType, KnowsCosignsShortNames) {
  EXPECT_EQ(predicate_type("spdx"), "https://spdx.dev/Document");
  EXPECT_EQ(predicate_type("spdxjson"), "https://spdx.dev/Document");
  EXPECT_EQ(predicate_type("cyclonedx"), "https://cyclonedx.org/bom");
  EXPECT_EQ(predicate_type("slsaprovenance"), "https://slsa.dev/provenance/v0.2");
  EXPECT_EQ(predicate_type("slsaprovenance02"), "https://slsa.dev/provenance/v0.2");
  EXPECT_EQ(predicate_type("slsaprovenance1"), "https://slsa.dev/provenance/v1");
  EXPECT_EQ(predicate_type("link"), "https://in-toto.io/Link/v1");
  EXPECT_EQ(predicate_type("vuln"), "https://cosign.sigstore.dev/attestation/vuln/v1");
  EXPECT_EQ(predicate_type("openvex"), "https://openvex.dev/ns");
  EXPECT_EQ(predicate_type("custom"), "https://cosign.sigstore.dev/attestation/v1");
}

TEST(PredicateType, KeepsUris) {
  EXPECT_EQ(predicate_type("https://example.com/x"), "https://example.com/x");
  EXPECT_EQ(predicate_type("urn:a:b"), "urn:a:b");
}

TEST(PredicateType, RefusesTheRestAndNamesTheNearest) {
  try {
    (void)predicate_type("spdxjsno");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "'spdxjsno' is no predicate type: expected a short name or a URI");
    EXPECT_EQ(error.hint(), "did you mean 'spdxjson'?");
  }
  for (const std::string_view bad : {"", ":", "x:", ":x", "1a:b", "a b:c", "https://x y"}) {
    EXPECT_NE(refusal([&] { return predicate_type(bad); }), "accepted") << bad;
  }
}

}  // namespace
}  // namespace waybill::signing
