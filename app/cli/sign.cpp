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
                      "An artifact gets both forms that cosign knows: a sigstore bundle as referrer and the .sig tag; "
                      "of an index every image gets them too. A bundle folder gets "
                      "attestation/checksums.sigstore.json over its checksums.txt; a file F gets F.sigstore.json. A "
                      "signature by the same key that is there already is kept.\n\n"
                      "With several keys each signs. Beside a file the signature of a further key is called "
                      "F.KEY.sigstore.json, after the first digits of the key's digest.",
                  .arguments = {{"TARGET", &state->request.target,
                                 "oci://…, oci-layout:FOLDER:TAG, a bundle folder or a file", true}},
                  .options = {},
                  .examples = {{"waybill sign bundle --key waybill.key", "a bundle folder"},
                               {"waybill sign oci://registry.example.com/gpu/bundle:v1 --key env://SIGNING_KEY",
                                "an artifact in a registry"},
                               {"waybill sign oci://registry.example.com/app:v1 --key a.key --key b.key \\\n"
                                "    --annotation stage=production",
                                "by two keys, and what it is meant for"}},
                  .run = {}};
  add_signing_keys_options(command, state->request.keys, state->request.password_file);
  command.option("--sign-identity", &state->request.sign_identity, "NAME",
                 "docker-reference in the signature (default: the target as registry/repository:tag)");
  command.option("--annotation", &state->request.annotations, "KEY=VALUE",
                 "sign this along with an artifact; may be given again");
  command.option("--replace", &state->request.replace, "",
                 "remove what the same keys signed before, with another name or other annotations");
  command.option("--force", &state->request.force, "", "replace a signature file that another key made");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const SignResult result = sign(state->request, process_services(console.reporter()));
    if (state->format == "json") {
      console.out(json::write_pretty(to_value(result)));
    } else {
      std::string text = fmt::format("signed     {}\ndigest     {}\n", result.target, result.digest);
      for (const std::string& id : result.key_ids) text += fmt::format("key id     {}\n", id);
      for (const std::string& file : result.signature_files) text += fmt::format("signature  {}\n", file);
      for (const SignatureRecord& record : result.signatures)
        text += fmt::format("signature  {} ({})\n", record.digest.to_string(), record.form);
      console.out(text);
    }
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
