#include "app/workflow/registry_name.h"

#include <fmt/core.h>

#include "core/error.h"
#include "oci/reference.h"

namespace waybill {

std::optional<std::string> bare_registry(std::string_view target) {
  constexpr std::string_view kScheme = "oci://";
  if (!target.starts_with(kScheme)) return std::nullopt;
  target.remove_prefix(kScheme.size());
  if (target.ends_with('/')) target.remove_suffix(1);
  if (target.empty() || target.find('/') != std::string_view::npos) return std::nullopt;
  return parse_registry(target);
}

std::string parse_registry(std::string_view text) {
  std::string_view host = text;
  for (const std::string_view scheme : {"oci://", "https://", "http://"}) {
    if (host.starts_with(scheme)) host.remove_prefix(scheme.size());
  }
  if (host.ends_with('/')) host.remove_suffix(1);
  if (host.find('/') != std::string_view::npos) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' names a repository, and a registry was expected", text))
        .hint(fmt::format("write {}", host.substr(0, host.find('/'))));
  }
  try {
    return oci::Reference::parse(fmt::format("{}/any", host)).registry;
  } catch (const Error&) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no registry", text.substr(0, 200)))
        .hint("write HOST or HOST:PORT, such as registry.example.com or localhost:5000");
  }
}

}  // namespace waybill
