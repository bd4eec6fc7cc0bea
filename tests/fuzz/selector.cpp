// Selectors from untrusted hands: an answer, or "not found".
#include <algorithm>

#include "core/error.h"
#include "generator/hydrated.h"
#include "tests/fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace waybill;
  static const Value kDocument = Value::map(
      {{"components", Value::map({{"a", Value::map({{"values", Value::map({{"", 1}, {"x.y", nullptr}})}})}})},
       {"order", Value::list({"a"})}});
  const Selector selector(fuzz::as_text(data, size));
  const std::size_t dots = static_cast<std::size_t>(std::count(data, data + size, '.'));
  fuzz::require(selector.keys().size() <= dots + 1, "a dot parts two keys");
  try {
    const Value& found = select(kDocument, selector);
    fuzz::require(kDocument.find_path(selector.keys()) == &found, "the answer is where the keys lead");
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::NotFound, "what is not there is not found");
    fuzz::require(kDocument.find_path(selector.keys()) == nullptr, "what is there is found");
  }
  return 0;
}
