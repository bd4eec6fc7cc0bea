#include "argocd/bootstrap.h"

#include <fmt/core.h>

#include <set>

#include "argocd/placeholder.h"
#include "argocd/templates.h"
#include "core/digest.h"
#include "core/yaml/writer.h"

namespace waybill::argocd {
namespace {

// Long enough for drivers to be built on every node, short enough that a mended bundle is not ignored for a day.
constexpr std::string_view kSyncTimeoutSeconds = "7200";

Value secret(const Value& source, const RenderOptions& options) {
  const std::string url = source.text_or("repoURL", "");
  const bool is_chart = source.find("chart") != nullptr;
  // The name tells nothing and must be unique and valid: part of a digest is both.
  constexpr std::size_t kNameDigits = 12;
  Value metadata = Value::map({{"name", "waybill-repository-" + sha256(url).hex().substr(0, kNameDigits)},
                               {"namespace", options.name_space},
                               {"labels", Value::map({{"argocd.argoproj.io/secret-type", "repository"},
                                                      {"app.kubernetes.io/managed-by", "waybill"}})}});
  const bool is_native = url.starts_with("oci://");
  Value data = Value::map({{"type", is_native ? "oci" : is_chart ? "helm" : "git"}, {"url", url}});
  if (is_chart && url.find("://") == std::string::npos) data.set("enableOCI", "true");
  return Value::map(
      {{"apiVersion", "v1"}, {"kind", "Secret"}, {"metadata", std::move(metadata)}, {"stringData", std::move(data)}});
}

}  // namespace

Value health_checks() {
  constexpr std::string_view kFolder = "health/";
  constexpr std::string_view kSuffix = ".lua";
  Value checks = Value::map();
  for (const EmbeddedText& file : templates()) {
    if (!file.path.starts_with(kFolder)) continue;
    const std::string_view kind = file.path.substr(kFolder.size(), file.path.size() - kFolder.size() - kSuffix.size());
    checks.set(fmt::format("resource.customizations.health.{}", kind), file.text);
  }
  return checks;
}

std::string configmap_patch() { return yaml::write(Value::map({{"data", health_checks()}})); }

std::string chart_values(Ordering ordering) {
  Value parameters = Value::map({{"controller.sync.timeout.seconds", kSyncTimeoutSeconds}});
  if (ordering == Ordering::RollingSync) parameters.set("applicationsetcontroller.enable.progressive.syncs", "true");
  return yaml::write(
      Value::map({{"configs", Value::map({{"cm", health_checks()}, {"params", std::move(parameters)}})}}));
}

std::string repositories(const std::vector<Value>& applications, const RenderOptions& options) {
  std::string text =
      "# The repositories that this bundle reads. Add username and password (or what else the repository asks for) to "
      "a copy of\n"
      "# this file, never here: these bytes are signed. A repository that needs none works without its Secret.\n";
  std::set<std::string> seen;
  for (const Value& application : applications) {
    const Value& source = *application.find("spec")->find("source");
    const std::string url = source.text_or("repoURL", "");
    if (holds_placeholder(url) || !seen.insert(url).second) continue;
    text += "---\n" + yaml::write(secret(source, options));
  }
  return text;
}

}  // namespace waybill::argocd
