#include "app/workflow/version.h"

#include "app/workflow/resolve_recipe.h"
#include "core/library_versions.h"

namespace waybill {

std::string_view program_version() noexcept { return WAYBILL_VERSION; }

VersionInfo version_info() {
  return {std::string(program_version()), WAYBILL_COMMIT, load_catalogue({}).id(), library_versions()};
}

}  // namespace waybill
