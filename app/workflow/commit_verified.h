#pragma once
// A site's half of publishing: a bundle that arrived from somewhere, verified against the site's own keys, into the
// site's git. The same with an older bundle is the way back.
#include <string>
#include <vector>

#include "app/workflow/bundle_identity.h"
#include "app/workflow/commit_bundle.h"
#include "app/workflow/stores.h"
#include "app/workflow/verify.h"

namespace waybill {

struct CommitRequest {
  std::string bundle;  // a folder, a layout or a registry
  TrustChoice trust;   // who must have signed
  CommitOptions git;
  ConnectionOptions connection;
};

struct CommitResult {
  BundleIdentity bundle;
  std::vector<Signer> signers;
  CommittedBundle git;
};

// Throws InvalidInput when nobody is trusted or no repository is named, Untrusted when these very files are not signed
// as demanded; then nothing is written. What is committed is what was verified: the bundle is read once.
[[nodiscard]] CommitResult commit(const CommitRequest& request, const Services& services);

// `publish --format json` without the artifact, and who signed.
[[nodiscard]] Value to_value(const CommitResult& result);

}  // namespace waybill
