// What others attach to artifacts, by mistake or on purpose, with the tools that anybody has: nothing of it makes an
// artifact trusted, and nothing of it makes a trusted one refused.
#include <gmock/gmock.h>

#include "core/json/reader.h"
#include "tests/interop/publish_suite.h"

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kBundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";

class PublishForgery : public PublishedSuite {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("cosign");
    WAYBILL_REQUIRE_PEER("crane");
    WAYBILL_REQUIRE_PEER("oras");
    PublishedSuite::SetUp();
  }
  // An artifact that nobody signed, in the repository of the published bundle.
  std::string make(const std::string& name) const {
    write_file(place().path("forged.txt"), name, Overwrite::Yes);
    place().must({"oras", "push", "--plain-http", bundle().repository() + ":" + name, "forged.txt:text/plain"});
    return bundle().repository() + ":" + name;
  }
  void attach(const std::string& reference, const std::string& type, const std::string& content) const {
    write_file(place().path("attached.json"), content, Overwrite::Yes);
    place().must({"oras", "attach", "--plain-http", "--artifact-type", type, reference, "attached.json:" + type});
  }
  // The bytes of the sigstore bundle that signs the published bundle.
  [[nodiscard]] std::string signature() const {
    const std::string holder = bundle().result().find("signatures")->items().at(0).text_or("digest", {});
    const std::string text = place().must({"crane", "manifest", bundle().repository() + "@" + holder});
    const Value manifest = json::parse(text, "the signature's manifest");
    return place()
        .run({"crane", "blob",
              bundle().repository() + "@" + manifest.find("layers")->items().at(0).text_or("digest", {})})
        .out;
  }
  [[nodiscard]] ProcessResult verify(const std::string& target) const {
    return place().waybill({"verify", "oci://" + target, "--key", place().signer()});
  }
  [[nodiscard]] std::string tag_of_signatures(const std::string& reference) const {
    const std::string digest = place().must({"crane", "digest", reference});
    return bundle().repository() + ":sha256-" + digest.substr(std::string_view("sha256:").size()) + ".sig";
  }
};

TEST_P(PublishForgery, ASignatureOfAnotherArtifactIsNone) {
  const std::string forged = make("borrowed-bundle");
  attach(forged, kBundleType, signature());
  EXPECT_NE(place().cosign("verify", place().signer(), {forged}).exit_status, 0);
  const ProcessResult result = verify(forged);
  EXPECT_EQ(result.exit_status, 4);
  EXPECT_THAT(result.out, HasSubstr("NOT TRUSTED"));
}

TEST_P(PublishForgery, ASignatureTagOfAnotherArtifactIsNone) {
  const std::string forged = make("borrowed-tag");
  place().must({"crane", "copy", tag_of_signatures(reference()), tag_of_signatures(forged)});
  EXPECT_NE(place().cosign("verify", place().signer(), {"--new-bundle-format=false", forged}).exit_status, 0);
  const ProcessResult result = verify(forged);
  EXPECT_EQ(result.exit_status, 4);
  EXPECT_THAT(result.out, HasSubstr("NOT TRUSTED"));
}

TEST_P(PublishForgery, JunkBesideTheSignaturesChangesNothing) {
  for (const char* junk : {"", "{}", "no json", R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"})"}) {
    attach(reference(), kBundleType, junk);
    attach(reference(), "application/vnd.waybill.checksums.v1", junk);
  }
  const ProcessResult result = verify(reference());
  EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
  place().must({WAYBILL_PROGRAM, "pull", "oci://" + reference(), "--output", "beside-junk", "--key", place().signer()});
  const ProcessResult folder = place().waybill({"verify", "beside-junk", "--key", place().signer()});
  EXPECT_EQ(folder.exit_status, 0) << folder.out << folder.err;
  const Value again = place().publish({"--output", "oci://" + reference()});
  EXPECT_EQ(*again.find("oci")->find("pushed"), Value(false));  // ours were found among the junk
}

TEST_P(PublishForgery, ATagMovedToAnotherArtifactIsRefused) {
  const std::string repository = another("moved");
  place().must(
      {"oras", "copy", "--recursive", "--from-plain-http", "--to-plain-http", reference(), repository + ":v1"});
  EXPECT_EQ(verify(repository + ":v1").exit_status, 0);
  write_file(place().path("forged.txt"), "moved", Overwrite::Yes);
  place().must({"oras", "push", "--plain-http", repository + ":v1", "forged.txt:text/plain"});
  EXPECT_EQ(verify(repository + ":v1").exit_status, 4);
  EXPECT_EQ(verify(repository + "@" + digest()).exit_status, 0);
  EXPECT_NE(verify(repository + ":v1@" + digest()).exit_status, 0);
}

// With and without the referrers API, two tools that attach to the same artifact lose nothing of each other.
TEST_P(PublishForgery, OrasAndWeKeepEachOthersReferrers) {
  const std::string artifact = make("shared");
  attach(artifact, "application/vnd.example.before", "{}");
  place().must({WAYBILL_PROGRAM, "sign", "oci://" + artifact, "--key", place().signing_key()});
  attach(artifact, "application/vnd.example.after", "{}");
  const std::string found = place().must({"oras", "discover", "--plain-http", artifact});
  for (const char* type : {"application/vnd.example.before", kBundleType, "application/vnd.example.after"}) {
    EXPECT_THAT(found, HasSubstr(type));
  }
  EXPECT_EQ(verify(artifact).exit_status, 0);
}

WAYBILL_WITH_BOTH_REGISTRIES(PublishForgery);

}  // namespace
}  // namespace waybill::testing
