#pragma once
// What the README of every bundle says in the same words, in Markdown.
#include <string>
#include <string_view>

#include "generator/criteria.h"
#include "generator/recipe.h"

namespace waybill {

// Text of a recipe in a table or a line: nothing in it may end either. "-" for no text.
[[nodiscard]] std::string table_cell(std::string_view text);

// ", from the catalogue VERSION (DIGEST)": which one a recipe was resolved from; nothing for one that does not say it.
[[nodiscard]] std::string catalogue_note(const CatalogueId& catalogue);

// One line a criterion: what the bundle is for.
[[nodiscard]] std::string criteria_list(const Criteria& criteria);

}  // namespace waybill
