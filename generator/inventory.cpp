#include "generator/inventory.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "core/error.h"
#include "core/yaml/reader.h"
#include "generator/purl.h"

namespace waybill {
namespace {

constexpr std::string_view kOciScheme = "oci://";

std::string without_trailing_slashes(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

ChartItem kustomization(const ComponentRef& component) {
  const std::string repository = "git+" + component.source;
  const std::string address = component.tag.empty() ? repository : fmt::format("{}@{}", repository, component.tag);
  return {component.name,
          component.name,
          component.tag,
          repository,
          purl("generic", component.name, component.tag, {{"vcs_url", address}}),
          ""};
}

ChartItem chart(const ComponentRef& component) {
  const std::string name = component.chart.empty() ? component.name : component.chart;
  const std::string source = without_trailing_slashes(component.source);
  if (source.starts_with(kOciScheme)) {
    const std::string repository = source.substr(kOciScheme.size()) + "/" + name;
    return {component.name,
            name,
            component.version,
            fmt::format("{}{}", kOciScheme, repository),
            purl("oci", name, "", {{"repository_url", repository}, {"tag", component.version}}),
            ""};
  }
  return {component.name,
          name,
          component.version,
          source,
          purl("generic", name, component.version, {{"repository_url", source}}),
          purl("helm", name, component.version, {{"repository_url", source}})};
}

// Values and manifests by the places that deployers give them: values/NAME.yaml and manifests/NAME/…, or
// NAME/values.yaml and the files that NAME's local charts print.
bool holds_images(const RelPath& path) {
  const std::string& text = path.text();
  if (!text.ends_with("yaml")) return false;
  if (text.starts_with("values/") || text.starts_with("manifests/")) return true;
  const bool in_component = std::ranges::count(path.parent(), '/') == 0 && !path.parent().empty();
  return (in_component && path.file_name() == "values.yaml") ||
         (text.find("/manifests/") != std::string::npos && path.parent().ends_with("/files"));
}

// Every component that is rolled out has its values in the bundle, or a folder with a README.
bool is_in(const Bundle& bundle, const std::string& component) {
  return bundle.tree.contains(RelPath::parse(fmt::format("values/{}.yaml", component))) ||
         bundle.tree.contains(RelPath::parse(fmt::format("{}/README.md", component)));
}

std::vector<ImageItem> images(const FileTree& tree) {
  std::set<ImageReference> references;
  for (const auto& [path, file] : tree.files()) {
    if (!holds_images(path)) continue;
    for (const yaml::Node& document : yaml::parse_all(file.bytes, path.text()))
      collect_images(document.to_value(), references);
  }
  std::vector<ImageItem> items;
  for (const ImageReference& reference : references) {
    std::string name(reference.name());
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    items.push_back({reference, purl("oci", name, reference.digest,
                                     {{"repository_url", reference.repository}, {"tag", reference.tag}})});
  }
  return items;
}

}  // namespace

Inventory take_inventory(const Bundle& bundle, const Recipe& recipe) {
  Inventory inventory;
  for (const ComponentRef& component : recipe.components) {
    if (!is_in(bundle, component.name) || component.is_manifest_only()) continue;
    inventory.charts.push_back(component.is_kustomize() ? kustomization(component) : chart(component));
  }
  inventory.images = images(bundle.tree);
  for (const auto& [path, file] : bundle.tree.files()) {
    if (path.is_within(RelPath::parse(kAttestationFolder))) continue;
    inventory.files.push_back({path.text(), sha1_hex(as_bytes(file.bytes)), sha256(file.bytes).hex()});
  }
  return inventory;
}

std::string timestamp(std::int64_t epoch) {
  constexpr std::int64_t kEndOf9999 = 253402300799;
  if (epoch < 0 || epoch > kEndOf9999) {
    throw Error(ErrorCode::InvalidInput, fmt::format("{} is not a time between the years 1970 and 9999", epoch))
        .hint("check SOURCE_DATE_EPOCH");
  }
  const std::chrono::sys_seconds time{std::chrono::seconds(epoch)};
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

}  // namespace waybill
