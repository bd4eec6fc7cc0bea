// What --set and its kin are given: overrides whose paths read back, or a refusal; and laying them over values.
#include "core/error.h"
#include "generator/value_override.h"
#include "tests/fuzz/support.h"

namespace {

using waybill::Setter;
using waybill::Value;
using waybill::ValueOverride;
using waybill::ValuePath;
using waybill::fuzz::require;

const Value* find(const Value& root, const ValuePath& path) {
  const Value* place = &root;
  for (const ValuePath::Step& step : path.steps()) {
    if (const auto* key = std::get_if<std::string>(&step)) {
      place = place->find(*key);
      if (place == nullptr) return nullptr;
    } else {
      const std::size_t index = std::get<std::size_t>(step);
      if (!place->is_list() || index >= place->items().size()) return nullptr;
      place = &place->items()[index];
    }
  }
  return place;
}

void check(std::string_view text, Setter setter) {
  Value values = Value::map({{"a", Value::map({{"b", 1}})}, {"l", Value::list({1, Value::map()})}, {"n", nullptr}});
  for (const ValueOverride& change : waybill::parse_overrides(text, setter)) {
    require(!change.component.empty(), "a component is named");
    require(ValuePath::parse(change.path.text()) == change.path, "a path reads back");
    require(change.path.steps().size() <= ValuePath::kDeepest, "a path is not too deep");
    if (setter == Setter::SetFile) require(text.ends_with(change.value.as_string()), "a file's text is kept as it is");
    waybill::put(values, change.path, change.value);
    const Value* found = find(values, change.path);
    require(found != nullptr && *found == change.value, "what was put is there");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const Setter setter : {Setter::SetJson, Setter::Set, Setter::SetString, Setter::SetFile}) {
    try {
      check(waybill::fuzz::as_text(data, size), setter);
    } catch (const waybill::Error& error) {
      require(error.code() == waybill::ErrorCode::InvalidInput, "what is wrong is the user's input");
    }
  }
  return 0;
}
