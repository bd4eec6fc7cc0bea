#include "app/workflow/import_key.h"

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/key_pair_options.h"

namespace waybill::cli {

Command key_import_command() {
  struct State {
    std::string file;
    KeyPairOptions options;
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "key import",
      .summary = "make a key pair of a private key that another tool made",
      .description =
          "Reads one private key, PKCS#8 ('PRIVATE KEY'), SEC1 ('EC PRIVATE KEY') or PKCS#1 ('RSA PRIVATE KEY') in "
          "PEM, not encrypted, and writes cosign's files: PREFIX.key (mode 0600, encrypted with the password, which "
          "may be empty) and PREFIX.pub. ECDSA keys are on the curve P-256, RSA keys have 2048 bits or more and sign "
          "as PKCS#1 v1.5 has it. Other kinds and curves are refused, for verifiers do not agree on them.",
      .arguments = {{"FILE", &state->file, "the private key; '-' is standard input", true}},
      .options = {},
      .examples = {{"waybill key import signing.pem --output-prefix release", "release.key and release.pub"},
                   {"openssl pkcs8 -in encrypted.pem | waybill key import - --password-file password.txt",
                    "an encrypted PKCS#8 file, whose password openssl asks for"}},
      .run = {}};
  add_key_pair_options(command, state->options);
  command.run = [state](Console& console) {
    const KeyPairRequest pair = state->options.request();
    state->options.report(import_key({state->file, pair.prefix, pair.password_file, pair.replace, pair.form},
                                     process_services(console.reporter())),
                          console);
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
