// Selectors from untrusted hands: an answer, or "not found".
#include <algorithm>

#include "core/error.h"
#include "generator/hydrated.h"
#include "tests/fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const waybill::Value kDocument = waybill::Value::map(
      {{"components",
        waybill::Value::map(
            {{"a", waybill::Value::map({{"values", waybill::Value::map({{"", 1}, {"x.y", nullptr}})}})}})},
       {"order", waybill::Value::list({"a"})}});
  const waybill::Selector selector(waybill::fuzz::as_text(data, size));
  const std::size_t dots = static_cast<std::size_t>(std::count(data, data + size, '.'));
  waybill::fuzz::require(selector.keys().size() <= dots + 1, "a dot parts two keys");
  try {
    const waybill::Value& found = waybill::select(kDocument, selector);
    waybill::fuzz::require(kDocument.find_path(selector.keys()) == &found, "the answer is where the keys lead");
  } catch (const waybill::Error& error) {
    waybill::fuzz::require(error.code() == waybill::ErrorCode::NotFound, "what is not there is not found");
    waybill::fuzz::require(kDocument.find_path(selector.keys()) == nullptr, "what is there is found");
  }
  return 0;
}
