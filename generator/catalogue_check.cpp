#include "generator/catalogue_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "generator/catalogue_check_parts.h"

namespace waybill {
namespace {

// By place; the same finding twice is one.
void settle(std::vector<Diagnostic>& findings) {
  for (Diagnostic& finding : findings) {
    finding.location.line = std::max(finding.location.line, 1U);
    finding.location.column = std::max(finding.location.column, 1U);
  }
  const auto key = [](const Diagnostic& finding) {
    return std::tie(finding.location, finding.severity, finding.rule, finding.message, finding.hint);
  };
  std::sort(findings.begin(), findings.end(),
            [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.location, a.rule, a.message) == std::tie(b.location, b.rule, b.message);
  };
  findings.erase(std::unique(findings.begin(), findings.end(), same), findings.end());
}

std::vector<std::string> component_names(const CatalogueContent& content) {
  std::set<std::string> names;
  for (const ComponentRef& component : content.base.components) names.insert(component.name);
  for (const Overlay& overlay : content.overlays) {
    for (const ComponentRef& component : overlay.components) names.insert(component.name);
  }
  return {names.begin(), names.end()};
}

}  // namespace

std::size_t CatalogueReport::count(Severity severity) const noexcept {
  return static_cast<std::size_t>(std::count_if(
      findings.begin(), findings.end(), [&](const Diagnostic& finding) { return finding.severity == severity; }));
}

CatalogueReport check_catalogue(Catalogue::Layers layers, const CheckOptions& options) {
  const bool over_embedded = layers.size() > 1 && layers.front()->name() == kEmbeddedSource;
  const LayeredFiles files(std::move(layers));
  Diagnostics diagnostics;
  const CatalogueContent content = load_content(files, OverlayParts::All, ReadContext::Doubts::Error, diagnostics);
  const OverlayTree tree(content.overlays);
  OverlayPlaces places(files);
  CatalogueCheck check{files, content, options, tree, places, diagnostics, component_names(content)};
  CatalogueReport report;
  report.catalogue = content.id;
  report.overlays = content.overlays.size();
  report.components = content.registry.size();
  check_inheritance(check);
  check_ambiguity(check);
  check_overlay_fields(check);
  check_targets(check, report);
  check_files(check);
  check_registry(check);
  check_validators(check);

  report.findings = diagnostics.all();
  if (over_embedded) {
    // Files of the embedded catalogue are called by their paths alone.
    std::erase_if(report.findings, [&](const Diagnostic& finding) {
      return finding.severity == Severity::Warning && files.is_embedded(finding.location.file);
    });
  }
  settle(report.findings);
  return report;
}

}  // namespace waybill
