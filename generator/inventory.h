#pragma once
// What a sealed bundle contains, once, for every list that is made of it: SPDX, CycloneDX and provenance say the same.
#include <string>
#include <string_view>
#include <vector>

#include "generator/image_reference.h"
#include "generator/sbom.h"

namespace waybill {

// A chart or kustomization that the bundle rolls out.
struct ChartItem {
  std::string component;
  std::string name;  // of the chart
  std::string version;
  std::string location;  // "oci://registry/charts/name", the repository's URL, "git+https://…"
  std::string purl;
  std::string helm_purl;  // of the unregistered type "helm", which some tools read; empty for others
};

struct ImageItem {
  ImageReference reference;
  std::string purl;
};

struct FileItem {
  std::string path;
  std::string sha1;
  std::string sha256;  // hexadecimal
};

struct Inventory {
  std::vector<ChartItem> charts;  // by component
  std::vector<ImageItem> images;  // by reference
  std::vector<FileItem> files;    // by path
};

// Charts of the recipe's components that the bundle holds, images that its values and manifests name, all its files.
// Throws InvalidInput when values or manifests are no YAML.
[[nodiscard]] Inventory take_inventory(const Bundle& bundle, const Recipe& recipe);

// Of this program. The licences of charts and images are stated nowhere that a bundle is made from.
inline constexpr std::string_view kToolLicence = "Apache-2.0";

// Seconds since 1970 as 2026-01-02T03:04:05Z. Throws InvalidInput outside the years 1970 to 9999.
[[nodiscard]] std::string timestamp(std::int64_t epoch);

}  // namespace waybill
