#pragma once
// A component's rendered manifests, made ready for Argo CD: Helm's hooks become sync waves (argocd/hook.h), definitions
// come in a wave before the other objects, tests and rollbacks are left out (spec: bundle 3.5).
#include <set>
#include <string>

#include "argocd/version.h"
#include "core/file_tree.h"
#include "generator/manifest_objects.h"

namespace waybill::argocd {

struct Manifests {
  FileTree files;  // by base name; a file that needs no change keeps its bytes
  ManifestPlacement placement = ManifestPlacement::Before;
  GroupKinds cluster_kinds;          // kinds that have no namespace, or may have none
  std::set<std::string> namespaces;  // that objects name themselves
};

// `component` is for messages. Throws InvalidInput, with file and line, for text that is no YAML, documents that are no
// Kubernetes objects, file names that Argo CD would not read or would take for a chart, and hooks that Argo CD cannot
// express.
[[nodiscard]] Manifests prepare_manifests(const FileTree& rendered, const std::string& component,
                                          const Version& version);

}  // namespace waybill::argocd
