#pragma once
// The options of every command that speaks to a registry.
#include "app/cli/command.h"
#include "app/workflow/stores.h"

namespace waybill::cli {

void add_connection_options(Command& command, ConnectionOptions& options);

}  // namespace waybill::cli
