#include "generator/recipe_files.h"

#include <fmt/core.h>

#include <string>
#include <string_view>

#include "core/diagnostics.h"
#include "core/error.h"

namespace waybill {
namespace {

void look_for(const Catalogue& catalogue, const ComponentRef& component, std::string_view field,
              const std::string& path, Diagnostics& diagnostics) {
  if (path.empty() || catalogue.contains(path)) return;
  SourceLocation location;
  if (const auto origin = component.origins.find(field); origin != component.origins.end())
    location = {catalogue.source_name(origin->second.source), origin->second.line, 0};
  std::string hint;
  try {
    static_cast<void>(catalogue.read(path));
  } catch (const Error& error) {
    hint = error.hint();
  }
  diagnostics.warning(std::move(location), "missing-file",
                      fmt::format("the file '{}' of '{}' does not exist", path, component.name), std::move(hint));
}

}  // namespace

std::vector<Diagnostic> missing_files(const Catalogue& catalogue, const Recipe& recipe) {
  Diagnostics diagnostics;
  for (const ComponentRef& component : recipe.components) {
    look_for(catalogue, component, "valuesFile", component.values_file, diagnostics);
    for (const std::string& path : component.manifest_files)
      look_for(catalogue, component, "manifestFiles", path, diagnostics);
  }
  return diagnostics.all();
}

}  // namespace waybill
