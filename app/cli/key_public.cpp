#include <memory>

#include "app/cli/commands.h"
#include "app/cli/key_options.h"
#include "app/cli/recipe_options.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command key_public_command() {
  struct State {
    KeyChoice key;
    std::string output;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{.name = "key public",
                  .summary = "show the public half of a key",
                  .description =
                      "PEM ('PUBLIC KEY'), as cosign and openssl read it. The key id is the base64 of the SHA-256 of "
                      "its DER form.",
                  .arguments = {},
                  .options = {},
                  .examples = {{"waybill key public --key release.key --output release.pub", "of a key file"},
                               {"waybill key public --key 'pkcs11:token=release;object=signing'", "of a token"}},
                  .run = {}};
  add_key_options(command, state->key);
  command.option("--output", &state->output, "FILE", "file (default standard output)").aliases = {"-o"};
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    if (state->key.key.empty()) throw Error(ErrorCode::InvalidInput, "no key given").hint("name it with --key");
    const signing::PublicKey key = open_public_key(state->key, process_services(console.reporter()));
    console.out_or_file(state->output,
                        state->format == "json"
                            ? json::write_pretty(Value::map({{"keyId", key.id()}, {"publicKey", key.pem()}}))
                            : key.pem());
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
