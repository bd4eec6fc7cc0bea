// Criteria files from untrusted hands: refused, or the same criteria however often they are written and read.
#include "generator/criteria_reader.h"

#include "core/error.h"
#include "core/json/writer.h"
#include "tests/fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace waybill;
  try {
    const Criteria criteria = parse_criteria(fuzz::as_text(data, size), "input");
    const std::string document = json::write(Value::map({{"spec", criteria.to_value()}}));
    fuzz::require(parse_criteria(document, "again") == criteria, "what was written reads back");
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::InvalidInput, "bad input is reported as such");
  }
  return 0;
}
