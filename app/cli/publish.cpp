#include "app/workflow/publish.h"

#include <fmt/core.h>

#include <memory>

#include "app/cli/bundle_options.h"
#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/git_options.h"
#include "app/cli/key_options.h"
#include "app/cli/pack_options.h"
#include "app/cli/recipe_options.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

std::string text_of(const PublishResult& result) {
  std::string text = report(result.bundle);
  if (result.git) text += report(*result.git);
  if (result.artifact) {
    text += fmt::format("artifact     {}\ndigest       {}{}\n", result.artifact->reference,
                        result.artifact->digest.to_string(),
                        result.artifact->signatures.empty() ? ", not pushed"
                        : result.artifact->pushed           ? ""
                                                            : ", unchanged");
    for (const SignatureRecord& record : result.artifact->signatures)
      text += fmt::format("signature    {} ({})\n", record.digest.to_string(), record.form);
    for (const AttestationRecord& record : result.artifact->attestations)
      text += fmt::format("attestation  {} ({})\n", record.digest.to_string(), record.predicate_type);
  }
  return result.git ? text + report_changes(*result.git) : text;
}

}  // namespace

Command publish_command() {
  struct State {
    PublishRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  PublishRequest& request = state->request;
  Command command{
      .name = "publish",
      .summary = "resolve, render, commit, pack, sign and push: the main job",
      .description =
          "Resolves the recipe, renders the bundle, commits it to a git repository and pushes; packs it into an OCI "
          "artifact, attaches SBOMs (SPDX and "
          "CycloneDX), provenance and checksums, signs it in both of cosign's forms, and sets the tag last.\n\n"
          "The same command again completes what was interrupted and otherwise changes nothing. Everything that can "
          "refuse (key, password, a tag that is "
          "taken) is asked before anything is written.",
      .arguments = {},
      .options = {},
      .examples =
          {{"waybill publish --service eks --accelerator gb200 --os ubuntu --intent training --platform kubeflow \\\n"
            "    --repo https://git.example.com/site.git --path clusters/a --output "
            "oci://registry.example.com/gpu/bundle --key waybill.key",
            "commit and publish a signed artifact"},
           {"waybill publish --recipe recipe.yaml --output oci-layout:out:v1 --key env://SIGNING_KEY --format json",
            "only the artifact, for a machine"},
           {"waybill publish --recipe recipe.yaml --repo ../site --path clusters/a", "only the commit"}},
      .run = {}};
  add_bundle_options(command, request.bundle);
  add_git_options(command, request.git);
  command
      .option("--output", &request.output, "TARGET",
              "oci://REGISTRY/REPOSITORY[:TAG], oci-layout:FOLDER[:TAG] or oci-archive:FILE[:TAG]")
      .aliases = {"-o"};
  add_pack_options(command, request.pack);
  add_key_options(command, request.key);
  command.option("--sign-identity", &request.sign_identity, "NAME",
                 "docker-reference in the signature (default: the target as registry/repository:tag)");
  command.option("--force-tag", &request.force_tag, "", "move the tag if it names another artifact");
  command.option("--dry-run", &request.dry_run, "", "do everything but write, and show what the commit would change");
  add_connection_options(command, request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const PublishResult result = publish(state->request, process_services(console.reporter()));
    console.out(state->format == "json" ? json::write_pretty(to_value(result)) : text_of(result));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
