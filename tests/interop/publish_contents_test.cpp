// The documents that travel with a published bundle (lists of contents, provenance, signatures) before tools that know
// nothing of cosign or of us. Read from a layout with plain file access, so that no client stands between.
#include <gmock/gmock.h>

#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>

#include "core/bytes.h"
#include "core/digest.h"
#include "core/json/reader.h"
#include "tests/support/published_bundle.h"

namespace waybill::testing {
namespace {

constexpr const char* kBundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
constexpr const char* kCycloneDxType = "application/vnd.cyclonedx+json";
constexpr const char* kSpdxType = "application/spdx+json";

class PublishContents : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    place_ = std::make_unique<Workplace>(WAYBILL_PROGRAM);
    const Value result = place().publish({"--output", "oci-layout:layout:v1"});
    digest_ = result.find("oci")->text_or("digest", {});
    bundle_digest_ = result.find("bundle")->text_or("digest", {});
    place().must({WAYBILL_PROGRAM, "pull", "oci-layout:layout:v1", "--output", "folder"});
  }
  static void TearDownTestSuite() { place_.reset(); }

  static const Workplace& place() { return *place_; }
  static std::string blob(const Value& descriptor) {
    return "layout/blobs/sha256/" + Digest::parse(descriptor.text_or("digest", {})).hex();
  }
  static Value document(const std::string& file) { return json::parse(read_file(place().path(file)), file); }
  // The layers, as files, of all manifests in the layout's index of whose descriptor `chosen` is true.
  template <typename Choice>
  static std::vector<Value> layers(Choice&& chosen) {
    std::vector<Value> found;
    const Value index = document("layout/index.json");
    for (const Value& manifest : index.find("manifests")->items()) {
      if (!chosen(manifest)) continue;
      const Value content = document(blob(manifest));
      found.insert(found.end(), content.find("layers")->items().begin(), content.find("layers")->items().end());
    }
    return found;
  }
  static std::vector<std::string> attached(const std::string& artifact_type) {
    std::vector<std::string> files;
    for (const Value& layer :
         layers([&](const Value& manifest) { return manifest.text_or("artifactType", {}) == artifact_type; })) {
      files.push_back(blob(layer));
    }
    return files;
  }
  // The statement of that kind that was signed.
  static Value statement(const std::string& predicate_type) {
    for (const std::string& file : attached(kBundleType)) {
      const std::string payload = document(file).find("dsseEnvelope")->text_or("payload", {});
      Value found = json::parse(from_base64(payload).value_or(""), file);
      if (found.text_or("predicateType", {}) == predicate_type) return found;
    }
    throw std::runtime_error("no statement " + predicate_type);
  }
  static std::string hash_of(const Value& hashes, const char* name, const char* algorithm, const char* content) {
    for (const Value& hash : hashes.items()) {
      if (hash.text_or(name, {}) == algorithm) return hash.text_or(content, {});
    }
    return {};
  }

  static std::unique_ptr<Workplace> place_;
  static std::string digest_;
  static std::string bundle_digest_;
};

std::unique_ptr<Workplace> PublishContents::place_;
std::string PublishContents::digest_;
std::string PublishContents::bundle_digest_;

TEST_F(PublishContents, CycloneDxsSchemaAcceptsTheAttachedList) {
  WAYBILL_REQUIRE_PEER("cyclonedx-validate");
  const ProcessResult result = place().run({"cyclonedx-validate", attached(kCycloneDxType).at(0)});
  EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
}

TEST_F(PublishContents, SpdxsSchemaAcceptsTheAttachedList) {
  WAYBILL_REQUIRE_PEER("spdx-validate");
  const ProcessResult result = place().run({"spdx-validate", attached(kSpdxType).at(0)});
  EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
}

TEST_F(PublishContents, SpdxToolsAcceptTheAttachedList) {
  WAYBILL_REQUIRE_PEER("pyspdxtools");
  std::filesystem::copy_file(place().path(attached(kSpdxType).at(0)), place().path("list.spdx.json"),
                             std::filesystem::copy_options::overwrite_existing);
  const ProcessResult result = place().run({"pyspdxtools", "--version", "SPDX-2.3", "--infile", "list.spdx.json"});
  EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
}

TEST_F(PublishContents, TheSignedListsAreTheAttachedOnes) {
  EXPECT_EQ(*statement("https://spdx.dev/Document").find("predicate"), document(attached(kSpdxType).at(0)));
  EXPECT_EQ(*statement("https://cyclonedx.org/bom").find("predicate"), document(attached(kCycloneDxType).at(0)));
}

// sha256sum says what the files are.
TEST_F(PublishContents, BothListsNameEveryFileWithItsDigest) {
  std::set<std::string> files;
  std::istringstream lines(place().must(
      {"sh", "-c",
       "cd folder && find . -path ./attestation -prune -o -type f -exec sha256sum {} + | sed 's, \\./, ,'"}));
  for (std::string line; std::getline(lines, line);) files.insert(line);
  ASSERT_GT(files.size(), 30U);

  const Value spdx_list = document(attached(kSpdxType).at(0));
  std::set<std::string> spdx;
  for (const Value& file : spdx_list.find("files")->items()) {
    spdx.insert(hash_of(*file.find("checksums"), "algorithm", "SHA256", "checksumValue") + "  " +
                file.text_or("fileName", {}).substr(2));
  }
  EXPECT_EQ(spdx, files);
  const Value cyclonedx_list = document(attached(kCycloneDxType).at(0));
  std::set<std::string> cyclonedx;
  for (const Value& component : cyclonedx_list.find("components")->items()) {
    if (component.text_or("type", {}) != "file") continue;
    cyclonedx.insert(hash_of(*component.find("hashes"), "alg", "SHA-256", "content") + "  " +
                     component.text_or("name", {}));
  }
  EXPECT_EQ(cyclonedx, files);
}

