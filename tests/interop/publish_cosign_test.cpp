// What 'publish' wrote, before cosign; and what cosign alone signed, before our 'verify'.
#include <gmock/gmock.h>

#include "core/bytes.h"
#include "core/json/reader.h"
#include "tests/interop/publish_suite.h"

namespace waybill::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr const char* kSignaturePredicate = "https://sigstore.dev/cosign/sign/v1";
constexpr const char* kTagForm = "--new-bundle-format=false";

// The signatures that 'cosign verify' lists: each says of what kind it is and which digest it is about.
std::vector<std::pair<std::string, std::string>> accepted(const ProcessResult& result) {
  std::vector<std::pair<std::string, std::string>> found;
  const Value list = json::parse(result.out, "cosign's answer");
  for (const Value& item : list.items()) {
    const Value& critical = *item.find("critical");
    found.emplace_back(critical.text_or("type", {}), critical.find("image")->text_or("docker-manifest-digest", {}));
  }
  return found;
}

class PublishCosign : public PublishedSuite {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("cosign");
    PublishedSuite::SetUp();
  }
};

TEST_P(PublishCosign, AcceptsTheBundleForm) {
  const ProcessResult result = place().cosign("verify", place().signer(), {reference()});
  ASSERT_EQ(result.exit_status, 0) << result.err;
  EXPECT_THAT(accepted(result), Contains(std::pair(std::string(kSignaturePredicate), digest())));
}

TEST_P(PublishCosign, AcceptsTheTagForm) {
  const ProcessResult result = place().cosign("verify", place().signer(), {kTagForm, reference()});
  ASSERT_EQ(result.exit_status, 0) << result.err;
  EXPECT_THAT(accepted(result), UnorderedElementsAre(std::pair("cosign container image signature", digest())));
}

TEST_P(PublishCosign, RefusesAnotherKeyInBothForms) {
  for (const char* form : {"--new-bundle-format=true", kTagForm}) {
    EXPECT_NE(place().cosign("verify", place().stranger(), {form, reference()}).exit_status, 0) << form;
  }
}

TEST_P(PublishCosign, AcceptsEveryAttestationByItsType) {
  for (const auto& [type, predicate] :
       {std::pair("spdxjson", "https://spdx.dev/Document"), std::pair("cyclonedx", "https://cyclonedx.org/bom"),
        std::pair("slsaprovenance1", "https://slsa.dev/provenance/v1")}) {
    const ProcessResult result = place().cosign("verify-attestation", place().signer(), {"--type", type, reference()});
    ASSERT_EQ(result.exit_status, 0) << type << result.err;
    const std::string payload = json::parse(result.out, "the envelope").text_or("payload", {});
    const Value statement = json::parse(from_base64(payload).value_or(""), "the statement");
    EXPECT_EQ(statement.text_or("predicateType", {}), predicate);
    EXPECT_EQ("sha256:" + statement.find("subject")->items().at(0).find("digest")->text_or("sha256", {}), digest());
  }
}

TEST_P(PublishCosign, FindsNoAttestationOfATypeThatWasNotMade) {
  EXPECT_NE(place().cosign("verify-attestation", place().signer(), {"--type", "openvex", reference()}).exit_status, 0);
}

TEST_P(PublishCosign, RefusesAttestationsOfAnotherKey) {
  EXPECT_NE(place().cosign("verify-attestation", place().stranger(), {"--type", "spdxjson", reference()}).exit_status,
            0);
}

TEST_P(PublishCosign, AddsItsSignatureBesideOurs) {
  place().must({"cosign", "sign", "--yes", "--key", place().strangers_key(), "--tlog-upload=false",
                "--use-signing-config=false", kTagForm, "--allow-http-registry", reference()});
  for (const std::string& key : {place().signer(), place().stranger()}) {
    EXPECT_EQ(place().cosign("verify", key, {kTagForm, reference()}).exit_status, 0) << key;
    EXPECT_EQ(place().waybill({"verify", "oci://" + reference(), "--key", key}).exit_status, 0) << key;
  }
  // Publishing again finds ours among them and leaves both.
  const Value again = place().publish({"--output", "oci://" + reference()});
  EXPECT_EQ(*again.find("oci")->find("pushed"), Value(false));
  EXPECT_EQ(place().cosign("verify", place().stranger(), {kTagForm, reference()}).exit_status, 0);
}

