// Snapshots from untrusted hands: refused, or something that criteria can be told from and constraints be held against.
#include "core/error.h"
#include "generator/constraint_check.h"
#include "tests/fuzz/support.h"

namespace {

// Constraints that reach every reading, with operands that are readings, too.
void check_all(const waybill::Snapshot& snapshot) {
  std::string operand = "1.30";
  for (const waybill::Measurement& measurement : snapshot.measurements()) {
    for (const waybill::Subtype& subtype : measurement.subtypes) {
      for (const auto& [key, text] : subtype.readings) {
        for (const char* sign : {"", "== ", "!= ", ">= ", "<= ", "> ", "< "}) {
          const waybill::Constraint constraint{measurement.type + "." + subtype.name + "." + key, sign + operand, "",
                                               "", ""};
          const waybill::ConstraintResult result = waybill::check_constraint(constraint, snapshot);
          waybill::fuzz::require(result.holds == result.reason.empty(), "what does not hold has a reason");
        }
        operand = text;
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    waybill::Diagnostics diagnostics;
    const waybill::Snapshot snapshot =
        waybill::parse_snapshot(waybill::fuzz::as_text(data, size), "input", diagnostics);
    static_cast<void>(snapshot.detected_criteria());
    check_all(snapshot);
  } catch (const waybill::Error& error) {
    waybill::fuzz::require(error.code() == waybill::ErrorCode::InvalidInput, "bad input is reported as such");
  }
  return 0;
}