TEST_F(PublishContents, BothListsNameTheSameChartsAndImages) {
  const Value spdx_list = document(attached(kSpdxType).at(0));
  std::set<std::string> spdx;
  for (const Value& package : spdx_list.find("packages")->items()) {
    spdx.insert(package.text_or("name", {}) + "@" + package.text_or("versionInfo", {}));
  }
  const Value cyclonedx_list = document(attached(kCycloneDxType).at(0));
  std::set<std::string> cyclonedx;
  const auto add = [&](const Value& component) {
    cyclonedx.insert(component.text_or("name", {}) + "@" + component.text_or("version", {}));
  };
  for (const Value& component : cyclonedx_list.find("components")->items()) {
    if (component.text_or("type", {}) != "file") add(component);
  }
  add(*cyclonedx_list.find("metadata")->find("component"));
  for (const Value& tool : cyclonedx_list.find("metadata")->find("tools")->find("components")->items()) add(tool);
  EXPECT_EQ(spdx, cyclonedx);
  EXPECT_GT(spdx.size(), 10U);
}

TEST_F(PublishContents, ProvenanceIsAboutTheManifestAndHasWhatSlsaRequires) {
  const Value provenance = statement("https://slsa.dev/provenance/v1");
  EXPECT_EQ(provenance.text_or("_type", {}), "https://in-toto.io/Statement/v1");
  EXPECT_EQ("sha256:" + provenance.find("subject")->items().at(0).find("digest")->text_or("sha256", {}), digest_);
  const Value& build = *provenance.find("predicate")->find("buildDefinition");
  EXPECT_THAT(build.text_or("buildType", {}), ::testing::StartsWith("https://"));
  EXPECT_TRUE(build.find("externalParameters")->is_map());
  for (const Value& dependency : build.find("resolvedDependencies")->items()) {
    EXPECT_TRUE(dependency.find("uri") != nullptr || dependency.find("digest") != nullptr);
  }
  EXPECT_THAT(provenance.find("predicate")->find("runDetails")->find("builder")->text_or("id", {}),
              ::testing::StartsWith("https://"));
}

TEST_F(PublishContents, SigstoreJsAcceptsEveryStatementOfTheSignerAlone) {
  WAYBILL_REQUIRE_PEER("sigstore-verify");
  const std::vector<std::string> bundles = attached(kBundleType);
  EXPECT_EQ(bundles.size(), 4U);
  for (const std::string& file : bundles) {
    EXPECT_EQ(place().run({"sigstore-verify", file, place().signer()}).out, "accepted\n");
    EXPECT_NE(place().run({"sigstore-verify", file, place().stranger()}).exit_status, 0);
  }
}

TEST_F(PublishContents, SigstoreJsAcceptsTheChecksumsOfAPulledFolder) {
  WAYBILL_REQUIRE_PEER("sigstore-verify");
  const ProcessResult result = place().run(
      {"sigstore-verify", "folder/attestation/checksums.sigstore.json", place().signer(), "folder/checksums.txt"});
  EXPECT_EQ(result.out, "accepted\n") << result.err;
}

TEST_F(PublishContents, OpensslAcceptsTheSignatureInTheTagForm) {
  WAYBILL_REQUIRE_PEER("openssl");
  const std::vector<Value> found = layers([](const Value& manifest) {
    return manifest.find("annotations")->text_or("org.opencontainers.image.ref.name", {}).ends_with(".sig");
  });
  ASSERT_EQ(found.size(), 1U);
  const std::string signature = found[0].find("annotations")->text_or("dev.cosignproject.cosign/signature", {});
  write_file(place().path("signature.der"), from_base64(signature).value_or(""), Overwrite::Yes);
  const auto judge = [&](const std::string& key) {
    return place().run({"openssl", "dgst", "-sha256", "-verify", key, "-signature", "signature.der", blob(found[0])});
  };
  EXPECT_EQ(judge(place().signer()).out, "Verified OK\n");
  EXPECT_NE(judge(place().stranger()).exit_status, 0);
  EXPECT_EQ(document(blob(found[0])).find("critical")->find("image")->text_or("docker-manifest-digest", {}), digest_);
}

TEST_F(PublishContents, GunzipAndSha256sumFindTheBundlesDigest) {
  const std::vector<Value> found = layers([](const Value& manifest) {
    return manifest.text_or("artifactType", {}) == "application/vnd.waybill.bundle.v1+json";
  });
  ASSERT_EQ(found.size(), 1U);
  const std::string sum = place().must({"sh", "-c", "gzip -dc \"$0\" | sha256sum", blob(found[0])});
  EXPECT_EQ("sha256:" + sum.substr(0, 64), bundle_digest_);
}

TEST_F(PublishContents, NothingNamesThisMachine) {
  std::vector<std::string> words{place().path("")};
  const std::string host = place().must({"hostname"});
  if (host.size() > 3) words.push_back(host);  // shorter ones are part of other words
  for (const std::string& word : words) {
    EXPECT_EQ(place().run({"grep", "-rlF", "--", word, "layout", "folder"}).out, "") << word;
  }
}

}  // namespace
}  // namespace waybill::testing
