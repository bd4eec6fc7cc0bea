// The second version of cosign, which many pipelines still run: what we signed before it, and what it signed before us.
#include <gmock/gmock.h>

#include "core/bytes.h"
#include "core/json/reader.h"
#include "tests/interop/publish_suite.h"
#include "tests/support/keyless_authority.h"

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kCosign = "cosign2";
constexpr const char* kTagForm = "--new-bundle-format=false";
constexpr const char* kBundleForm = "--new-bundle-format=true";
// The bundle form is judged with a trusted root only, which this version wants although a key vouches; without network
// it needs a file.
const std::vector<std::string> kAsBundle{"--new-bundle-format=true", "--trusted-root", "root.json"};
constexpr const char* kPredicate = R"({"spdxVersion":"SPDX-2.3","name":"x"})";

class Cosign2 : public PublishedSuite {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER(kCosign);
    WAYBILL_REQUIRE_PEER("crane");
    PublishedSuite::SetUp();
    if (IsSkipped()) return;
    // An index and its two images for each test.
    std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '/' ? '-' : c;
    repository_ = another(name);
    place().make_index(repository_, "v1");
    write_file(place().path("predicate.json"), kPredicate, Overwrite::Yes);
    write_file(place().path("root.json"), KeylessAuthority().trusted_root(), Overwrite::Yes);
  }
  [[nodiscard]] std::string index() const { return repository_ + ":v1"; }
  [[nodiscard]] std::vector<std::string> all() const {
    return {index(), repository_ + ":amd64", repository_ + ":arm64"};
  }
  [[nodiscard]] ProcessResult accepts(const std::string& command, const std::string& key,
                                      const Words& arguments) const {
    return place().cosign(command, key, arguments, kCosign);
  }
  // The same artifact in a repository with nothing but cosign's tags: where there are bundles, this version looks at
  // them alone.
  [[nodiscard]] std::string with_tags_alone(const std::string& reference) const {
    const std::string repository = reference.substr(0, reference.rfind(':'));
    const std::string digest = place().must({"crane", "digest", reference});
    const std::string tag = "sha256-" + digest.substr(digest.find(':') + 1);
    place().must({"crane", "copy", reference, repository + "/tags:v1"});
    for (const std::string suffix : {".sig", ".att"})
      static_cast<void>(
          place().run({"crane", "copy", repository + ":" + tag + suffix, repository + "/tags:" + tag + suffix}));
    return repository + "/tags:v1";
  }
  void cosign(std::vector<std::string> command) const {
    command.insert(command.begin(), kCosign);
    command.insert(command.end(),
                   {"--yes", "--key", place().signing_key(), "--tlog-upload=false", "--allow-http-registry", index()});
    place().must(std::move(command));
  }
  [[nodiscard]] int verify(const std::string& reference, const std::string& key) const {
    return place().waybill({"verify", "oci://" + reference, "--key", key}).exit_status;
  }
  [[nodiscard]] ProcessResult verify_attestation(const std::string& key) const {
    return place().waybill(
        {"verify-attestation", "oci://" + index(), "--key", key, "--type", "spdxjson", "--format", "json"});
  }

  std::string repository_;
};

TEST_P(Cosign2, AcceptsThePublishedBundleInBothForms) {
  for (const bool bundle : {true, false}) {
    const Words form = bundle ? joined(kAsBundle, {reference()}) : Words{kTagForm, with_tags_alone(reference())};
    const ProcessResult result = accepts("verify", place().signer(), form);
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr(digest()));
    EXPECT_NE(accepts("verify", place().stranger(), form).exit_status, 0);
  }
  for (const char* type : {"spdxjson", "cyclonedx", "slsaprovenance1"}) {
    const ProcessResult result =
        accepts("verify-attestation", place().signer(), joined(kAsBundle, {"--type", type, reference()}));
    EXPECT_EQ(result.exit_status, 0) << type << result.err;
  }
}

TEST_P(Cosign2, AcceptsOurIndexItsChildrenAndTheirAttestation) {
  place().must({WAYBILL_PROGRAM, "sign", "oci://" + index(), "--key", place().signing_key()});
  place().must({WAYBILL_PROGRAM, "attest", "oci://" + index(), "--key", place().signing_key(), "--type", "spdxjson",
                "--predicate", "predicate.json"});
  for (const bool bundle : {true, false}) {
    const Words form = bundle ? kAsBundle : Words{kTagForm};
    for (const std::string& reference : all()) {
      const std::string judged = bundle ? reference : with_tags_alone(reference);
      const ProcessResult result = accepts("verify", place().signer(), joined(form, {judged}));
      EXPECT_EQ(result.exit_status, 0) << judged << result.err;
      EXPECT_NE(accepts("verify", place().stranger(), joined(form, {judged})).exit_status, 0) << judged;
    }
    const std::string judged = bundle ? index() : with_tags_alone(index());
    const Words attestation = joined(form, {"--type", "spdxjson", judged});
    const ProcessResult result = accepts("verify-attestation", place().signer(), attestation);
    ASSERT_EQ(result.exit_status, 0) << judged << result.err;
    const std::string payload = json::parse(result.out, "the envelope").text_or("payload", {});
    EXPECT_THAT(from_base64(payload).value_or(""), HasSubstr("\"https://spdx.dev/Document\"")) << judged;
    EXPECT_NE(accepts("verify-attestation", place().stranger(), attestation).exit_status, 0) << judged;
    const Words other = joined(form, {"--type", "vuln", judged});
    EXPECT_NE(accepts("verify-attestation", place().signer(), other).exit_status, 0) << judged;
  }
}

