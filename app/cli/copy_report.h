#pragma once
// How copy, push and pull tell what they did.
#include <string>

#include "app/cli/console.h"
#include "app/workflow/copy.h"

namespace waybill::cli {

void report(Console& console, const CopyResult& result, const std::string& format);

}  // namespace waybill::cli
