#include "app/cli/copy_report.h"

#include <fmt/core.h>

#include "core/json/writer.h"

namespace waybill::cli {

void report(Console& console, const CopyResult& result, const std::string& format) {
  if (format == "json") {
    console.out(json::write_pretty(to_value(result)));
    return;
  }
  std::string text = fmt::format("{} -> {}\ndigest  {}{}\n", result.source, result.target, result.digest,
                                 result.changed ? "" : ", unchanged");
  if (!result.tag.empty()) text += fmt::format("tag     {}\n", result.tag);
  if (!result.outcome.missing.empty()) text += fmt::format("missing {}\n", oci::missing_text(result.outcome.missing));
  if (!result.bundle_digest.empty()) text += fmt::format("bundle  {} ({} files)\n", result.bundle_digest, result.files);
  console.out(text);
}

}  // namespace waybill::cli
