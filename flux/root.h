#pragma once
// What starts a bundle's rollout at one place: its source and the root Kustomization, the only objects with an address.
// They are written from the bundle's files alone, so a site behind an air gap can make them from the tree it received.
#include <string>

#include "core/file_tree.h"

namespace waybill::flux {

// Where a bundle lies.
struct Place {
  std::string repo_url;  // as git takes it (https, http, ssh, user@host:path), or oci://registry/repository
  std::string path;      // the bundle's folder in a git repository, clean and relative; empty: the top, and for oci://
  std::string revision;  // branch, full commit or "refs/…"; for oci:// a tag or "sha256:…"
  std::string bundle_digest;  // shown beside the root; empty: not known
  std::string secret;         // the name of the Secret in Flux's namespace with the credentials; empty: none is needed
};

// root.yaml: a GitRepository or OCIRepository and the root Kustomization. `bundle` is the tree of a bundle that was
// already checked. Throws InvalidInput for a place that cannot be written safely or that Flux cannot read, and for a
// tree that is no bundle for Flux.
[[nodiscard]] std::string root_document(const FileTree& bundle, const Place& place);

}  // namespace waybill::flux
