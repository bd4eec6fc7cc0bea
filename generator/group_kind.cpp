#include "generator/group_kind.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "core/error.h"

namespace waybill {

std::string to_string(const GroupKind& kind) {
  return kind.group.empty() ? kind.kind : fmt::format("{}.{}", kind.kind, kind.group);
}

GroupKind parse_group_kind(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (text.empty() || dot == 0)
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not of the form Kind.group", text));
  if (dot == std::string_view::npos) return {"", std::string(text)};
  return {std::string(text.substr(dot + 1)), std::string(text.substr(0, dot))};
}

std::string group_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string() : std::string(api_version.substr(0, slash));
}

bool is_built_in(std::string_view group) noexcept {
  // Kubernetes 1.36, "API groups".
  static constexpr std::array<std::string_view, 22> kGroups{"",
                                                            "admissionregistration.k8s.io",
                                                            "apiextensions.k8s.io",
                                                            "apiregistration.k8s.io",
                                                            "apps",
                                                            "authentication.k8s.io",
                                                            "authorization.k8s.io",
                                                            "autoscaling",
                                                            "batch",
                                                            "certificates.k8s.io",
                                                            "coordination.k8s.io",
                                                            "discovery.k8s.io",
                                                            "events.k8s.io",
                                                            "flowcontrol.apiserver.k8s.io",
                                                            "internal.apiserver.k8s.io",
                                                            "networking.k8s.io",
                                                            "node.k8s.io",
                                                            "policy",
                                                            "rbac.authorization.k8s.io",
                                                            "resource.k8s.io",
                                                            "scheduling.k8s.io",
                                                            "storage.k8s.io"};
  return std::binary_search(kGroups.begin(), kGroups.end(), group);
}

bool is_built_in_cluster_kind(const GroupKind& kind) {
  static const GroupKinds kKinds{{"", "Namespace"},
                                 {"", "Node"},
                                 {"", "PersistentVolume"},
                                 {"admissionregistration.k8s.io", "MutatingAdmissionPolicy"},
                                 {"admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"},
                                 {"admissionregistration.k8s.io", "MutatingWebhookConfiguration"},
                                 {"admissionregistration.k8s.io", "ValidatingAdmissionPolicy"},
                                 {"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"},
                                 {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration"},
                                 {"apiextensions.k8s.io", "CustomResourceDefinition"},
                                 {"apiregistration.k8s.io", "APIService"},
                                 {"certificates.k8s.io", "CertificateSigningRequest"},
                                 {"certificates.k8s.io", "ClusterTrustBundle"},
                                 {"flowcontrol.apiserver.k8s.io", "FlowSchema"},
                                 {"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"},
                                 {"networking.k8s.io", "IPAddress"},
                                 {"networking.k8s.io", "IngressClass"},
                                 {"networking.k8s.io", "ServiceCIDR"},
                                 {"node.k8s.io", "RuntimeClass"},
                                 {"rbac.authorization.k8s.io", "ClusterRole"},
                                 {"rbac.authorization.k8s.io", "ClusterRoleBinding"},
                                 {"resource.k8s.io", "DeviceClass"},
                                 {"resource.k8s.io", "DeviceTaintRule"},
                                 {"resource.k8s.io", "ResourceSlice"},
                                 {"scheduling.k8s.io", "PriorityClass"},
                                 {"storage.k8s.io", "CSIDriver"},
                                 {"storage.k8s.io", "CSINode"},
                                 {"storage.k8s.io", "StorageClass"},
                                 {"storage.k8s.io", "VolumeAttachment"},
                                 {"storage.k8s.io", "VolumeAttributesClass"}};
  return kKinds.contains(kind);
}

}  // namespace waybill
