#include "app/workflow/verify.h"

#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/key_options.h"
#include "app/cli/recipe_options.h"
#include "app/cli/verification_report.h"
#include "core/json/writer.h"

namespace waybill::cli {
Command verify_command() {
  struct State {
    VerifyRequest request;
    bool reproduce = false;
    CatalogueChoice catalogue;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "verify",
      .summary = "verify an artifact, a bundle folder or a file",
      .description =
          "An artifact must be signed in either of cosign's forms by whom you trust, and a waybill bundle "
          "must hold exactly the files that it lists. A bundle folder is verified by "
          "attestation/checksums.sigstore.json; a file F by F.sigstore.json. Folders, files, layouts and "
          "archives need no network. Exit status 4 when not trusted; every check is listed.\n\n"
          "Whom you trust is said by --key, by a policy or by a site's trust folder; what is not allowed "
          "there is refused, a missing signature too. Signatures with a certificate instead of a key (sigstore's "
          "keyless ones) are verified with a trusted root and an identity: chain, certificate log, transparency log "
          "and time stamps, without network.\n\n"
          "With --reproduce a trusted bundle is also rendered again from its own recipe and options, and every file "
          "that differs is named. It needs the catalogue that the bundle was made of.",
      .arguments = {{"TARGET", &state->request.target,
                     "oci://…, oci-layout:FOLDER:TAG, oci-archive:FILE:TAG, a bundle folder or a file", true}},
      .options = {},
      .examples = {{"waybill verify oci://registry.example.com/gpu/bundle:v1 --key waybill.pub",
                    "an artifact in a registry"},
                   {"waybill verify bundle --key waybill.pub --format json", "a folder, for a machine"},
                   {"waybill verify oci-layout:carry:v1 --trust /etc/waybill/trust \\\n"
                    "    --as registry.example.com/gpu/bundle",
                    "what was carried, by the rules for where it came from"},
                   {"waybill verify release.tar --trusted-root trusted_root.json \\\n"
                    "    --certificate-identity-regexp 'https://github\\.com/example/.*' \\\n"
                    "    --certificate-oidc-issuer https://token.actions.githubusercontent.com",
                    "a file that a workflow signed with a certificate"},
                   {"waybill verify bundle --key waybill.pub --reproduce", "the files are what the recipe gives"}},
      .run = {}};
  add_trust_options(command, state->request.trust);
  command.option("--remember", &state->request.remember, "",
                 "keep the bundle's epoch in the trust folder, if it is trusted: older ones are refused from then on");
  command.option("--reproduce", &state->reproduce, "",
                 "render the bundle again from its recipe and the catalogue, and compare every file");
  add_catalogue_options(command, state->catalogue);
  command.option("--offline", &state->request.offline, "", "refuse a target that needs the network");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    if (state->reproduce) state->request.reproduce = state->catalogue;
    const Verification verification = verify(state->request, process_services(console.reporter()));
    console.out(state->format == "json" ? json::write_pretty(to_value(verification)) : report(verification));
    return exit_status(verification);
  };
  return command;
}

}  // namespace waybill::cli
