#include "app/workflow/attach.h"

#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/recipe_options.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command attach_command() {
  struct State {
    AttachRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "attach",
      .summary = "attach a document to an artifact, unsigned",
      .description =
          "Adds the file as a plain referrer, for tools that cannot read attestations. It is not signed and proves "
          "nothing: 'waybill attest' signs.\n\n"
          "TYPE is cyclonedx, spdxjson, spdx, openvex, sarif, intoto, syft or a media type.",
      .arguments = {{"TARGET", &state->request.target, "oci://… or oci-layout:FOLDER:TAG", true}},
      .options = {},
      .examples = {{"waybill attach oci://registry.example.com/app:v1 --file app.spdx.json --type spdxjson",
                    "an SBOM, for scanners"}},
      .run = {}};
  command.option("--file", &state->request.file, "FILE", "the document").aliases = {"--predicate"};
  command.option("--type", &state->request.type, "TYPE", "what it is");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const AttachResult result = attach(state->request, process_services(console.reporter()));
    console.out(state->format == "json"
                    ? json::write_pretty(to_value(result))
                    : fmt::format("attached to  {}\ndigest       {}\nreferrer     {}\nmedia type   {}\n", result.target,
                                  result.digest, result.referrer, result.media_type));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
