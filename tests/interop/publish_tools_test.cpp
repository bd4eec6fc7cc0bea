// What 'publish' wrote, before the tools that people have for registries: oras, crane, regctl and skopeo.
#include <gmock/gmock.h>

#include "core/digest.h"
#include "core/json/reader.h"
#include "tests/interop/publish_suite.h"

namespace waybill::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

// What refers to a published bundle.
const std::vector<std::string> kReferrerTypes = {
    "application/vnd.dev.sigstore.bundle.v0.3+json",  // the signature
    "application/vnd.dev.sigstore.bundle.v0.3+json",  // and three attestations
    "application/vnd.dev.sigstore.bundle.v0.3+json",
    "application/vnd.dev.sigstore.bundle.v0.3+json",
    "application/spdx+json",
    "application/vnd.cyclonedx+json",
    "application/vnd.waybill.checksums.v1"};

class PublishTools : public PublishedSuite {
 protected:
  static std::vector<std::string> types_of(const Value* descriptors) {
    std::vector<std::string> types;
    for (const Value& descriptor : descriptors->items()) types.push_back(descriptor.text_or("artifactType", {}));
    return types;
  }
  [[nodiscard]] Value oras_discover(const std::string& reference) const {
    return json::parse(
        place().must({"oras", "discover", "--plain-http", "--depth", "1", "--format", "json", reference}),
        "oras discover");
  }
  std::string regctl(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command{"regctl", "--host", "reg=" + bundle().host() + ",tls=disabled"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return place().must(std::move(command));
  }
};

TEST_P(PublishTools, OrasResolvesTheDigest) {
  WAYBILL_REQUIRE_PEER("oras");
  EXPECT_EQ(place().must({"oras", "resolve", "--plain-http", reference()}), digest());
}

TEST_P(PublishTools, OrasDiscoversEveryReferrer) {
  WAYBILL_REQUIRE_PEER("oras");
  const Value found = oras_discover(reference());
  EXPECT_THAT(types_of(found.find("referrers")), UnorderedElementsAreArray(kReferrerTypes));
  std::vector<std::string> digests;
  for (const Value& referrer : found.find("referrers")->items()) digests.push_back(referrer.text_or("digest", {}));
  EXPECT_THAT(digests, ::testing::Contains(bundle().result().find("signatures")->items().at(0).text_or("digest", {})));
  for (const Value& attestation : bundle().result().find("attestations")->items()) {
    EXPECT_THAT(digests, ::testing::Contains(attestation.text_or("digest", {})));
  }
}

TEST_P(PublishTools, OrasPullsTheLayerByItsTitleAndSha256sumAcceptsItsFiles) {
  WAYBILL_REQUIRE_PEER("oras");
  place().must({"oras", "pull", "--plain-http", "--output", "pulled", reference()});
  std::filesystem::create_directories(place().path("unpacked"));
  place().must({"tar", "-xzf", "pulled/bundle.tar.gz", "-C", "unpacked"});
  place().must({"sh", "-c", "cd unpacked && sha256sum --check --strict --quiet checksums.txt"});
  // The list is complete: every file but itself is in it.
  EXPECT_EQ(
      place().must({"sh", "-c", "cd unpacked && find . -type f ! -path ./checksums.txt | cut -c3- | LC_ALL=C sort"}),
      place().must({"sh", "-c", "cut -c67- unpacked/checksums.txt | LC_ALL=C sort"}));
}

TEST_P(PublishTools, OrasPullsTheListsOfContentsAndTheChecksumsByTheirTitles) {
  WAYBILL_REQUIRE_PEER("oras");
  const Value found = oras_discover(reference());
  for (const Value& referrer : found.find("referrers")->items()) {
    if (referrer.text_or("artifactType", {}).starts_with("application/vnd.dev.sigstore")) continue;
    place().must({"oras", "pull", "--plain-http", "--output", "referrers",
                  bundle().repository() + "@" + referrer.text_or("digest", {})});
  }
  EXPECT_EQ(place().must({"ls", "referrers"}),
            "bundle.cdx.json\nbundle.spdx.json\nchecksums.sigstore.json\nchecksums.txt");
}

TEST_P(PublishTools, CraneSeesAManifestOfThatDigest) {
  WAYBILL_REQUIRE_PEER("crane");
  EXPECT_EQ(place().must({"crane", "digest", reference()}), digest());
  const ProcessResult manifest = place().run({"crane", "manifest", reference()});
  EXPECT_EQ(sha256(manifest.out).to_string(), digest());
}

TEST_P(PublishTools, CraneFindsTheArtifactAndItsSignatureTagValid) {
  WAYBILL_REQUIRE_PEER("crane");
  EXPECT_THAT(place().must({"crane", "validate", "--remote", reference()}), HasSubstr("PASS"));
}

TEST_P(PublishTools, CraneListsNoTagsButTheVersionAndWhatIsAttached) {
  WAYBILL_REQUIRE_PEER("crane");
  const std::string hex = digest().substr(std::string_view("sha256:").size());
  std::string expected = "sha256-" + hex + ".sig\nv1";
  if (GetParam() == RegistryKind::FallbackTag) expected = "sha256-" + hex + "\n" + expected;
  const std::string tags = place().must({"crane", "ls", bundle().repository()}) + "\n";
  EXPECT_EQ(place().must({"env", "LC_ALL=C", "sort"}, tags), expected);
}

TEST_P(PublishTools, RegctlListsEveryReferrer) {
  WAYBILL_REQUIRE_PEER("regctl");
  const Value found = json::parse(regctl({"artifact", "list", reference(), "--format", "{{json .}}"}), "regctl");
  EXPECT_THAT(types_of(found.find("descriptors")), UnorderedElementsAreArray(kReferrerTypes));
}

TEST_P(PublishTools, SkopeoInspectsItAsAnImage) {
  WAYBILL_REQUIRE_PEER("skopeo");
  const Value seen =
      json::parse(place().must({"skopeo", "inspect", "--tls-verify=false", "docker://" + reference()}), "skopeo");
  EXPECT_EQ(seen.text_or("Digest", {}), digest());
  EXPECT_EQ(seen.find("Layers")->items().size(), 1U);
}

TEST_P(PublishTools, SkopeoKeepsTheDigestToALayoutAndBack) {
  WAYBILL_REQUIRE_PEER("skopeo");
  const std::string back = another("skopeo") + ":v1";
  place().must({"skopeo", "copy", "--src-tls-verify=false", "docker://" + reference(), "oci:carried:v1"});
  place().must({"skopeo", "copy", "--dest-tls-verify=false", "oci:carried:v1", "docker://" + back});
  const std::string manifest =
      place().run({"skopeo", "inspect", "--raw", "--tls-verify=false", "docker://" + back}).out;
  EXPECT_EQ(sha256(manifest).to_string(), digest());
}

TEST_P(PublishTools, CraneKeepsTheDigest) {
  WAYBILL_REQUIRE_PEER("crane");
  place().must({"crane", "copy", reference(), another("crane") + ":v1"});
  EXPECT_EQ(place().must({"crane", "digest", another("crane") + ":v1"}), digest());
}

// How bundles come to another registry, of the other kind: copied by somebody, then trusted there.
class PublishMirror : public PublishTools {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("cosign");
    WAYBILL_REQUIRE_PEER("oras");
    WAYBILL_REQUIRE_PEER(registry_program(other_kind()));
    PublishTools::SetUp();
    if (!IsSkipped()) mirror_ = std::make_unique<RegistryServer>(other_kind());
  }
  [[nodiscard]] static RegistryKind other_kind() {
    return GetParam() == RegistryKind::FallbackTag ? RegistryKind::ReferrersApi : RegistryKind::FallbackTag;
  }
  [[nodiscard]] std::string copy() const { return mirror_->host() + "/mirror/gpu/bundle:v1"; }