TEST_P(Cosign2, SignsAnIndexAndItsChildrenForUs) {
  cosign({"sign", "--recursive", kTagForm});
  for (const std::string& reference : all()) {
    EXPECT_EQ(verify(reference, place().signer()), 0) << reference;
    EXPECT_EQ(verify(reference, place().stranger()), 4) << reference;
  }
}

TEST_P(Cosign2, AttestsForUsInBothForms) {
  for (const char* form : {kTagForm, kBundleForm}) {
    place().make_index(repository_, "v1");
    cosign({"attest", "--type", "spdxjson", "--predicate", "predicate.json", form});
    const ProcessResult result = verify_attestation(place().signer());
    EXPECT_EQ(result.exit_status, 0) << form << result.out << result.err;
    EXPECT_THAT(result.out, HasSubstr(form == kTagForm ? "\"dsse\"" : "\"bundle\""));
    EXPECT_EQ(verify_attestation(place().stranger()).exit_status, 4) << form;
    EXPECT_EQ(verify(index(), place().signer()), 4) << "an attestation is no signature";
  }
}

TEST_P(Cosign2, AddsItsSignatureAndAttestationBesideOurs) {
  place().must({WAYBILL_PROGRAM, "sign", "oci://" + index(), "--key", place().strangers_key()});
  place().must({WAYBILL_PROGRAM, "attest", "oci://" + index(), "--key", place().strangers_key(), "--type", "spdxjson",
                "--predicate", "predicate.json"});
  cosign({"sign", kTagForm});
  cosign({"attest", "--type", "spdxjson", "--predicate", "predicate.json", kTagForm});
  const std::string tags = with_tags_alone(index());
  for (const std::string& key : {place().signer(), place().stranger()}) {
    EXPECT_EQ(accepts("verify", key, {kTagForm, tags}).exit_status, 0) << key;
    EXPECT_EQ(accepts("verify-attestation", key, {kTagForm, "--type", "spdxjson", tags}).exit_status, 0) << key;
    EXPECT_EQ(verify(index(), key), 0) << key;
    EXPECT_EQ(verify_attestation(key).exit_status, 0) << key;
  }
}

WAYBILL_WITH_BOTH_REGISTRIES(Cosign2);

// Keys and files, without a registry.
class Cosign2Files : public ::testing::Test {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER(kCosign);
    write("file", "content");
    write("root.json", KeylessAuthority().trusted_root());
  }
  void write(const std::string& name, const std::string& text) const {
    write_file(place_.path(name), text, Overwrite::Yes);
  }
  const Workplace place_{WAYBILL_PROGRAM};
};

TEST_F(Cosign2Files, OpensOurKeysAndWeOpenItsOwn) {
  EXPECT_EQ(place_.must({kCosign, "public-key", "--key", place_.signing_key()}) + "\n", read_file(place_.signer()));
  place_.must({WAYBILL_PROGRAM, "keygen", "--compat", "--output-prefix", "old"});
  EXPECT_EQ(place_.must({kCosign, "public-key", "--key", "old.key"}) + "\n", read_file(place_.path("old.pub")));
  place_.must({kCosign, "generate-key-pair", "--output-key-prefix", "theirs"});
  EXPECT_EQ(place_.must({WAYBILL_PROGRAM, "key", "public", "--key", "theirs.key"}) + "\n",
            read_file(place_.path("theirs.pub")));
}

TEST_F(Cosign2Files, AcceptsOurSignatureAndAttestationOfAFile) {
  write("predicate.json", kPredicate);
  place_.must({WAYBILL_PROGRAM, "sign", "file", "--key", place_.signing_key()});
  place_.must({WAYBILL_PROGRAM, "attest", "file", "--key", place_.signing_key(), "--type", "spdxjson", "--predicate",
               "predicate.json"});
  const Words signature = joined(kAsBundle, {"--bundle", "file.sigstore.json", "file"});
  const Words statement = joined(kAsBundle, {"--type", "spdxjson", "--bundle", "file.spdxjson.sigstore.json", "file"});
  for (const auto& [command, arguments] :
       {std::pair("verify-blob", signature), std::pair("verify-blob-attestation", statement)}) {
    const ProcessResult result = place_.cosign(command, place_.signer(), arguments, kCosign);
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_NE(place_.cosign(command, place_.stranger(), arguments, kCosign).exit_status, 0);
  }
  write("file", "changed");
  EXPECT_NE(place_.cosign("verify-blob", place_.signer(), signature, kCosign).exit_status, 0);
}

TEST_F(Cosign2Files, SignsAFileForUs) {
  place_.must({kCosign, "sign-blob", "--yes", "--key", place_.signing_key(), "--tlog-upload=false", kBundleForm,
               "--bundle", "file.sigstore.json", "file"});
  EXPECT_EQ(place_.waybill({"verify", "file", "--key", place_.signer()}).exit_status, 0);
  EXPECT_EQ(place_.waybill({"verify", "file", "--key", place_.stranger()}).exit_status, 4);
}

}  // namespace
}  // namespace waybill::testing
