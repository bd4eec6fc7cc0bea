#pragma once
// The options of commands that copy artifacts to a registry.
#include "app/cli/command.h"
#include "app/workflow/copy.h"

namespace waybill::cli {

// --verify and --force-tag.
void add_copy_options(Command& command, CopyRequest& request);

}  // namespace waybill::cli