  // The forms of signature that our 'verify' accepts there.
  [[nodiscard]] std::vector<std::string> forms(const std::string& target) const {
    const Value answer = place().ask({"verify", target, "--key", place().signer()});
    EXPECT_EQ(answer.text_or("digest", {}), digest());
    std::vector<std::string> found;
    for (const Value& signer : answer.find("signers")->items()) found.push_back(signer.text_or("form", {}));
    return found;
  }
  void expect_cosign_accepts(const std::string& form) const {
    const ProcessResult result = place().cosign("verify", place().signer(), {form, copy()});
    EXPECT_EQ(result.exit_status, 0) << form << result.err;
  }

  std::unique_ptr<RegistryServer> mirror_;
};

constexpr const char* kBundleForm = "--new-bundle-format=true";
constexpr const char* kTagForm = "--new-bundle-format=false";

TEST_P(PublishMirror, IsTrustedAfterOras) {
  place().must({"oras", "copy", "--recursive", "--from-plain-http", "--to-plain-http", reference(), copy()});
  EXPECT_THAT(forms("oci://" + copy()), ElementsAre("bundle"));  // oras does not know the .sig tag
  expect_cosign_accepts(kBundleForm);
}

TEST_P(PublishMirror, IsTrustedAfterRegctl) {
  WAYBILL_REQUIRE_PEER("regctl");
  regctl({"--host", "reg=" + mirror_->host() + ",tls=disabled", "image", "copy", "--referrers", "--digest-tags",
          reference(), copy()});
  EXPECT_THAT(forms("oci://" + copy()), UnorderedElementsAre("bundle", "simplesigning"));
  expect_cosign_accepts(kBundleForm);
  expect_cosign_accepts(kTagForm);
}

