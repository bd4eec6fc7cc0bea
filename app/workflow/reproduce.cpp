#include "app/workflow/reproduce.h"

#include <fmt/core.h>

#include "app/workflow/pack_bundle.h"
#include "app/workflow/render_bundle.h"
#include "app/workflow/version.h"
#include "core/error.h"
#include "generator/bundle.h"

namespace waybill {
namespace {

constexpr std::string_view kCheck = "reproduction";
constexpr std::size_t kMostDifferences = 20;
const RelPath& recipe_path() {
  static const RelPath path = RelPath::parse("recipe.yaml");
  return path;
}

signing::Check failed(std::string reason, std::string subject) {
  return {std::string(kCheck), false, std::move(reason), std::move(subject)};
}

// The deployer's own options, as it kept them.
DeployerRequest deployer_request(const BundleInfo& info) {
  DeployerRequest request{.name = info.deployer,
                          .argocd_version = info.options.text_or("argocdVersion", ""),
                          .clusters = {},
                          .cluster_file = {},
                          .ordering = info.options.text_or("ordering", "")};
  if (const Value* clusters = info.options.find("clusters"); clusters != nullptr && clusters->is_list()) {
    for (const Value& cluster : clusters->items())
      if (cluster.is_string()) request.clusters.push_back(cluster.as_string());
  }
  return request;
}

std::vector<signing::Check> differences(const FileTree& there, const FileTree& again) {
  std::vector<signing::Check> found;
  for (const auto& [path, file] : there.files()) {
    if (!again.contains(path)) {
      found.push_back(failed("is not made again", path.text()));
    } else if (again.at(path).bytes != file.bytes) {
      found.push_back(failed(fmt::format("is {} in the bundle and {} when it is made again",
                                         sha256(file.bytes).to_string(), sha256(again.at(path).bytes).to_string()),
                             path.text()));
    } else if (again.at(path).executable != file.executable) {
      found.push_back(failed("has another executable bit when it is made again", path.text()));
    }
  }
  for (const auto& [path, file] : again.files()) {
    if (!there.contains(path)) found.push_back(failed("is made again, but not in the bundle", path.text()));
  }
  if (found.size() > kMostDifferences) {
    const std::size_t more = found.size() - kMostDifferences;
    found.resize(kMostDifferences);
    found.push_back(failed(fmt::format("{} more files differ", more), std::string(kBundleFile)));
  }
  return found;
}

std::vector<signing::Check> render_and_compare(const FileTree& bundle, const CatalogueChoice& choice) {
  const BundleInfo info = read_bundle_info(bundle);
  if (info.tool_version != program_version()) {
    return {failed(fmt::format("the bundle was made by waybill {} and this is {}: only the same version makes the same",
                               info.tool_version, program_version()),
                   std::string(kBundleFile))};
  }
  const Catalogue catalogue = load_catalogue(choice);
  if (catalogue.id().digest != info.catalogue.digest) {
    return {failed(
        fmt::format("the bundle was made of the catalogue {} ({}) and this one is {} ({}): name the right one "
                    "with --catalogue and --data",
                    info.catalogue.version, info.catalogue.digest, catalogue.id().version, catalogue.id().digest),
        std::string(kBundleFile))};
  }
  if (!bundle.contains(recipe_path())) return {failed("is missing", recipe_path().text())};
  Recipe recipe = parse_recipe(bundle.at(recipe_path()).bytes, recipe_path().text(),
                               [&](Dimension dimension) { return catalogue.used_values(dimension); });
  if (digest(recipe).to_string() != info.recipe_digest) {
    return {failed("is not the recipe whose digest bundle.json states", recipe_path().text())};
  }
  const Settings settings = read_settings(settings_request(info.options), chosen_nodes(info.options));
  Plan plan = make_plan(catalogue, recipe, settings.plan);
  const RenderedBundle again =
      render_plan(catalogue, std::move(recipe), std::move(plan), deployer_request(info), settings);
  const FileTree there = layer_tree(bundle);
  std::vector<signing::Check> found = differences(there, again.bundle.tree);
  if (found.empty()) {
    found.push_back({std::string(kCheck), true,
                     fmt::format("the recipe and the catalogue {} ({}) give the same {} files", info.catalogue.version,
                                 info.catalogue.digest, there.size()),
                     bundle_digest(there).to_string()});
  }
  return found;
}

}  // namespace

std::vector<signing::Check> reproduce(const FileTree& bundle, const CatalogueChoice& catalogue) {
  try {
    return render_and_compare(bundle, catalogue);
  } catch (const Error& error) {
    // What the bundle says is untrusted input; a catalogue that cannot be read is the user's.
    if (error.code() != ErrorCode::InvalidInput) throw;
    return {failed(error.message(), std::string(kBundleFile))};
  }
}

}  // namespace waybill
