#pragma once
// Options that set values on the components of a bundle: --set and its kin, and where pods may run.
#include "app/cli/command.h"
#include "app/workflow/settings.h"

namespace waybill::cli {

void add_setting_options(Command& command, SettingsRequest& request);

}  // namespace waybill::cli