TEST_P(PublishMirror, IsTrustedAfterCosignCopiedItsTags) {
  place().must({"cosign", "copy", "--allow-http-registry", reference(), copy()});
  EXPECT_THAT(forms("oci://" + copy()), ElementsAre("simplesigning"));
}

TEST_P(PublishMirror, IsTheSameAfterOurPush) {
  place().must({WAYBILL_PROGRAM, "push", "oci://" + reference(), "oci://" + copy()});
  EXPECT_THAT(types_of(oras_discover(copy()).find("referrers")), UnorderedElementsAreArray(kReferrerTypes));
  EXPECT_THAT(forms("oci://" + copy()), UnorderedElementsAre("bundle", "simplesigning"));
  expect_cosign_accepts(kBundleForm);
  expect_cosign_accepts(kTagForm);
  EXPECT_EQ(*place().ask({"push", "oci://" + reference(), "oci://" + copy()}).find("changed"), Value(false));
}

TEST_P(PublishMirror, IsTheSameAfterALayoutCarriedIt) {
  place().must({WAYBILL_PROGRAM, "pull", "oci://" + reference(), "--output", "oci-layout:carried:v1"});
  EXPECT_THAT(forms("oci-layout:" + place().path("carried") + ":v1"), UnorderedElementsAre("bundle", "simplesigning"));
  place().must({WAYBILL_PROGRAM, "push", "oci-layout:carried:v1", "oci://" + copy()});
  EXPECT_THAT(types_of(oras_discover(copy()).find("referrers")), UnorderedElementsAreArray(kReferrerTypes));
  expect_cosign_accepts(kBundleForm);
  expect_cosign_accepts(kTagForm);
}

TEST_P(PublishMirror, IsTrustedAfterOrasCarriedItInALayout) {
  place().must({"oras", "copy", "--recursive", "--from-plain-http", "--to-oci-layout", reference(), "foreign:v1"});
  EXPECT_THAT(forms("oci-layout:" + place().path("foreign") + ":v1"), ElementsAre("bundle"));
  place().must({"oras", "copy", "--recursive", "--from-oci-layout", "--to-plain-http", "foreign:v1", copy()});
  EXPECT_THAT(forms("oci://" + copy()), ElementsAre("bundle"));
}

TEST_P(PublishMirror, OrasReadsOurLayout) {
  place().must({WAYBILL_PROGRAM, "pull", "oci://" + reference(), "--output", "oci-layout:ours:v1"});
  place().must({"oras", "copy", "--recursive", "--from-oci-layout", "--to-plain-http", "ours:v1", copy()});
  EXPECT_THAT(types_of(oras_discover(copy()).find("referrers")), UnorderedElementsAreArray(kReferrerTypes));
  EXPECT_THAT(forms("oci://" + copy()), ElementsAre("bundle"));
}

WAYBILL_WITH_BOTH_REGISTRIES(PublishTools);
WAYBILL_WITH_BOTH_REGISTRIES(PublishMirror);

}  // namespace
}  // namespace waybill::testing
