// The predicate of SLSA provenance 1 (spec: oci-and-signing 9). A statement about a pure function: its inputs and the
// program; no time, because the same inputs give the same bundle at any time.
#include "generator/inventory.h"
#include "generator/sbom.h"

namespace waybill {
namespace {

constexpr std::string_view kBuildType = "https://waybill.dev/bundle/v1";
constexpr std::string_view kBuilder = "https://waybill.dev/cli/v1";

// A resource with its digest, which is left out when a catalogue of a test has none.
Value resource(std::string_view name, std::string_view uri, std::string_view digest) {
  Value result = Value::map({{"name", name}, {"uri", uri}});
  if (const std::optional<Digest> parsed = Digest::try_parse(digest))
    result.set("digest", Value::map({{std::string(name_of(parsed->algorithm())), parsed->hex()}}));
  return result;
}

Value resolved_dependencies(const SbomInput& input) {
  const BundleInfo& info = input.bundle.info;
  Value result = Value::list(
      {resource("catalogue", "https://waybill.dev/catalogue/" + info.catalogue.version, info.catalogue.digest),
       resource("recipe", "https://waybill.dev/recipe/v1", info.recipe_digest)});
  const Inventory inventory = take_inventory(input.bundle, input.recipe);
  for (const ChartItem& chart : inventory.charts)
    result.push_back(resource("chart/" + chart.component, chart.purl, ""));
  for (const ImageItem& image : inventory.images) {
    result.push_back(resource("image/" + image.reference.text(), image.purl, image.reference.digest));
  }
  return result;
}

}  // namespace

Value provenance_predicate(const SbomInput& input) {
  const BundleInfo& info = input.bundle.info;
  Value parameters =
      Value::map({{"criteria", info.criteria.to_value()}, {"deployer", info.deployer}, {"options", info.options}});
  Value definition = Value::map({{"buildType", kBuildType}, {"externalParameters", std::move(parameters)}});
  definition.set("internalParameters", Value::map({{"sourceDateEpoch", std::to_string(input.epoch)}}));
  definition.set("resolvedDependencies", resolved_dependencies(input));
  return Value::map(
      {{"buildDefinition", std::move(definition)},
       {"runDetails",
        Value::map({{"builder",
                     Value::map({{"id", kBuilder}, {"version", Value::map({{"waybill", info.tool_version}})}})}})}});
}

}  // namespace waybill
