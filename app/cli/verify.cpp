#include "app/workflow/verify.h"

#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/key_options.h"
#include "app/cli/recipe_options.h"
#include "core/error.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

std::string report(const Verification& verification) {
  std::string text = fmt::format("{} ({})\n", verification.target, verification.digest);
  for (const signing::Check& check : verification.report.checks()) {
    text +=
        fmt::format("  {:<6} {}: {}: {}\n", check.passed ? "ok" : "FAILED", check.name, check.subject, check.reason);
  }
  return text + (verification.report.trusted() ? "trusted\n" : "NOT TRUSTED\n");
}

}  // namespace

Command verify_command() {
  struct State {
    VerifyRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{.name = "verify",
                  .summary = "verify an artifact, a bundle folder or a file",
                  .description =
                      "An artifact must be signed by one of the keys, in either of cosign's forms, and a waybill "
                      "bundle must hold exactly the files that it "
                      "lists. A bundle folder is verified by attestation/checksums.sigstore.json; a file F by "
                      "F.sigstore.json. Folders, files and layouts need "
                      "no network. Exit status 4 when not trusted; every check is listed.",
                  .arguments = {{"TARGET", &state->request.target,
                                 "oci://…, oci-layout:FOLDER:TAG, a bundle folder or a file", true}},
                  .options = {},
                  .examples = {{"waybill verify oci://registry.example.com/gpu/bundle:v1 --key waybill.pub",
                                "an artifact in a registry"},
                               {"waybill verify bundle --key waybill.pub --format json", "a folder, for a machine"}},
                  .run = {}};
  add_trusted_key_options(command, state->request.keys, state->request.password_file);
  command.option("--offline", &state->request.offline, "", "refuse a target that needs the network");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const Verification verification = verify(state->request, process_services(console.reporter()));
    console.out(state->format == "json" ? json::write_pretty(to_value(verification)) : report(verification));
    return verification.report.trusted() ? 0 : describe(ErrorCode::Untrusted).exit_status;
  };
  return command;
}

}  // namespace waybill::cli
