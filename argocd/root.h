#pragma once
// The root Application and its projects: the only objects that carry an address. They are written for one place from
// the bundle's files alone, so a site behind an air gap can make them from the tree it received (spec: argocd-rig 9).
#include <string>

#include "core/file_tree.h"

namespace waybill::argocd {

// Where a bundle lies.
struct Place {
  std::string repo_url;  // as Argo CD reads it: https://…, ssh://…, git@host:path, file://…, git://… or
                         // oci://registry/repository
  std::string
      path;  // the bundle's folder in a git repository, clean and relative; empty: the top. Always empty for oci://
  std::string revision;  // branch, tag, commit; for oci:// a tag or "sha256:…"
};

// root.yaml: two AppProjects and the root Application. `bundle` is the tree of a bundle that was already checked; the
// root is written for the same release of Argo CD as its Applications.
// Throws InvalidInput for a place that cannot be written safely, and for a tree that holds no Applications or unusable
// ones.
[[nodiscard]] std::string root_document(const FileTree& bundle, const Place& place);

// The names that belong to a cluster's bundle; the empty cluster has the names "waybill" and "waybill-root".
[[nodiscard]] std::string project_name(std::string_view cluster);
[[nodiscard]] std::string root_name(std::string_view cluster);

}  // namespace waybill::argocd
