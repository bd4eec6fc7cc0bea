#include "app/workflow/query_recipe.h"

#include "core/json/writer.h"
#include "core/yaml/writer.h"
#include "generator/hydrated.h"
#include "generator/snapshot.h"

namespace waybill {
namespace {

constexpr unsigned kTreeIndentation = 4;  // as in aicr

std::string bare(const Value& value) {
  if (value.is_string()) return value.as_string() + "\n";
  if (value.is_double()) return reading_text(value.as_double()) + "\n";
  return yaml::write(value, kTreeIndentation);
}

}  // namespace

std::string query_recipe(const RecipeRequest& request, const std::string& selector, DocumentFormat format,
                         const Services& services) {
  const ResolvedRecipe resolved = resolve_recipe(request, services);
  const Selector path(selector);
  const bool json = format == DocumentFormat::Json;
  const Value document =
      hydrate(resolved.catalogue, resolved.recipe, path, json ? AbsentLists::Null : AbsentLists::Empty);
  const Value& found = select(document, path);
  return json ? json::write_pretty(found, json::HtmlEscape::Yes) : bare(found);
}

}  // namespace waybill
