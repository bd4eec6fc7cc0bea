#pragma once
// The options of commands that commit, and how they report it.
#include <string>

#include "app/cli/command.h"
#include "app/workflow/bundle_identity.h"
#include "app/workflow/commit_bundle.h"

namespace waybill::cli {

void add_git_options(Command& command, CommitOptions& options);

// Lines for people.
[[nodiscard]] std::string report(const BundleIdentity& bundle);
[[nodiscard]] std::string report(const CommittedBundle& committed);
// What a dry run found: the files that the commit would change, and the patch; empty when a commit was made.
[[nodiscard]] std::string report_changes(const CommittedBundle& committed);

}  // namespace waybill::cli
