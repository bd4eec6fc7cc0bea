#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/keys.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command keygen_command() {
  struct State {
    std::string prefix = "waybill";
    std::string password_file;
    bool force = false;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "keygen",
      .summary = "make a key pair for signing",
      .description =
          "ECDSA P-256, in cosign's files: PREFIX.key (mode 0600, encrypted with the password, which may be empty) and "
          "PREFIX.pub.",
      .arguments = {},
      .options = {},
      .examples = {{"waybill keygen --output-prefix release", "release.key and release.pub; the password is asked for"},
                   {"waybill keygen --output-prefix ci --password-file password.txt", "without a terminal"}},
      .run = {}};
  command.option("--output-prefix", &state->prefix, "PREFIX", "where the two files go (default waybill)");
  command.option("--password-file", &state->password_file, "FILE",
                 "file with the password ('-' is standard input); default: WAYBILL_PASSWORD, COSIGN_PASSWORD, else "
                 "asked on the terminal");
  command.option(
      "--force", &state->force, "",
      "replace files that are there: whatever the old key signed can then be verified only with the old public key");
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const KeyPairFiles files =
        generate_keys(state->prefix, state->password_file, state->force ? ReplaceKeys::Yes : ReplaceKeys::No,
                      process_services(console.reporter()));
    if (state->format == "json") {
      console.out(json::write_pretty(
          Value::map({{"privateKey", files.private_key}, {"publicKey", files.public_key}, {"keyId", files.key_id}})));
    } else {
      console.out(fmt::format("private key  {}\npublic key   {}\nkey id       {}\n", files.private_key,
                              files.public_key, files.key_id));
    }
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
