#include "app/workflow/resolve_recipe.h"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "app/workflow/input_file.h"
#include "app/workflow/version.h"
#include "core/error.h"
#include "generator/criteria_reader.h"
#include "generator/embedded.h"
#include "generator/recipe_files.h"
#include "generator/resolution_warnings.h"
#include "generator/resolve.h"
#include "generator/snapshot.h"

namespace waybill {
namespace {

void warn(const std::vector<Diagnostic>& found, std::string_view more, Reporter& reporter) {
  constexpr std::size_t kMost = 20;
  const std::size_t shown = found.size() > kMost ? kMost - 1 : found.size();
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [severity, location, message, hint, rule] = found[i];
    reporter.warning(fmt::format("{}{}{}{}", to_string(location), location.file.empty() ? "" : ": ", message,
                                 hint.empty() ? "" : fmt::format(" ({})", hint)));
  }
  if (shown < found.size()) reporter.warning(fmt::format("and {} more of these{}", found.size() - shown, more));
}

// A table that people read is no document.
void refuse_tables(const std::string& path, std::string_view option) {
  for (const std::string_view ending : {".table", ".txt"}) {
    if (path.ends_with(ending))
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' cannot be read: {} takes YAML or JSON", path, option))
          .hint(fmt::format("a file that ends in {} is taken for a table; rename it if it is none", ending));
  }
}

Snapshot read_snapshot(const std::string& path, Reporter& reporter) {
  refuse_tables(path, "--snapshot");
  const InputFile file = read_input_file(path, "--snapshot");
  Diagnostics diagnostics;
  Snapshot snapshot = parse_snapshot(file.text, file.name, diagnostics);
  warn(diagnostics.all(), "", reporter);
  return snapshot;
}

// A recipe file is taken as it is: criteria beside it would be ignored.
void refuse_more_than_one_source(const RecipeRequest& request) {
  const auto refuse = [](std::string_view first, std::string_view second) {
    throw Error(ErrorCode::InvalidInput, fmt::format("both {} and {} are given", first, second))
        .hint("leave one of them out");
  };
  if (!request.recipe_file.empty()) {
    if (!request.words.none()) refuse("a recipe file", "criteria");
    if (!request.criteria_file.empty()) refuse("a recipe file", "a criteria file");
    if (!request.snapshot_file.empty()) refuse("a recipe file", "a snapshot");
  }
  if (!request.criteria_file.empty() && !request.snapshot_file.empty()) refuse("a criteria file", "a snapshot");
}

Recipe read_recipe(const std::string& path, const Catalogue& catalogue, Reporter& reporter) {
  const InputFile file = read_input_file(path, "--recipe");
  Recipe recipe = parse_recipe(file.text, file.name,
                               [&catalogue](Dimension dimension) { return catalogue.used_values(dimension); });
  if (!recipe.catalogue.digest.empty() && recipe.catalogue.digest != catalogue.id().digest) {
    reporter.warning(
        fmt::format("the recipe was resolved from catalogue {} ({}), values and manifests now come from {} ({})",
                    recipe.catalogue.version, recipe.catalogue.digest, catalogue.id().version, catalogue.id().digest));
  }
  return recipe;
}

struct Wanted {
  Criteria criteria;
  std::optional<Snapshot> snapshot;
};

Wanted read_criteria(const RecipeRequest& request, const Catalogue& catalogue, Reporter& reporter) {
  const UsedValues used_values = [&catalogue](Dimension dimension) { return catalogue.used_values(dimension); };
  Wanted wanted;
  auto& [criteria, snapshot] = wanted;
  if (!request.snapshot_file.empty()) {
    snapshot = read_snapshot(request.snapshot_file, reporter);
    criteria = snapshot->detected_criteria(used_values);
  } else if (!request.criteria_file.empty()) {
    refuse_tables(request.criteria_file, "--criteria");
    const InputFile file = read_input_file(request.criteria_file, "--criteria");
    criteria = parse_criteria(file.text, file.name, used_values);
  }
  request.words.lay_over(criteria, used_values);
  return wanted;
}

Recipe resolve_criteria(const RecipeRequest& request, const Catalogue& catalogue, Reporter& reporter) {
  const auto [criteria, snapshot] = read_criteria(request, catalogue, reporter);
  if (!snapshot && request.criteria_file.empty() && criteria.all_any()) {
    throw Error(ErrorCode::InvalidInput, "no criteria given")
        .hint(
            "name at least one of --service, --accelerator, --intent, --os, --platform, or a file with --criteria, "
            "--snapshot or --recipe");
  }
  Recipe recipe = resolve(catalogue, criteria, program_version(), snapshot ? &*snapshot : nullptr);
  for (const std::string& warning : resolution_warnings(catalogue, recipe)) reporter.warning(warning);
  warn(missing_files(catalogue, recipe), "", reporter);
  return recipe;
}

}  // namespace

Catalogue::Layers catalogue_layers(const CatalogueChoice& choice) {
  Catalogue::Layers layers;
  layers.push_back(choice.folder.empty() ? embedded_catalogue() : folder_source(choice.folder));
  for (const std::string& folder : choice.data) {
    if (!folder.empty()) layers.push_back(data_source(folder));
  }
  return layers;
}

Catalogue load_catalogue(const CatalogueChoice& choice) { return Catalogue::load(catalogue_layers(choice)); }

Criteria requested_criteria(const RecipeRequest& request, const Catalogue& catalogue, Reporter& reporter) {
  refuse_more_than_one_source(request);
  warn(catalogue.warnings(), ", see 'waybill catalogue check'", reporter);
  return read_criteria(request, catalogue, reporter).criteria;
}

ResolvedRecipe resolve_recipe(const RecipeRequest& request, const Services& services) {
  refuse_more_than_one_source(request);
  Catalogue catalogue = load_catalogue(request.catalogue);
  warn(catalogue.warnings(), ", see 'waybill catalogue check'", services.reporter);
  Recipe recipe = request.recipe_file.empty() ? resolve_criteria(request, catalogue, services.reporter)
                                              : read_recipe(request.recipe_file, catalogue, services.reporter);
  return {std::move(catalogue), std::move(recipe)};
}

}  // namespace waybill
