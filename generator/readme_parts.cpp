#include "generator/readme_parts.h"

#include <fmt/core.h>

namespace waybill {

std::string table_cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|' || c == '`' || c == '\\') result += '\\';
    result += c == '\n' || c == '\r' ? ' ' : c;
  }
  return result.empty() ? "-" : result;
}

std::string catalogue_note(const CatalogueId& catalogue) {
  if (catalogue.digest.empty()) return {};
  return fmt::format(", from the catalogue {} (`{}`)",
                     catalogue.version.empty() ? "without a version" : table_cell(catalogue.version), catalogue.digest);
}

std::string criteria_list(const Criteria& criteria) {
  std::string text;
  for (const Dimension dimension : kDimensions) {
    if (!criteria.is_any(dimension)) text += fmt::format("- {}: {}\n", to_string(dimension), criteria.get(dimension));
  }
  if (criteria.nodes() > 0) text += fmt::format("- nodes: {}\n", criteria.nodes());
  return text.empty() ? "- any cluster\n" : text;
}

}  // namespace waybill
