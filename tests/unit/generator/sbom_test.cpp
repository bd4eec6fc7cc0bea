#include "generator/sbom.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/error.h"
#include "generator/image_reference.h"
#include "generator/inventory.h"
#include "generator/purl.h"

namespace waybill {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

const std::string kDigest = "sha256:" + std::string(64, 'd');

Recipe recipe() {
  const auto component = [](const std::string& name, const std::string& source, const std::string& version) {
    ComponentRef reference;
    reference.name = name;
    reference.type = "Helm";
    reference.chart = source.empty() ? "" : name;
    reference.source = source;
    reference.version = version;
    return reference;
  };
  Recipe recipe;
  recipe.catalogue = {"v1", kDigest};
  recipe.components = {component("disabled", "https://charts.example.com", "1.0.0"),
                       component("gpu-operator", "https://charts.example.com/", "v25.10.1"),
                       component("kai", "oci://ghcr.io/nvidia/kai", "v0.13.0"), component("manifests-only", "", "")};
  ComponentRef kustomize = component("overlay", "https://git.example.com/x.git", "");
  kustomize.type = "Kustomize";
  kustomize.tag = "v2";
  recipe.components.push_back(kustomize);
  return recipe;
}

Bundle bundle() {
  FileTree tree;
  tree.add(RelPath::parse("values/gpu-operator.yaml"),
           "driver: {repository: nvcr.io/nvidia, image: driver, version: 580.1.2}\noperator:\n  image: {registry: "
           "quay.io, repository: team/op, tag: 1.2}\n");
  tree.add(RelPath::parse("values/kai.yaml"), "{}\n");
  tree.add(RelPath::parse("values/manifests-only.yaml"), "{}\n");
  tree.add(RelPath::parse("values/overlay.yaml"), "image: ghcr.io/Team/App:1@" + kDigest + "\n");
  tree.add(RelPath::parse("manifests/manifests-only/a.yaml"),
           "apiVersion: v1\nkind: Pod\nspec:\n  containers: [{image: 'busybox:1.36'}, {image: busybox}]\n---\nkind: "
           "CustomResourceDefinition\nspec: {image: "
           "'never:1'}\n");
  BundleInfo info;
  info.tool_version = "1.2.3";
  info.catalogue = {"v1", kDigest};
  info.recipe_digest = kDigest;
  info.deployer = "argocd";
  info.options = Value::map({{"cluster", "west"}});
  return seal(std::move(tree), std::move(info));
}

class Sbom : public ::testing::Test {
 protected:
  Bundle bundle_ = bundle();
  Recipe recipe_ = recipe();
  SbomInput input_{bundle_, recipe_, Digest::parse(kDigest), 1767323045};
};

std::set<std::string> purls(const Value& value) {
  std::set<std::string> result;
  if (value.is_string() && value.as_string().starts_with("pkg:")) result.insert(value.as_string());
  if (value.is_list()) {
    for (const Value& item : value.items()) result.merge(purls(item));
  }
  if (value.is_map()) {
    for (const Value::Member& member : value.members()) result.merge(purls(member.value));
  }
  return result;
}

TEST_F(Sbom, NamesWhatIsRolledOutAndNothingElse) {
  EXPECT_THAT(purls(spdx_document(input_)),
              UnorderedElementsAre(
                  "pkg:generic/gpu-operator@v25.10.1?repository_url=https%3A%2F%2Fcharts.example.com",
                  "pkg:helm/gpu-operator@v25.10.1?repository_url=https%3A%2F%2Fcharts.example.com",
                  "pkg:oci/kai?repository_url=ghcr.io%2Fnvidia%2Fkai%2Fkai&tag=v0.13.0",
                  "pkg:generic/overlay@v2?vcs_url=git%2Bhttps%3A%2F%2Fgit.example.com%2Fx.git%40v2",
                  "pkg:oci/driver?repository_url=nvcr.io%2Fnvidia%2Fdriver&tag=580.1.2",
                  "pkg:oci/busybox?repository_url=busybox&tag=1.36",
                  "pkg:oci/app@sha256%3A" + std::string(64, 'd') + "?repository_url=ghcr.io%2FTeam%2FApp&tag=1"));
}

TEST_F(Sbom, BothFormatsListTheSame) {
  EXPECT_EQ(purls(spdx_document(input_)), purls(cyclonedx_document(input_)));
  const Value spdx = spdx_document(input_);
  const Value cyclonedx = cyclonedx_document(input_);
  std::set<std::string> ours;
  std::set<std::string> theirs;
  for (const Value& file : spdx.find("files")->items()) ours.insert(file.text_or("fileName", "").substr(2));
  for (const Value& item : cyclonedx.find("components")->items()) {
    if (item.text_or("type", "") == "file") theirs.insert(item.text_or("name", ""));
  }
  EXPECT_EQ(ours, theirs);
  EXPECT_EQ(ours.size(), bundle_.tree.size());
}

// The digest of the bundle and of every file in it, and of nothing else but images that are named by digest.
TEST_F(Sbom, BothFormatsHoldTheDigestsOfTheBundle) {
  std::set<std::string> expected{Digest::parse(kDigest).hex(), std::string(64, 'd')};
  for (const auto& [path, file] : bundle_.tree.files()) expected.insert(sha256(file.bytes).hex());
  const auto digests = [](const Value& document, std::string_view name, std::string_view algorithm,
                          std::string_view content) {
    std::set<std::string> found;
    const auto visit = [&](const auto& self, const Value& value) -> void {
      if (value.is_list()) {
        for (const Value& item : value.items()) self(self, item);
      }
      if (!value.is_map()) return;
      if (value.text_or(name, "") == algorithm) found.insert(value.text_or(content, ""));
      for (const Value::Member& member : value.members()) self(self, member.value);
    };
    visit(visit, document);
    return found;
  };
  EXPECT_EQ(digests(spdx_document(input_), "algorithm", "SHA256", "checksumValue"), expected);
  EXPECT_EQ(digests(cyclonedx_document(input_), "alg", "SHA-256", "content"), expected);
}

TEST_F(Sbom, StatesTheLicenceThatIsKnown) {
  const Value spdx = spdx_document(input_);
  for (const Value& package : spdx.find("packages")->items()) {
    EXPECT_EQ(package.text_or("licenseDeclared", ""),
              package.text_or("name", "") == "waybill" ? "Apache-2.0" : "NOASSERTION");
  }
  const Value cyclonedx = cyclonedx_document(input_);
  const Value& tool = cyclonedx.find("metadata")->find("tools")->find("components")->items().at(0);
  EXPECT_EQ(tool.find("licenses")->items().at(0).find("license")->text_or("id", ""), "Apache-2.0");
}

TEST_F(Sbom, EqualInputsGiveEqualDocuments) {
  EXPECT_EQ(spdx_document(input_), spdx_document(input_));
  EXPECT_EQ(cyclonedx_document(input_), cyclonedx_document(input_));
}

TEST_F(Sbom, SpdxElementsAreUniqueAndRelationshipsPointToThem) {
  const Value spdx = spdx_document(input_);
  std::set<std::string> ids{"SPDXRef-DOCUMENT"};
  for (const char* list : {"packages", "files"}) {
    for (const Value& element : spdx.find(list)->items())
      EXPECT_TRUE(ids.insert(element.text_or("SPDXID", "")).second) << element.text_or("name", "");
  }
  for (const Value& relationship : spdx.find("relationships")->items()) {
    EXPECT_TRUE(ids.contains(relationship.text_or("spdxElementId", "")));
    EXPECT_TRUE(ids.contains(relationship.text_or("relatedSpdxElement", "")));
  }
  EXPECT_EQ(spdx.find("creationInfo")->text_or("created", ""), "2026-01-02T03:04:05Z");
  EXPECT_EQ(spdx.find("files")->items()[0].find("checksums")->items()[0].text_or("algorithm", ""), "SHA1");
}

TEST_F(Sbom, CycloneDxReferencesExist) {
  const Value document = cyclonedx_document(input_);
  std::set<std::string> references{"bundle"};
  for (const Value& item : document.find("components")->items())
    EXPECT_TRUE(references.insert(item.text_or("bom-ref", "")).second);
  for (const Value& dependency : document.find("dependencies")->items()) {
    for (const Value& reference : dependency.find("dependsOn")->items())
      EXPECT_TRUE(references.contains(reference.as_string())) << reference.as_string();
  }
  // Version 5, variant 10xx.
  EXPECT_THAT(document.text_or("serialNumber", ""),
              ::testing::MatchesRegex("urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST_F(Sbom, ProvenanceNamesInputsAndNoPlace) {
  const Value predicate = provenance_predicate(input_);
  EXPECT_EQ(predicate.find("buildDefinition")->text_or("buildType", ""), "https://waybill.dev/bundle/v1");
  EXPECT_EQ(
      *predicate.find_path(std::vector<std::string>{"buildDefinition", "externalParameters", "options", "cluster"}),
      Value("west"));
  EXPECT_EQ(*predicate.find_path(std::vector<std::string>{"runDetails", "builder", "id"}),
            Value("https://waybill.dev/cli/v1"));
  EXPECT_EQ(predicate.find("runDetails")->find("metadata"), nullptr);
  std::vector<std::string> names;
  for (const Value& resource : predicate.find("buildDefinition")->find("resolvedDependencies")->items()) {
    names.push_back(resource.text_or("name", ""));
    EXPECT_NE(resource.find("uri"), nullptr);
  }
  EXPECT_THAT(names, ElementsAre("catalogue", "recipe", "chart/gpu-operator", "chart/kai", "chart/overlay",
                                 "image/busybox:1.36", "image/ghcr.io/Team/App:1@" + kDigest,
                                 "image/nvcr.io/nvidia/driver:580.1.2"));
}

TEST_F(Sbom, TimesOutsideTheCalendarAreRefused) {
  EXPECT_EQ(timestamp(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(timestamp(253402300799), "9999-12-31T23:59:59Z");
  EXPECT_THROW(static_cast<void>(timestamp(-1)), Error);
  EXPECT_THROW(static_cast<void>(timestamp(253402300800)), Error);
}

TEST(ImageReference, IsReadWithTagDigestAndPort) {
  const ImageReference full = ImageReference::parse("localhost:5000/team/app:1.0@" + kDigest);
  EXPECT_EQ(full.repository, "localhost:5000/team/app");
  EXPECT_EQ(full.tag, "1.0");
  EXPECT_EQ(full.digest, kDigest);
  EXPECT_EQ(full.name(), "app");
  EXPECT_EQ(full.text(), "localhost:5000/team/app:1.0@" + kDigest);
}

TEST(ImageReference, AnythingUncertainIsRefused) {
  for (const char* text : {"", "app", "localhost:5000/app", "app:", "a b:1", "app:-1", "/app:1", "a//b:1",
                           "app@sha256:12", "{{ .x }}:1", "a:b:c"}) {
    EXPECT_THROW(static_cast<void>(ImageReference::parse(text)), Error) << text;
  }
}

TEST(Purl, EncodesAndSorts) {
  EXPECT_EQ(purl("oci", "a b", "sha256:1", {{"tag", "1+2"}, {"arch", ""}, {"repository_url", "r/x"}}),
            "pkg:oci/a%20b@sha256%3A1?repository_url=r%2Fx&tag=1%2B2");
}

}  // namespace
}  // namespace waybill
