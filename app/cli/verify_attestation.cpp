#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/key_options.h"
#include "app/cli/recipe_options.h"
#include "app/cli/verification_report.h"
#include "app/workflow/verify.h"
#include "core/file_system.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command verify_attestation_command() {
  struct State {
    VerifyAttestationRequest request;
    std::string output;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "verify-attestation",
      .summary = "verify what somebody signed about an artifact, a bundle folder or a file",
      .description =
          "Like 'waybill verify', but demands attestations of the types that are named, and no signature: an SBOM, a "
          "provenance, a scan. Both forms are read, sigstore bundles and the .att tag; the type is that of the signed "
          "statement. With a policy or a trust folder, what those demand of a type holds; without --type, all types "
          "that they demand.",
      .arguments = {{"TARGET", &state->request.target,
                     "oci://…, oci-layout:FOLDER:TAG, oci-archive:FILE:TAG, a bundle folder or a file", true}},
      .options = {},
      .examples =
          {{"waybill verify-attestation oci://registry.example.com/app:v1 --key waybill.pub --type spdxjson \\\n"
            "    --output app.spdx.json",
            "the SBOM of an image, for a scanner"},
           {"waybill verify-attestation oci-layout:carry:v1 --policy policy.yaml --format json",
            "all that a policy demands"}},
      .run = {}};
  command.option("--type", &state->request.types, "TYPE",
                 "a type that is demanded: cosign's short name or a URI; may be given again");
  command.option("--output", &state->output, "FILE", "write the predicate there, once it is trusted").aliases = {"-o"};
  add_trust_options(command, state->request.trust);
  command.option("--offline", &state->request.offline, "", "refuse a target that needs the network");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const Verification verification = verify_attestation(state->request, process_services(console.reporter()));
    if (!state->output.empty() && verification.report.trusted())
      console.out_or_file(state->output, json::write_pretty(sole_predicate(verification)));
    // With the predicate on standard output nothing else belongs there.
    if (state->output != "-" || !verification.report.trusted()) {
      console.out(state->format == "json" ? json::write_pretty(attestations_value(verification))
                                          : report(verification));
    }
    return exit_status(verification);
  };
  return command;
}

}  // namespace waybill::cli
