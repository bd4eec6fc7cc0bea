// Manifest templates of a catalogue that somebody else wrote: refused or rendered, and whatever comes out is YAML.
#include "generator/manifest_template.h"

#include "core/error.h"
#include "core/yaml/reader.h"
#include "tests/fuzz/support.h"

namespace waybill {
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ManifestContext context{Value::map({{"a", Value::map({{"text", "x"},
                                                                     {"lines", "1\n---\n2"},
                                                                     {"number", 3},
                                                                     {"list", Value::list({"y", true})},
                                                                     {"map", Value::map({{"key", "value"}})}})}}),
                                       "namespace", "chart", "v1.0.0"};
  const std::string_view text = fuzz::as_text(data, size);
  try {
    const std::string rendered = render_manifest(text, "fuzz", context);
    static_cast<void>(has_content(rendered));
    if (text.find("{{") == std::string_view::npos) {
      fuzz::require(rendered == text, "a text without actions is kept");
    } else {
      static_cast<void>(yaml::parse_all(rendered, "rendered"));
    }
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::InvalidInput, "a template is refused as wrong input and nothing else");
  }
  return 0;
}
}  // namespace waybill