// An artifact of somebody else, and what cosign makes of it.
class SignedByCosign : public PublishedSuite {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("cosign");
    WAYBILL_REQUIRE_PEER("oras");
    PublishedSuite::SetUp();
  }
  // Every test has an artifact of its own.
  void make(const std::string& name) {
    artifact_ = another(name) + ":v1";
    write_file(place().path("file.txt"), name, Overwrite::Yes);
    place().must({"oras", "push", "--plain-http", artifact_, "file.txt:text/plain"});
    place().must({"cosign", "signing-config", "create", "--out", place().path("offline.json")});
  }
  void cosign(const std::string& command, const std::vector<std::string>& how) const {
    std::vector<std::string> whole{"cosign", command, "--yes", "--key", place().signing_key(), "--allow-http-registry"};
    whole.insert(whole.end(), how.begin(), how.end());
    whole.push_back(artifact_);
    place().must(std::move(whole));
  }
  void sign_as_bundle() const { cosign("sign", {"--signing-config", place().path("offline.json")}); }
  void sign_as_tag() const { cosign("sign", {"--tlog-upload=false", "--use-signing-config=false", kTagForm}); }

  [[nodiscard]] ProcessResult verify(const std::string& key) const {
    return place().waybill({"verify", "oci://" + artifact_, "--key", key, "--format", "json"});
  }
  // The forms of signature that 'verify' found.
  [[nodiscard]] std::vector<std::string> forms() const {
    const ProcessResult result = verify(place().signer());
    EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
    std::vector<std::string> found;
    const Value answer = json::parse(result.out, "our answer");
    for (const Value& signer : answer.find("signers")->items()) found.push_back(signer.text_or("form", {}));
    return found;
  }

  std::string artifact_;
};

TEST_P(SignedByCosign, IsAcceptedInTheBundleForm) {
  make("bundle");
  sign_as_bundle();
  EXPECT_THAT(forms(), UnorderedElementsAre("bundle"));
  EXPECT_EQ(verify(place().stranger()).exit_status, 4);
}

TEST_P(SignedByCosign, IsAcceptedInTheTagForm) {
  make("tag");
  sign_as_tag();
  EXPECT_THAT(forms(), UnorderedElementsAre("simplesigning"));
  EXPECT_EQ(verify(place().stranger()).exit_status, 4);
}

TEST_P(SignedByCosign, IsAcceptedInBothForms) {
  make("both");
  sign_as_bundle();
  sign_as_tag();
  EXPECT_THAT(forms(), UnorderedElementsAre("bundle", "simplesigning"));
}

TEST_P(SignedByCosign, ButNotSignedAtAllIsRefused) {
  make("unsigned");
  EXPECT_EQ(verify(place().signer()).exit_status, 4);
}

// cosign's own 'verify' takes any statement of the key for a signature; ours does not.
TEST_P(SignedByCosign, AnAttestationAloneIsNoSignature) {
  make("attested");
  write_file(place().path("predicate.json"), R"({"spdxVersion":"SPDX-2.3"})", Overwrite::Yes);
  cosign("attest", {"--signing-config", place().path("offline.json"), "--type", "spdxjson", "--predicate",
                    place().path("predicate.json")});
  EXPECT_EQ(place().cosign("verify", place().signer(), {artifact_}).exit_status, 0);
  EXPECT_EQ(verify(place().signer()).exit_status, 4);
  sign_as_bundle();
  const ProcessResult result = verify(place().signer());
  EXPECT_EQ(result.exit_status, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("https://spdx.dev/Document"));
}

