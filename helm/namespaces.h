#pragma once
// The namespaces that a bundle's components live in, with the labels that they ask for: the file namespaces.tsv, from
// which deploy.sh makes those that are not there.
#include <map>
#include <string>

#include "core/value.h"
#include "generator/component_traits.h"
#include "generator/plan.h"
#include "helm/manifests.h"

namespace waybill::helm {

// Namespace to labels, a map of text. Those that every cluster has are listed only if they get labels. `charts` and
// `traits` are by component. Throws InvalidInput for a name or label that Kubernetes would refuse, and for two
// components that ask for different values of one label.
[[nodiscard]] std::map<std::string, Value> bundle_namespaces(const Plan& plan,
                                                             const std::map<std::string, ComponentTraits>& traits,
                                                             const std::map<std::string, LocalCharts>& charts);

// The file namespaces.tsv (docs/formats.md, "Tables").
[[nodiscard]] std::string namespace_table(const std::map<std::string, Value>& namespaces);

}  // namespace waybill::helm
