#include "app/workflow/resolve_recipe.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "app/workflow/version.h"
#include "core/error.h"
#include "core/file_system.h"
#include "generator/embedded.h"
#include "generator/resolve.h"

namespace waybill {
namespace {

std::string read_input(const std::string& path) {
  if (path != "-") return read_file(path);
  FdSource input(UniqueFd(::dup(STDIN_FILENO)), "standard input");
  return read_all(input, kLargestTextFile, "standard input");
}

// A stated value that no applied overlay asks for changed nothing: say so instead of ignoring it silently.
void warn_about_unused_criteria(const Catalogue& catalogue, const Recipe& recipe, Reporter& reporter) {
  for (const Dimension dimension : kDimensions) {
    if (recipe.criteria.is_any(dimension)) continue;
    const std::string& value = recipe.criteria.get(dimension);
    bool honoured = false;
    for (const std::string& name : recipe.applied_overlays) {
      const Overlay* overlay = catalogue.find_overlay(name);
      honoured = honoured || (overlay != nullptr && overlay->criteria &&
                              overlay->criteria->at(static_cast<std::size_t>(dimension)) == value);
    }
    if (!honoured) {
      reporter.warning(fmt::format(
          "the catalogue has nothing for {} '{}' together with the other criteria: the recipe does not depend on it",
          to_string(dimension), value));
    }
  }
}

Criteria criteria_of(const RecipeRequest& request, const Catalogue& catalogue) {
  Criteria criteria;
  const std::array<std::pair<Dimension, const std::string*>, 5> words{{{Dimension::Service, &request.service},
                                                                       {Dimension::Accelerator, &request.accelerator},
                                                                       {Dimension::Intent, &request.intent},
                                                                       {Dimension::Os, &request.os},
                                                                       {Dimension::Platform, &request.platform}}};
  for (const auto& [dimension, word] : words) {
    if (!word->empty()) criteria.set(dimension, *word, catalogue.used_values(dimension));
  }
  criteria.set_nodes(request.nodes);
  return criteria;
}

}  // namespace

Catalogue load_catalogue(const CatalogueChoice& choice) {
  std::vector<std::shared_ptr<const CatalogueSource>> layers;
  layers.push_back(choice.folder.empty() ? embedded_catalogue() : folder_source(choice.folder));
  for (const std::string& folder : choice.data) {
    if (!folder.empty()) layers.push_back(data_source(folder));
  }
  return Catalogue::load(std::move(layers));
}

ResolvedRecipe resolve_recipe(const RecipeRequest& request, const Services& services) {
  Catalogue catalogue = load_catalogue(request.catalogue);
  for (const Diagnostic& warning : catalogue.warnings())
    services.reporter.warning(fmt::format("{}: {}", to_string(warning.location), warning.message));
  const Criteria criteria = criteria_of(request, catalogue);
  if (!request.recipe_file.empty()) {
    if (!criteria.all_any())
      throw Error(ErrorCode::InvalidInput, "both a recipe file and criteria are given").hint("leave one of them out");
    Recipe recipe = parse_recipe(read_input(request.recipe_file),
                                 request.recipe_file == "-" ? "standard input" : request.recipe_file,
                                 [&catalogue](Dimension dimension) { return catalogue.used_values(dimension); });
    if (!recipe.catalogue.digest.empty() && recipe.catalogue.digest != catalogue.id().digest) {
      services.reporter.warning(fmt::format(
          "the recipe was resolved from catalogue {} ({}), values and manifests now come from {} ({})",
          recipe.catalogue.version, recipe.catalogue.digest, catalogue.id().version, catalogue.id().digest));
    }
    return {std::move(catalogue), std::move(recipe)};
  }
  if (criteria.all_any()) {
    throw Error(ErrorCode::InvalidInput, "no criteria given")
        .hint(
            "name at least one of --service, --accelerator, --intent, --os, --platform, or a recipe with --recipe "
            "FILE");
  }
  Recipe recipe = resolve(catalogue, criteria, program_version());
  warn_about_unused_criteria(catalogue, recipe, services.reporter);
  return {std::move(catalogue), std::move(recipe)};
}

}  // namespace waybill
