#include <memory>

#include "app/cli/commands.h"
#include "app/cli/key_options.h"
#include "app/workflow/trust.h"

namespace waybill::cli {

Command trust_sign_command() {
  struct State {
    SignTrustRequest request;
    std::string output;
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "trust sign",
      .summary = "sign a trust document",
      .description =
          "Checks the document and signs its bytes as they are. A document that others have signed keeps their "
          "signatures, so owners who never meet sign one after the other. The next version needs the owners of the "
          "version before and its own.",
      .arguments = {{"FILE", &state->request.document, "a trust document (YAML or JSON), or a signed one", true}},
      .options = {},
      .examples = {{"waybill trust sign trust.yaml --key owner.key --output 1.trust.json", "the first version"},
                   {"waybill trust sign 2.trust.json --key other.key --output 2.trust.json", "a second owner"}},
      .run = {}};
  add_signing_keys_options(command, state->request.keys, state->request.password_file);
  command.option("--output", &state->output, "FILE", "where the signed document goes (default: standard output)")
      .aliases = {"-o"};
  command.run = [state](Console& console) {
    const SignedTrustText text = sign_trust_document(state->request, process_services(console.reporter()));
    console.out_or_file(state->output, text.text);
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
