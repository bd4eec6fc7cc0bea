#pragma once
// How push and pull tell what they did.
#include <string>

#include "app/cli/console.h"
#include "app/workflow/transfer.h"

namespace waybill::cli {

void report(Console& console, const TransferResult& result, const std::string& format);

}  // namespace waybill::cli
