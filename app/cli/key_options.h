#pragma once
// The options of commands that sign.
#include "app/cli/command.h"
#include "app/workflow/keys.h"

namespace waybill::cli {

void add_key_options(Command& command, KeyChoice& key);

}  // namespace waybill::cli
