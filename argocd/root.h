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
  std::string revision;       // branch, tag, commit; for oci:// a tag or "sha256:…"
  std::string bundle_digest;  // shown beside the root; empty: not known
  std::string cluster;        // of a bundle for several: only its root; empty: a root for each
  // Of a bundle for several: one ApplicationSet that makes a root for each of them that Argo CD knows by that name, in
  // place of the roots.
  bool application_set = false;
};

// root.yaml: two AppProjects and the root Application for each cluster. `bundle` is the tree of a bundle that was
// already checked; the root is written for the same release of Argo CD as its Applications. Throws InvalidInput for a
// place that cannot be written safely, for a tree that holds no Applications or unusable ones, and for a cluster that
// the bundle is not for.
[[nodiscard]] std::string root_document(const FileTree& bundle, const Place& place);

// The names that belong to a cluster's bundle; the empty cluster has the names "waybill" and "waybill-root".
[[nodiscard]] std::string project_name(std::string_view cluster);
[[nodiscard]] std::string root_name(std::string_view cluster);

}  // namespace waybill::argocd
