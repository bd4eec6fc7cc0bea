// Criteria files from untrusted hands: refused, or the same criteria however often they are written and read.
#include "generator/criteria_reader.h"

#include "core/error.h"
#include "core/json/writer.h"
#include "tests/fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const waybill::Criteria criteria = waybill::parse_criteria(waybill::fuzz::as_text(data, size), "input");
    const std::string document = waybill::json::write(waybill::Value::map({{"spec", criteria.to_value()}}));
    waybill::fuzz::require(waybill::parse_criteria(document, "again") == criteria, "what was written reads back");
  } catch (const waybill::Error& error) {
    waybill::fuzz::require(error.code() == waybill::ErrorCode::InvalidInput, "bad input is reported as such");
  }
  return 0;
}
