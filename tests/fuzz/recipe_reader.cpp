// Recipes from untrusted hands: whatever is accepted can be written and read back as the same recipe, and every name in
// it is safe to use.
#include "core/error.h"
#include "core/json/writer.h"
#include "core/yaml/writer.h"
#include "generator/field_rules.h"
#include "generator/recipe.h"
#include "tests/fuzz/support.h"

namespace waybill::fuzz {
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const waybill::Recipe recipe = waybill::parse_recipe(text, "input");
    for (const waybill::ComponentRef& component : recipe.components)
      require(waybill::check_fields(component).empty() && waybill::check_complete(component).empty(),
              "accepted fields are safe");
    const waybill::Value document = waybill::to_value(recipe);
    const waybill::Digest digest = waybill::digest(recipe);
    require(waybill::digest(waybill::parse_recipe(waybill::yaml::write(document), "yaml")) == digest,
            "YAML comes back as the same recipe");
    require(waybill::digest(waybill::parse_recipe(waybill::json::write_pretty(document), "json")) == digest,
            "JSON comes back as the same recipe");
  } catch (const waybill::Error& error) {
    require(error.location() && error.location()->file == "input", "our own output is read without an error");
    require(error.code() == waybill::ErrorCode::InvalidInput, "bad input is reported as such");
  }
  return 0;
}
}  // namespace waybill::fuzz
