#pragma once
// The main job in one command: resolve, render, commit, push; pack, attach, sign, push, tag.
//
// Every step can be repeated: what is there already is found and kept, so the same command completes what was
// interrupted, and doing everything again adds nothing.
#include <optional>
#include <string>
#include <vector>

#include "app/workflow/artifact_signer.h"
#include "app/workflow/bundle_identity.h"
#include "app/workflow/commit_bundle.h"
#include "app/workflow/keys.h"
#include "app/workflow/pack_bundle.h"
#include "app/workflow/render_bundle.h"
#include "app/workflow/stores.h"

namespace waybill {

struct PublishRequest {
  BundleRequest bundle;
  CommitOptions git;          // repository empty: no commit
  std::string output;         // target; empty: no artifact
  PackChoice pack;            // of the artifact
  KeyChoice key;              // needed for an artifact
  std::string sign_identity;  // docker-reference; empty: the target
  bool force_tag = false;
  bool dry_run = false;
  ConnectionOptions connection;
};

struct PublishedArtifact {
  std::string reference;  // with tag, without digest
  Digest digest;          // of the manifest
  std::string tag;
  bool pushed = false;  // whether anything was new
  std::vector<SignatureRecord> signatures;
  std::vector<AttestationRecord> attestations;
};

struct PublishResult {
  BundleIdentity bundle;
  std::optional<CommittedBundle> git;
  std::optional<PublishedArtifact> artifact;
};

// Whatever fails says in its context which steps are done already.
[[nodiscard]] PublishResult publish(const PublishRequest& request, const Services& services);

// The members that cli.md fixes.
[[nodiscard]] Value to_value(const PublishResult& result);

}  // namespace waybill
