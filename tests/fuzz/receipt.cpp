// Receipts from the other side: what is read is written again as the same data.
#include "oci/receipt.h"

#include "core/error.h"
#include "tests/fuzz/support.h"

namespace waybill::oci {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const Receipt receipt = parse_receipt(fuzz::as_text(data, size), "fuzz");
    const Receipt again = parse_receipt(write_receipt(receipt), "again");
    fuzz::require(again.target == receipt.target && again.blobs == receipt.blobs, "it reads back as it was");
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::InvalidInput, "bad input is reported as such");
  }
  return 0;
}

}  // namespace waybill::oci
