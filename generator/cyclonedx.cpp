// CycloneDX 1.6, JSON.
#include <fmt/core.h>

#include "core/error.h"
#include "generator/inventory.h"
#include "generator/sbom.h"

namespace waybill {
namespace {

constexpr std::string_view kBundleReference = "bundle";

// RFC 9562, section 5.5: a UUID of version 5 made of a URL, so that equal bundles have equal serial numbers.
std::string uuid_of(std::string_view url) {
  constexpr std::string_view kUrlNamespace = "6ba7b8119dad11d180b400c04fd430c8";
  const std::optional<std::string> name_space = from_hex(kUrlNamespace);
  if (!name_space) throw Error(ErrorCode::Internal, "the namespace of URLs is no hexadecimal text");
  const std::string hex = sha1_hex(as_bytes(*name_space + std::string(url)));
  constexpr std::string_view kVariants = "89ab";
  const std::size_t high = std::string_view("0123456789abcdef").find(hex[16]);
  return fmt::format("{}-{}-5{}-{}{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3), kVariants[high & 3U],
                     hex.substr(17, 3), hex.substr(20, 12));
}

Value hash(std::string_view algorithm, std::string_view value) {
  return Value::map({{"alg", algorithm}, {"content", value}});
}

Value component(std::string_view type, std::string_view reference, std::string_view name, std::string_view version) {
  Value result = Value::map({{"type", type}, {"bom-ref", reference}, {"name", name}});
  if (!version.empty()) result.set("version", version);
  return result;
}

Value chart_component(const ChartItem& chart) {
  Value result = component("application", "chart/" + chart.component, chart.name, chart.version);
  result.set("purl", chart.purl);
  Value properties = Value::list({Value::map({{"name", "waybill:component"}, {"value", chart.component}}),
                                  Value::map({{"name", "waybill:location"}, {"value", chart.location}})});
  if (!chart.helm_purl.empty())
    properties.push_back(Value::map({{"name", "waybill:helm-purl"}, {"value", chart.helm_purl}}));
  result.set("properties", std::move(properties));
  return result;
}

Value image_component(const ImageItem& image) {
  const ImageReference& reference = image.reference;
  Value result = component("container", "image/" + reference.text(), reference.repository,
                           reference.tag.empty() ? reference.digest : reference.tag);
  if (!reference.digest.empty()) {
    const Digest digest = Digest::parse(reference.digest);
    const bool is_short = digest.algorithm() == DigestAlgorithm::Sha256;
    result.set("hashes", Value::list({hash(is_short ? "SHA-256" : "SHA-512", digest.hex())}));
  }
  result.set("purl", image.purl);
  return result;
}

Value file_component(const FileItem& file) {
  Value result = component("file", "file/" + file.path, file.path, "");
  result.set("hashes", Value::list({hash("SHA-1", file.sha1), hash("SHA-256", file.sha256)}));
  return result;
}

}  // namespace

Value cyclonedx_document(const SbomInput& input) {
  const Inventory inventory = take_inventory(input.bundle, input.recipe);
  Value root = component("application", kBundleReference, "waybill-bundle", input.recipe.catalogue.version);
  root.set("hashes", Value::list({hash("SHA-256", input.bundle_digest.hex())}));
  Value components = Value::list();
  Value needed = Value::list();
  const auto depend = [&](Value item) {
    needed.push_back(item.text_or("bom-ref", ""));
    components.push_back(std::move(item));
  };
  for (const ChartItem& chart : inventory.charts) depend(chart_component(chart));
  for (const ImageItem& image : inventory.images) depend(image_component(image));
  for (const FileItem& file : inventory.files) components.push_back(file_component(file));

  Value metadata = Value::map({{"timestamp", timestamp(input.epoch)}});
  Value tool = component("application", "tool", "waybill", input.bundle.info.tool_version);
  tool.set("licenses", Value::list({Value::map({{"license", Value::map({{"id", kToolLicence}})}})}));
  metadata.set("tools", Value::map({{"components", Value::list({std::move(tool)})}}));
  metadata.set("component", std::move(root));
  return Value::map(
      {{"$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json"},
       {"bomFormat", "CycloneDX"},
       {"specVersion", "1.6"},
       {"serialNumber", "urn:uuid:" + uuid_of("https://waybill.dev/cyclonedx/" + input.bundle_digest.hex())},
       {"version", 1},
       {"metadata", std::move(metadata)},
       {"components", std::move(components)},
       {"dependencies", Value::list({Value::map({{"ref", kBundleReference}, {"dependsOn", std::move(needed)}})})}});
}

}  // namespace waybill
