#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/git_options.h"
#include "app/cli/key_options.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/commit_verified.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

std::string text_of(const CommitResult& result) {
  std::string text = report(result.bundle);
  for (const Signer& signer : result.signers) text += fmt::format("signer       {} ({})\n", signer.key_id, signer.form);
  return text + report(result.git) + report_changes(result.git);
}

}  // namespace

Command commit_command() {
  struct State {
    CommitRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  CommitRequest& request = state->request;
  Command command{
      .name = "commit",
      .summary = "commit a verified bundle to git",
      .description =
          "Verifies a bundle that exists already and commits it to a site's git repository: what 'publish' does on the "
          "other side of an air gap. Whom you trust (--key, --policy or --trust) must have signed it, and it must hold "
          "exactly the files that it lists; otherwise nothing is written and the exit status is 4.\n\n"
          "Committing an older bundle is the way back: the branch gets a new commit with the older files. A trust "
          "folder that has seen a newer epoch refuses it without --allow-older.",
      .arguments = {bundle_argument(request.bundle)},
      .options = {},
      .examples = {{"waybill commit oci://registry.site.example/gpu/bundle:v1 --key waybill.pub \\\n"
                    "    --repo https://git.site.example/gitops.git --path clusters/a",
                    "roll out what a mirror received"},
                   {"waybill commit bundle --key waybill.pub --repo ssh://git@git.site.example/gitops.git \\\n"
                    "    --path clusters/a --branch-per-change --forge gitea",
                    "by a pull request"},
                   {"waybill commit oci-layout:media:v1 --key waybill.pub --repo ../gitops --dry-run",
                    "show what would change"}},
      .run = {}};
  add_trust_options(command, request.trust);
  add_git_options(command, request.git);
  command.option("--dry-run", &request.git.dry_run, "", "verify, and show what the commit would change");
  add_connection_options(command, request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const CommitResult result = commit(state->request, process_services(console.reporter()));
    console.out(state->format == "json" ? json::write_pretty(to_value(result)) : text_of(result));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
