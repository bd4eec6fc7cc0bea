#include "app/workflow/attest.h"

#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/key_options.h"
#include "app/cli/recipe_options.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

std::string text_of(const AttestResult& result) {
  std::string text = fmt::format("attested     {}\ndigest       {}\ntype         {}\n", result.target, result.digest,
                                 result.predicate_type);
  for (const std::string& id : result.key_ids) text += fmt::format("key id       {}\n", id);
  for (const std::string& file : result.attestation_files) text += fmt::format("attestation  {}\n", file);
  for (const SignatureRecord& record : result.attestations)
    text += fmt::format("attestation  {} ({})\n", record.digest.to_string(), record.form);
  return text;
}

}  // namespace

Command attest_command() {
  struct State {
    AttestRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "attest",
      .summary = "sign a statement about an artifact, a bundle folder or a file",
      .description =
          "An artifact gets both forms that cosign knows: a sigstore bundle as referrer and the .att tag. A file F "
          "gets F.TYPE.sigstore.json, a bundle folder attestation/TYPE.sigstore.json about its checksums.txt. What the "
          "same key says already is kept; --replace removes what it said before of the same type.\n\n"
          "TYPE is one of cosign's short names (spdxjson, cyclonedx, slsaprovenance1, vuln, openvex, custom, …) or the "
          "URI of a predicate type. The predicate is a JSON object; of 'spdx' and 'custom' any text.",
      .arguments = {{"TARGET", &state->request.target, "oci://…, oci-layout:FOLDER:TAG, a bundle folder or a file",
                     true}},
      .options = {},
      .examples = {{"waybill attest oci://registry.example.com/app:v1 --key waybill.key \\\n"
                    "    --predicate app.spdx.json --type spdxjson",
                    "an SBOM of an image"},
                   {"waybill attest bundle --key waybill.key --predicate scan.json --type vuln", "a scan of a bundle"}},
      .run = {}};
  add_signing_keys_options(command, state->request.keys, state->request.password_file);
  command.option("--predicate", &state->request.predicate, "FILE", "what is stated");
  command.option("--type", &state->request.type, "TYPE", "what kind of statement: a short name or a URI");
  command.option("--replace", &state->request.replace, "", "remove what the same key stated before of this type");
  command.option("--force", &state->request.force, "", "replace an attestation file that is there");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const AttestResult result = attest(state->request, process_services(console.reporter()));
    console.out(state->format == "json" ? json::write_pretty(to_value(result)) : text_of(result));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
