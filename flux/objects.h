#pragma once
// What every object of a bundle for Flux has in common: where it lies, how it is named and labelled, how often Flux
// looks at it (spec: Flux 2.9, kustomize-controller's and helm-controller's API).
#include <string>
#include <string_view>

#include "core/value.h"

namespace waybill::flux {

inline constexpr const char* kNamespace = "flux-system";  // where Flux's own objects lie, and so ours
inline constexpr const char* kRoot = "waybill-root";      // the Kustomization that applies all others
inline constexpr const char* kSource = "waybill";         // the GitRepository or OCIRepository of the bundle
// The variable that a root fills in: the bundle's folder with a trailing '/', or nothing.
inline constexpr const char* kPathVariable = "waybill_path";

// What a Kustomization of the bundle itself has, by which a root finds it.
inline constexpr const char* kSourceLabel = "waybill.dev/source";

// How often Flux compares what it applied with the cluster, and how long it waits before it tries again.
inline constexpr const char* kInterval = "10m";
inline constexpr const char* kRetryInterval = "1m";
// A release that is not ready by then is tried again, which is also when a mended one is looked at.
inline constexpr const char* kReleaseTimeout = "15m";
// Longer, so that what the release says comes first.
inline constexpr const char* kTimeout = "20m";

// {"apiVersion", "kind", "metadata": {"name", "namespace", "labels"}}. `recipe_digest` is "sha256:…".
[[nodiscard]] Value object(std::string_view api_version, std::string_view kind, const std::string& name,
                           const std::string& component, std::string_view recipe_digest);

// A name that changes with what it stands for: an object that names another one by it changes as well when that does,
// so Flux waits for it anew.
[[nodiscard]] std::string versioned_name(std::string_view name, std::string_view content);

// {"url"} of a git repository, as Flux takes it, and {"secretRef"} named `secret` where that is not empty. An ssh://
// address always needs one: "waybill-ssh" then. Throws InvalidInput for an address that Flux cannot read.
[[nodiscard]] Value git_source(const std::string& url, const std::string& secret);
// The same for an image repository of a registry; plain HTTP for a loopback address.
[[nodiscard]] Value oci_source(const std::string& url, const std::string& secret);
// Whether one of the two takes the address: not file:// and git://.
[[nodiscard]] bool is_readable(std::string_view url);

}  // namespace waybill::flux
