#pragma once
// The template language of component manifests: the subset of Go's text/template that recipes use (spec: bundle,
// section 4). Anything outside it is InvalidInput with file, line and column, never silently passed through.
#include <string>
#include <string_view>

#include "core/value.h"

namespace waybill {

struct ManifestContext {
  Value values;                   // .Values: one member, the component's name with its final values
  std::string release_namespace;  // .Release.Namespace; .Release.Service is "Helm"
  std::string chart_name;         // .Chart.Name
  std::string chart_version;      // .Chart.Version, without a leading v; "0.1.0" when empty
};

// The rendered text. A text without "{{" comes back as it is.
[[nodiscard]] std::string render_manifest(std::string_view text, std::string_view name, const ManifestContext& context);

// Whether the rendered text holds anything but blank lines, comments and "---".
[[nodiscard]] bool has_content(std::string_view rendered) noexcept;

}  // namespace waybill
