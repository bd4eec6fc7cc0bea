#pragma once
// How a bundle becomes an artifact: the options of every command that packs one.
#include "app/cli/command.h"
#include "app/workflow/pack_bundle.h"

namespace waybill::cli {

void add_pack_options(Command& command, PackChoice& choice);

}  // namespace waybill::cli
