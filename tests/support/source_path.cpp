#include "tests/support/source_path.h"

namespace waybill::testing {

std::string source_path(const std::string& relative) { return WAYBILL_SOURCE_FOLDER "/" + relative; }

}  // namespace waybill::testing
