// The JSON reader against the writers: what was written can be read, and gives the same bytes again. (The data may
// differ in one point: 1.0 is written as 1, as Go does.)
#include <string>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "tests/fuzz/support.h"

namespace waybill {
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const json::Limits limits{.bytes = 1 << 16, .depth = 30};
  try {
    const Value value = json::parse(fuzz::as_text(data, size), "input", limits);
    const std::string compact = json::write(value);
    const Value again = json::parse(compact, "written");
    fuzz::require(json::write(again) == compact, "compact text is stable");
    fuzz::require(json::parse(json::write_pretty(value), "written") == again, "both styles hold the same data");
    fuzz::require(json::canonical(value) == json::canonical(again), "canonical text depends on the data alone");
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::InvalidInput, "bad input is reported as such");
    fuzz::require(error.location().has_value() && error.location()->file == "input",
                  "our own output is read without an error");
  }
  return 0;
}
}  // namespace waybill
