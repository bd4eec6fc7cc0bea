#pragma once
// A bundle as a folder, and the root Application for one place.
#include <string>

#include "app/workflow/bundle_identity.h"
#include "app/workflow/render_bundle.h"
#include "app/workflow/stores.h"

namespace waybill {

struct WriteBundleRequest {
  BundleRequest bundle;
  std::string folder;
  std::string repo_url;  // empty: no root beside the folder
  bool force = false;    // replace a folder that holds something
};

struct WrittenBundle {
  std::string folder;
  BundleIdentity bundle;
  CatalogueId catalogue;
  std::string root_file;  // empty: none
};

[[nodiscard]] WrittenBundle write_bundle(const WriteBundleRequest& request, const Services& services);
[[nodiscard]] Value to_value(const WrittenBundle& written);

struct BootstrapRequest {
  std::string bundle;  // folder, layout or registry
  std::string repo_url;
  std::string path;              // the bundle's folder in the repository
  std::string revision;          // branch, tag or digest; empty: the artifact's digest for oci://, else main
  std::string cluster;           // of a bundle for several: only its root
  bool application_set = false;  // of a bundle for several: one set that makes the roots
  std::string secret;            // the name of the Secret with the place's credentials, for a deployer that needs it
  ConnectionOptions connection;
};
// The projects and the root Application as YAML. Untrusted when the bundle is not intact.
[[nodiscard]] std::string bootstrap(const BootstrapRequest& request, const Services& services);

}  // namespace waybill
