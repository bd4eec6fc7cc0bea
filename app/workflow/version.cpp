#include "app/workflow/version.h"

namespace waybill {

std::string_view program_version() noexcept { return WAYBILL_VERSION; }

}  // namespace waybill
