#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/write_bundle.h"
#include "core/error.h"

namespace waybill::cli {

Command bootstrap_command() {
  struct State {
    BootstrapRequest request;
    std::string output;
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "bootstrap",
      .summary = "write what starts a bundle's rollout at one place",
      .description =
          "The root Application and its two projects, or for Flux the bundle's source and the root Kustomization, are "
          "the only objects with an address. They are made from the bundle alone, so a site that received a bundle can "
          "write them for its own git server or registry. Apply the result with kubectl.",
      .arguments = {bundle_argument(state->request.bundle)},
      .options = {},
      .examples =
          {{"waybill bootstrap bundle --repo-url https://git.example.com/site.git --path clusters/a/bundle | "
            "kubectl apply -f -",
            "from git"},
           {"waybill bootstrap oci-layout:mirror:v1 --repo-url oci://registry.example.com/gpu/bundle",
            "from a registry, pinned to the digest"},
           {"waybill bootstrap fleet --repo-url https://git.example.com/site.git --path fleet/bundle --cluster west",
            "the root of one cluster of a bundle for several"}},
      .run = {}};
  command.option("--repo-url", &state->request.repo_url, "URL",
                 "where the deployer reads the bundle: a git URL or oci://REGISTRY/REPOSITORY");
  command.option("--path", &state->request.path, "PATH",
                 "the bundle's folder inside the git repository (default: its top)");
  command.option("--revision", &state->request.revision, "REVISION",
                 "branch, tag or digest (default: main, or the artifact's digest for oci://); for Flux a tag of git is "
                 "refs/tags/NAME");
  command.option("--cluster", &state->request.cluster, "NAME",
                 "of a bundle for several clusters, only the root of this one (default: a root for each)");
  command.option(
      "--applicationset", &state->request.application_set, "",
      "of a bundle for several clusters, one ApplicationSet that makes the roots of those that Argo CD knows");
  command.option("--secret", &state->request.secret, "NAME",
                 "of a bundle for Flux, the Secret in Flux's namespace that holds the credentials for this place");
  add_output_option(command, state->output);
  add_connection_options(command, state->request.connection);
  command.run = [state](Console& console) {
    if (state->request.repo_url.empty())
      throw Error(ErrorCode::InvalidInput, "no place given").hint("name it with --repo-url URL");
    console.out_or_file(state->output, bootstrap(state->request, process_services(console.reporter())));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
