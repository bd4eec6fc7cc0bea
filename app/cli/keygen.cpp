#include <memory>

#include "app/cli/commands.h"
#include "app/cli/key_pair_options.h"

namespace waybill::cli {

Command keygen_command() {
  const auto state = std::make_shared<KeyPairOptions>();
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
  add_key_pair_options(command, *state);
  command.run = [state](Console& console) {
    state->report(generate_keys(state->request(), process_services(console.reporter())), console);
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
