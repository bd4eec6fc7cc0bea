#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/copy_report.h"
#include "app/cli/key_options.h"
#include "app/cli/recipe_options.h"
#include "core/error.h"

namespace waybill::cli {

Command pull_command() {
  struct State {
    CopyRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "pull",
      .summary = "pull a bundle and unpack it",
      .description =
          "Unpacks the bundle into a folder, together with the signature of its checksums, or copies the whole "
          "artifact into a layout. With --key, "
          "--policy or --trust it is verified before anything is written. Manifests that an index names and its source "
          "does not have are told as 'waybill copy' tells them.",
      .arguments = {{"SOURCE", &state->request.source, "oci://REGISTRY/REPOSITORY:TAG or oci-layout:FOLDER:TAG", true}},
      .options = {},
      .examples = {{"waybill pull oci://registry.example.com/gpu/bundle:v1 --output bundle --key waybill.pub",
                    "verify and unpack"},
                   {"waybill pull oci://registry.example.com/gpu/bundle:v1 --output oci-layout:carry:v1",
                    "the whole artifact, to carry it elsewhere"}},
      .run = {}};
  command
      .option("--output", &state->request.target, "DIR",
              "folder to unpack into (new or empty), or oci-layout:FOLDER[:TAG]")
      .aliases = {"-o"};
  add_trust_options(command, state->request.trust);
  command.option("--force", &state->request.force, "", "replace the folder that is there");
  command.option("--force-tag", &state->request.force_tag, "",
                 "move the tag of the layout or archive if it names another artifact");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    if (state->request.target.empty())
      throw Error(ErrorCode::InvalidInput, "nowhere to put it").hint("name a folder with --output DIR");
    const CopyResult result = copy(state->request, process_services(console.reporter()));
    if (!result.verified) console.reporter().info("not verified: nobody to trust was named");
    report(console, result, state->format);
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
