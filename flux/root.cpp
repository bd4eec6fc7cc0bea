#include "flux/root.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"
#include "core/yaml/writer.h"
#include "flux/objects.h"
#include "generator/bundle.h"
#include "generator/bundle_place.h"
#include "generator/object_labels.h"

namespace waybill::flux {
namespace {

constexpr std::string_view kFolder = "flux";
constexpr const char* kKustomizationVersion = "kustomize.toolkit.fluxcd.io/v1";

bool is_registry(std::string_view url) noexcept { return url.starts_with("oci://"); }

bool is_dns_name(std::string_view name) {
  constexpr std::size_t kLongest = 253;
  return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

Value git_reference(const std::string& revision) {
  constexpr std::size_t kCommitDigits = 40;
  if (revision.starts_with("refs/")) return Value::map({{"name", revision}});
  const bool is_commit =
      revision.size() == kCommitDigits && revision.find_first_not_of("0123456789abcdef") == std::string::npos;
  return Value::map({{is_commit ? "commit" : "branch", revision}});
}

Value oci_reference(const std::string& revision) {
  return Value::map({{revision.starts_with("sha256:") ? "digest" : "tag", revision}});
}

Value labelled(std::string_view api_version, std::string_view kind, const char* name, const std::string& recipe_digest,
               const Place& place) {
  Value result = object(api_version, kind, name, "", recipe_digest);
  if (!place.bundle_digest.empty())
    result.find("metadata")->find("labels")->set(kBundleLabel, short_digest(place.bundle_digest));
  return result;
}

Value source(const std::string& recipe_digest, const Place& place) {
  const bool from_registry = is_registry(place.repo_url);
  Value result = labelled("source.toolkit.fluxcd.io/v1", from_registry ? "OCIRepository" : "GitRepository", kSource,
                          recipe_digest, place);
  Value spec = from_registry ? oci_source(place.repo_url, place.secret) : git_source(place.repo_url, place.secret);
  spec.set("ref", from_registry ? oci_reference(place.revision) : git_reference(place.revision));
  result.set("spec", std::move(spec));
  return result;
}

// It does not wait for the components: they wait for it.
Value root(const std::string& recipe_digest, const Place& place) {
  const bool from_registry = is_registry(place.repo_url);
  const std::string prefix = place.path.empty() ? "" : place.path + "/";
  Value spec = Value::map(
      {{"sourceRef", Value::map({{"kind", from_registry ? "OCIRepository" : "GitRepository"}, {"name", kSource}})},
       {"path", fmt::format("./{}{}", prefix, kFolder)},
       {"interval", kInterval},
       {"retryInterval", kRetryInterval},
       {"timeout", "5m"},
       {"prune", true},
       {"postBuild", Value::map({{"substitute", Value::map({{kPathVariable, prefix}})}})}});
  if (!from_registry) {
    const Value replace =
        Value::list({Value::map({{"op", "replace"}, {"path", "/spec/sourceRef/kind"}, {"value", "GitRepository"}})});
    const Value target =
        Value::map({{"kind", "Kustomization"}, {"labelSelector", fmt::format("{}={}", kSourceLabel, kSource)}});
    spec.set("patches", Value::list({Value::map({{"target", target}, {"patch", yaml::write(replace)}})}));
  }
  Value result = labelled(kKustomizationVersion, "Kustomization", kRoot, recipe_digest, place);
  result.set("spec", std::move(spec));
  return result;
}

}  // namespace

std::string root_document(const FileTree& bundle, const Place& place) {
  check_bundle_place(place.repo_url, place.path, place.revision);
  if (!place.secret.empty() && !is_dns_name(place.secret)) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' cannot be the name of a Secret", place.secret))
        .hint("use small letters, digits, '-' and '.'");
  }
  if (!bundle.contains(RelPath::parse("flux/kustomization.yaml")))
    throw Error(ErrorCode::InvalidInput, "no flux/kustomization.yaml: this is no bundle for Flux");
  const RelPath info = RelPath::parse(kBundleFile);
  const std::string recipe_digest = bundle.contains(info) ? read_bundle_info(bundle).recipe_digest : "";
  return yaml::write(source(recipe_digest, place)) + "---\n" + yaml::write(root(recipe_digest, place));
}

}  // namespace waybill::flux
