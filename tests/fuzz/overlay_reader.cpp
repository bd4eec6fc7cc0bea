// Overlays from untrusted hands: a catalogue with such a file is refused, or resolves the same way twice.
#include "core/error.h"
#include "core/json/writer.h"
#include "generator/resolve.h"
#include "tests/fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using waybill::RelPath;
  waybill::FileTree tree;
  tree.add(RelPath::parse("registry.yaml"), "components: [{name: a, helm: {defaultChart: x/a}}]\n");
  tree.add(RelPath::parse("overlays/base.yaml"), "metadata: {name: base}\nspec: {componentRefs: [{name: a}]}\n");
  tree.add(RelPath::parse("overlays/input.yaml"), std::string(reinterpret_cast<const char*>(data), size));
  try {
    const waybill::Catalogue catalogue = waybill::Catalogue::load({waybill::tree_source("input", std::move(tree))});
    waybill::Criteria criteria;
    criteria.set(waybill::Dimension::Service, "eks");
    const std::string once = waybill::json::canonical(waybill::to_value(waybill::resolve(catalogue, criteria, "1")));
    const std::string again = waybill::json::canonical(waybill::to_value(waybill::resolve(catalogue, criteria, "1")));
    waybill::fuzz::require(once == again, "queries are independent");
  } catch (const waybill::Error& error) {
    waybill::fuzz::require(error.code() == waybill::ErrorCode::InvalidInput, "bad input is reported as such");
  }
  return 0;
}
