#include "app/workflow/sign.h"

#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/key_options.h"
#include "app/cli/recipe_options.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command sign_command() {
  struct State {
    SignRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{.name = "sign",
                  .summary = "sign an artifact, a bundle folder or a file",
                  .description =
                      "An artifact gets both forms that cosign knows: a sigstore bundle as referrer and the .sig tag. "
                      "A bundle folder gets "
                      "attestation/checksums.sigstore.json over its checksums.txt; a file F gets F.sigstore.json. A "
                      "signature by the same key that is there "
                      "already is kept.",
                  .arguments = {{"TARGET", &state->request.target,
                                 "oci://…, oci-layout:FOLDER:TAG, a bundle folder or a file", true}},
                  .options = {},
                  .examples = {{"waybill sign bundle --key waybill.key", "a bundle folder"},
                               {"waybill sign oci://registry.example.com/gpu/bundle:v1 --key env://SIGNING_KEY",
                                "an artifact in a registry"}},
                  .run = {}};
  add_key_options(command, state->request.key);
  command.option("--sign-identity", &state->request.sign_identity, "NAME",
                 "docker-reference in the signature (default: the target as registry/repository:tag)");
  command.option("--force", &state->request.force, "", "replace a signature file that another key made");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const SignResult result = sign(state->request, process_services(console.reporter()));
    if (state->format == "json") {
      console.out(json::write_pretty(to_value(result)));
    } else {
      std::string text =
          fmt::format("signed     {}\ndigest     {}\nkey id     {}\n", result.target, result.digest, result.key_id);
      if (!result.signature_file.empty()) text += fmt::format("signature  {}\n", result.signature_file);
      for (const SignatureRecord& record : result.signatures)
        text += fmt::format("signature  {} ({})\n", record.digest.to_string(), record.form);
      console.out(text);
    }
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
