#pragma once
// A bundle into a site's git: bundle/ (exactly its tree), root.yaml (projects and root Application for this place) and
// .waybill.lock.json (what we own) below a path of a branch, as one commit.
#include <string>

#include "app/workflow/services.h"
#include "core/digest.h"
#include "generator/bundle.h"
#include "git/publication.h"

namespace waybill {

inline constexpr std::string_view kLockFile = ".waybill.lock.json";

struct CommitOptions {
  std::string repository;  // URL or folder
  std::string branch;      // empty: the remote's HEAD, else main
  std::string path;        // empty: the top
  std::string author;      // "Name <mail>"; empty: git's own ways
  std::string date;        // empty: SOURCE_DATE_EPOCH, else now, fixed once per change
  std::string ca_file;
  bool dry_run = false;
};

// Throws what git::publish throws. `bundle_digest` is the diffID of the tree.
[[nodiscard]] git::Publication commit_bundle(const Bundle& bundle, const Digest& bundle_digest,
                                             const CommitOptions& options, const Services& services);

}  // namespace waybill
