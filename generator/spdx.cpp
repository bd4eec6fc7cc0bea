// SPDX 2.3, JSON. Elements are named by what they are, never by their position, so a diff of two documents is short.
#include <fmt/core.h>

#include <algorithm>

#include "generator/inventory.h"
#include "generator/sbom.h"

namespace waybill {
namespace {

constexpr std::string_view kBundleId = "SPDXRef-Bundle";
constexpr std::string_view kToolId = "SPDXRef-Tool";

// Letters, digits, '.' and '-' only (SPDX 2.3, section 3.2): a part of the digest of the name, which may hold anything.
std::string element_id(std::string_view kind, std::string_view name) {
  constexpr std::size_t kDigits = 20;
  return fmt::format("SPDXRef-{}-{}", kind, sha256(name).hex().substr(0, kDigits));
}

Value checksum(std::string_view algorithm, std::string_view value) {
  return Value::map({{"algorithm", algorithm}, {"checksumValue", value}});
}

Value purl_reference(std::string_view purl) {
  return Value::map({{"referenceCategory", "PACKAGE-MANAGER"}, {"referenceType", "purl"}, {"referenceLocator", purl}});
}

Value package(std::string_view id, std::string_view name, std::string_view version, std::string_view location,
              std::string_view purpose) {
  Value result = Value::map({{"SPDXID", id}, {"name", name}});
  if (!version.empty()) result.set("versionInfo", version);
  result.set("downloadLocation", location);
  result.set("filesAnalyzed", false);
  result.set("licenseConcluded", "NOASSERTION");
  result.set("licenseDeclared", "NOASSERTION");
  result.set("copyrightText", "NOASSERTION");
  result.set("primaryPackagePurpose", purpose);
  return result;
}

// SPDX 2.3, section 7.9: the SHA-1 of all files' SHA-1s, sorted and put together.
std::string verification_code(const std::vector<FileItem>& files) {
  std::vector<std::string> sums;
  sums.reserve(files.size());
  for (const FileItem& file : files) sums.push_back(file.sha1);
  std::sort(sums.begin(), sums.end());
  std::string text;
  for (const std::string& sum : sums) text += sum;
  return sha1_hex(as_bytes(text));
}

Value root_package(const SbomInput& input, const std::vector<FileItem>& files) {
  Value root = package(kBundleId, "waybill-bundle", input.recipe.catalogue.version, "NOASSERTION", "ARCHIVE");
  // The only package whose files are listed, so the only one that may contain any.
  root.set("filesAnalyzed", true);
  root.set("packageVerificationCode", Value::map({{"packageVerificationCodeValue", verification_code(files)}}));
  root.set("licenseInfoFromFiles", Value::list({"NOASSERTION"}));
  root.set("checksums", Value::list({checksum("SHA256", input.bundle_digest.hex())}));
  return root;
}

class Document {
 public:
  Document(const SbomInput& input, const std::vector<FileItem>& files) : input_(input) {
    relate("SPDXRef-DOCUMENT", "DESCRIBES", kBundleId);
    packages_.push_back(root_package(input, files));
    Value tool = package(kToolId, "waybill", input.bundle.info.tool_version, "NOASSERTION", "APPLICATION");
    tool.set("licenseConcluded", kToolLicence);
    tool.set("licenseDeclared", kToolLicence);
    packages_.push_back(std::move(tool));
    relate(kToolId, "BUILD_TOOL_OF", kBundleId);
  }

  void add(const ChartItem& chart) {
    const std::string id = element_id("Chart", chart.component);
    // A location must be one of SPDX's forms: a plain repository is no download of this very version.
    const bool is_download = chart.location.starts_with("git+");
    Value item = package(id, chart.name, chart.version, is_download ? std::string_view(chart.location) : "NOASSERTION",
                         "INSTALL");
    item.set("sourceInfo", chart.location);
    Value references = Value::list({purl_reference(chart.purl)});
    if (!chart.helm_purl.empty()) references.push_back(purl_reference(chart.helm_purl));
    item.set("externalRefs", std::move(references));
    packages_.push_back(std::move(item));
    relate(kBundleId, "DEPENDS_ON", id);
  }

  void add(const ImageItem& image) {
    const std::string id = element_id("Image", image.reference.text());
    const std::string& version = image.reference.tag.empty() ? image.reference.digest : image.reference.tag;
    Value item = package(id, image.reference.repository, version, "NOASSERTION", "CONTAINER");
    if (!image.reference.digest.empty()) {
      const Digest digest = Digest::parse(image.reference.digest);
      const bool is_short = digest.algorithm() == DigestAlgorithm::Sha256;
      item.set("checksums", Value::list({checksum(is_short ? "SHA256" : "SHA512", digest.hex())}));
    }
    item.set("externalRefs", Value::list({purl_reference(image.purl)}));
    packages_.push_back(std::move(item));
    relate(kBundleId, "DEPENDS_ON", id);
  }

  void add(const FileItem& file) {
    const std::string id = element_id("File", file.path);
    files_.push_back(
        Value::map({{"SPDXID", id},
                    {"fileName", "./" + file.path},
                    {"checksums", Value::list({checksum("SHA1", file.sha1), checksum("SHA256", file.sha256)})},
                    {"licenseConcluded", "NOASSERTION"},
                    {"copyrightText", "NOASSERTION"}}));
    relate(kBundleId, "CONTAINS", id);
  }

  Value finish() {
    const std::string& version = input_.bundle.info.tool_version;
    return Value::map(
        {{"spdxVersion", "SPDX-2.3"},
         {"dataLicense", "CC0-1.0"},
         {"SPDXID", "SPDXRef-DOCUMENT"},
         {"name", "waybill-bundle"},
         {"documentNamespace", fmt::format("https://waybill.dev/spdx/{}", input_.bundle_digest.hex())},
         {"creationInfo", Value::map({{"created", timestamp(input_.epoch)},
                                      {"creators", Value::list({fmt::format("Tool: waybill-{}", version)})}})},
         {"packages", std::move(packages_)},
         {"files", std::move(files_)},
         {"relationships", std::move(relationships_)}});
  }

 private:
  void relate(std::string_view from, std::string_view type, std::string_view to) {
    relationships_.push_back(
        Value::map({{"spdxElementId", from}, {"relationshipType", type}, {"relatedSpdxElement", to}}));
  }

  const SbomInput& input_;
  Value packages_ = Value::list();
  Value files_ = Value::list();
  Value relationships_ = Value::list();
};

}  // namespace

Value spdx_document(const SbomInput& input) {
  const Inventory inventory = take_inventory(input.bundle, input.recipe);
  Document document(input, inventory.files);
  for (const ChartItem& chart : inventory.charts) document.add(chart);
  for (const ImageItem& image : inventory.images) document.add(image);
  for (const FileItem& file : inventory.files) document.add(file);
  return document.finish();
}

}  // namespace waybill
