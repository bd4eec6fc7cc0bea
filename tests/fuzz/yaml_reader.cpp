// The YAML reader against the writer: what was read, written and read again is the same data, and the text written is
// stable. And against the compact form, which keeps all that was read.
#include <string>

#include "core/error.h"
#include "core/yaml/compact.h"
#include "core/yaml/reader.h"
#include "core/yaml/writer.h"
#include "tests/fuzz/support.h"

namespace waybill {
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  const yaml::Limits limits{.bytes = 1 << 16, .depth = 30, .nodes = 10'000};
  try {
    for (const yaml::Node& root : yaml::parse_all(text, "input", limits)) {
      const std::string compact = yaml::compact(root);
      fuzz::require(yaml::compact(yaml::expand(compact)) == compact, "the compact form is read as it was written");
      const Value value = root.to_value();
      const std::string written = yaml::write(value);
      const Value again = yaml::parse(written, "written").to_value();
      fuzz::require(again == value, "write then read gives the same data");
      fuzz::require(yaml::write(again) == written, "the text written is stable");
    }
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::InvalidInput, "bad input is reported as such");
    fuzz::require(error.location().has_value() && error.location()->file == "input",
                  "our own output is read without an error");
  }
  return 0;
}
}  // namespace waybill