TEST_P(SignedByCosign, KeepsItsSignatureWhenWeSignToo) {
  make("shared");
  sign_as_tag();
  place().must({WAYBILL_PROGRAM, "sign", "oci://" + artifact_, "--key", place().strangers_key()});
  for (const std::string& key : {place().signer(), place().stranger()}) {
    EXPECT_EQ(place().cosign("verify", key, {kTagForm, artifact_}).exit_status, 0) << key;
  }
}

// 'sign' on an index: whoever pulls one platform looks at the manifest of that platform.
class SignedIndex : public PublishedSuite {};

TEST_P(SignedIndex, CosignAcceptsTheIndexAndEveryChildInBothForms) {
  WAYBILL_REQUIRE_PEER("cosign");
  WAYBILL_REQUIRE_PEER("crane");
  const std::string index = another("index");
  place().make_index(index, "v1");
  place().must({WAYBILL_PROGRAM, "sign", "oci://" + index + ":v1", "--key", place().signing_key()});
  for (const std::string tag : {":v1", ":amd64", ":arm64"}) {
    for (const char* form : {"--new-bundle-format=true", kTagForm}) {
      const ProcessResult result = place().cosign("verify", place().signer(), {form, index + tag});
      EXPECT_EQ(result.exit_status, 0) << tag << form << result.err;
    }
  }
}

WAYBILL_WITH_BOTH_REGISTRIES(PublishCosign);
WAYBILL_WITH_BOTH_REGISTRIES(SignedByCosign);
WAYBILL_WITH_BOTH_REGISTRIES(SignedIndex);

// Without a registry.
class OfflineCosign : public ::testing::Test {
 protected:
  void SetUp() override { WAYBILL_REQUIRE_PEER("cosign"); }
  Workplace place_{WAYBILL_PROGRAM};
};

TEST_F(OfflineCosign, OpensOurKeyWithItsPasswordAndNoOther) {
  EXPECT_EQ(place_.must({"cosign", "public-key", "--key", place_.signing_key()}) + "\n", read_file(place_.signer()));
  const ProcessResult other = run({"cosign", "public-key", "--key", place_.signing_key()},
                                  {.environment = {{"COSIGN_PASSWORD", "something else"}}});
  EXPECT_NE(other.exit_status, 0);
}

TEST_F(OfflineCosign, AcceptsALayoutSignedWithItsOwnKey) {
  place_.must({"cosign", "generate-key-pair", "--output-key-prefix", "theirs"});
  place_.must(
      {WAYBILL_PROGRAM, "publish", "--service", "eks", "--output", "oci-layout:layout:v1", "--key", "theirs.key"});
  const ProcessResult result = place_.cosign("verify", place_.path("theirs.pub"), {"--local-image", "layout"});
  EXPECT_EQ(result.exit_status, 0) << result.err;
}

TEST_F(OfflineCosign, RefusesALayoutOfAnotherKey) {
  place_.publish({"--output", "oci-layout:layout:v1"});
  EXPECT_EQ(place_.cosign("verify", place_.signer(), {"--local-image", "layout"}).exit_status, 0);
  EXPECT_NE(place_.cosign("verify", place_.stranger(), {"--local-image", "layout"}).exit_status, 0);
}

TEST_F(OfflineCosign, AcceptsTheChecksumsOfAPulledFolderAndNoOthers) {
  place_.publish({"--output", "oci-layout:layout:v1"});
  place_.must({WAYBILL_PROGRAM, "pull", "oci-layout:layout:v1", "--output", "folder", "--key", place_.signer()});
  const std::vector<std::string> judged{"--bundle", "folder/attestation/checksums.sigstore.json",
                                        "folder/checksums.txt"};
  EXPECT_EQ(place_.cosign("verify-blob", place_.signer(), judged).exit_status, 0);
  EXPECT_NE(place_.cosign("verify-blob", place_.stranger(), judged).exit_status, 0);
  write_file(place_.path("folder/checksums.txt"), read_file(place_.path("folder/checksums.txt")) + "\n",
             Overwrite::Yes);
  EXPECT_NE(place_.cosign("verify-blob", place_.signer(), judged).exit_status, 0);
}

}  // namespace
}  // namespace waybill::testing
