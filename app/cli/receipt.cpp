#include "app/workflow/receipt.h"

#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/key_options.h"
#include "app/cli/recipe_options.h"

namespace waybill::cli {

Command receipt_command() {
  struct State {
    ReceiptRequest request;
    std::string format = "json";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "receipt",
      .summary = "write what a place holds, so that save can leave it out",
      .description =
          "Writes the digests and sizes of everything that the tags of a repository, a layout or an archive lead to: "
          "about 80 bytes a blob, in one JSON document. Carried to the other side, 'waybill save --have' packs only "
          "the rest. With --key it is signed, in FILE.sigstore.json, which cosign verify-blob and waybill verify "
          "check.",
      .arguments = {{"TARGET", &state->request.target,
                     "oci://HOST/REPOSITORY, oci-layout:FOLDER, oci-archive:FILE or docker-archive:FILE", true}},
      .options = {},
      .examples =
          {{"waybill receipt oci://registry.site.example/gpu/bundle --output site.json --key site.key", "at the site"},
           {"waybill save --have site.json --receipt-key site.pub -o out oci://registry.example.com/gpu/bundle:v2",
            "and at the source"}},
      .run = {}};
  add_output_option(command, state->request.output);
  add_key_options(command, state->request.key);
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"json"});
  command.run = [state](Console& console) {
    const ReceiptResult result = make_receipt(state->request, process_services(console.reporter()));
    console.out_or_file(state->request.output, result.bytes);
    if (!result.signature_file.empty())
      console.reporter().info(fmt::format("{} blobs, signed in '{}'", result.blobs, result.signature_file));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
