#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/copy_options.h"
#include "app/cli/copy_report.h"
#include "app/cli/pack_options.h"
#include "app/cli/recipe_options.h"

namespace waybill::cli {

Command push_command() {
  struct State {
    CopyRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "push",
      .summary = "push a bundle or an artifact to a registry or layout",
      .description =
          "A bundle folder is checked against its own list of files, packed and pushed, with the signature of its "
          "checksums if it has one. An "
          "artifact of a layout or registry is copied whole, signatures and attestations included. The tag is set "
          "last. Manifests that an index names and its source does not have are told as 'waybill copy' tells "
          "them.",
      .arguments = {{"SOURCE", &state->request.source,
                     "a bundle folder, oci-layout:FOLDER:TAG, oci-archive:FILE:TAG or oci://…", true},
                    {"TARGET", &state->request.target, "oci://REGISTRY/REPOSITORY[:TAG] or oci-layout:FOLDER[:TAG]",
                     true}},
      .options = {},
      .examples = {{"waybill push bundle oci://registry.example.com/gpu/bundle:v1", "a folder"},
                   {"waybill push oci-layout:out:v1 oci://mirror.example.com/gpu/bundle:v1",
                    "a signed artifact, to a mirror"}},
      .run = {}};
  add_pack_options(command, state->request.pack);
  add_copy_options(command, state->request);
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    report(console, copy(state->request, process_services(console.reporter())), state->format);
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
