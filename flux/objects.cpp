#include "flux/objects.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "core/digest.h"
#include "core/error.h"
#include "core/http/url.h"
#include "generator/object_labels.h"

namespace waybill::flux {
namespace {

constexpr std::string_view kOciScheme = "oci://";
constexpr std::string_view kSshScheme = "ssh://";
constexpr const char* kSshSecret = "waybill-ssh";

// user@host:path, which git takes for ssh and Flux does not take at all.
std::string with_scheme(const std::string& url) {
  const std::size_t colon = url.find(':');
  if (colon == std::string::npos || url.find("://") != std::string::npos || url.find('/') < colon) return url;
  const std::string path = url.substr(colon + 1);
  return fmt::format("{}{}{}{}", kSshScheme, url.substr(0, colon), path.starts_with('/') ? "" : "/", path);
}

bool is_git_address(std::string_view url) noexcept {
  return std::ranges::any_of(std::array<std::string_view, 3>{"https://", "http://", kSshScheme},
                             [url](std::string_view scheme) { return url.starts_with(scheme); });
}

Value source(std::string url, const std::string& secret) {
  Value spec = Value::map({{"interval", kRetryInterval}, {"url", std::move(url)}});
  if (!secret.empty()) spec.set("secretRef", Value::map({{"name", secret}}));
  return spec;
}

}  // namespace

Value object(std::string_view api_version, std::string_view kind, const std::string& name, const std::string& component,
             std::string_view recipe_digest) {
  Value labels = Value::map({{"app.kubernetes.io/managed-by", "waybill"}, {"app.kubernetes.io/part-of", kRoot}});
  if (!component.empty()) labels.set(kComponentLabel, component);
  if (!recipe_digest.empty()) labels.set(kRecipeLabel, short_digest(recipe_digest));
  return Value::map(
      {{"apiVersion", api_version},
       {"kind", kind},
       {"metadata", Value::map({{"name", name}, {"namespace", kNamespace}, {"labels", std::move(labels)}})}});
}

std::string versioned_name(std::string_view name, std::string_view content) {
  constexpr std::size_t kDigits = 8;
  return fmt::format("{}-{}", name, sha256(content).hex().substr(0, kDigits));
}

Value git_source(const std::string& url, const std::string& secret) {
  std::string address = with_scheme(url);
  if (!is_git_address(address)) {
    throw Error(ErrorCode::InvalidInput, fmt::format("Flux cannot read a git repository at '{}'", url))
        .hint("Flux reads https://, http:// and ssh:// addresses");
  }
  const bool needs_secret = secret.empty() && address.starts_with(kSshScheme);
  return source(std::move(address), needs_secret ? kSshSecret : secret);
}

Value oci_source(const std::string& url, const std::string& secret) {
  if (!url.starts_with(kOciScheme)) throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no oci:// address", url));
  Value spec = source(url, secret);
  if (http::Url::parse("http://" + url.substr(kOciScheme.size())).is_loopback()) spec.set("insecure", true);
  return spec;
}

bool is_readable(std::string_view url) {
  return url.starts_with(kOciScheme) || is_git_address(with_scheme(std::string(url)));
}

}  // namespace waybill::flux
