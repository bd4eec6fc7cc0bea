#pragma once
// Options of the commands that render a bundle.
#include "app/cli/command.h"
#include "app/workflow/render_bundle.h"

namespace waybill::cli {

void add_bundle_options(Command& command, BundleRequest& request);

}  // namespace waybill::cli
