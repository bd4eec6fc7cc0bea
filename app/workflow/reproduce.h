#pragma once
// Whether a bundle is what its own recipe, options and catalogue give: it is rendered again and compared.
#include <vector>

#include "app/workflow/resolve_recipe.h"
#include "core/file_tree.h"
#include "signing/report.h"

namespace waybill {

// One check when all is the same; otherwise one for each file that differs (at most 20), or one that says why the
// bundle cannot be rendered again: another catalogue, another version of this program, a recipe that is not the one
// that bundle.json names. All are called "reproduction".
[[nodiscard]] std::vector<signing::Check> reproduce(const FileTree& bundle, const CatalogueChoice& catalogue);

}  // namespace waybill
