#include <fmt/core.h>

#include <memory>

#include "app/cli/bundle_options.h"
#include "app/cli/commands.h"
#include "app/cli/recipe_options.h"
#include "app/cli/text_layout.h"
#include "app/workflow/write_bundle.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command bundle_command() {
  struct State {
    WriteBundleRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "bundle",
      .summary = "render a bundle into a folder",
      .description =
          "Writes what rolls a recipe out (Argo CD's Applications, Flux's Kustomizations and HelmReleases, or scripts "
          "for Helm) with its values and manifests, a list of all files and their checksums. The folder names no "
          "address: the same bytes serve git, a registry and any mirror. The folder must be new or empty, unless "
          "--force replaces it.",
      .arguments = {},
      .options = {},
      .examples =
          {{"waybill bundle --service eks --accelerator h100 --intent training --output bundle", "from criteria"},
           {"waybill bundle --recipe recipe.yaml --output bundle --repo https://git.example.com/site.git",
            "with the root Application beside it"},
           {"waybill bundle --recipe recipe.yaml --output bundle --set gpu-operator:driver.version=580.105.08 \\\n"
            "    --accelerated-node-toleration nvidia.com/gpu:NoSchedule --nodes 64",
            "with a value, a toleration and the size of the cluster"},
           {"waybill bundle --recipe recipe.yaml --output bundle --deployer flux", "for Flux"},
           {"waybill bundle --recipe recipe.yaml --output bundle --deployer helm", "for deploy.sh and undeploy.sh"},
           {"waybill bundle --recipe recipe.yaml --output fleet --cluster east --cluster "
            "west=https://10.0.0.1:6443",
            "for two clusters of one Argo CD"}},
      .run = {}};
  add_bundle_options(command, state->request.bundle);
  command.option("--output", &state->request.folder, "DIR", "folder to write").aliases = {"-o"};
  command.option("--repo", &state->request.repo_url, "URL",
                 "also write DIR.root.yaml: what starts the rollout from this git repository");
  command.option("--force", &state->request.force, "", "replace the folder that is there");
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const WrittenBundle written = write_bundle(state->request, process_services(console.reporter()));
    if (state->format == "json") {
      console.out(json::write_pretty(to_value(written)));
    } else {
      console.out(fmt::format("{}: {} files, bundle {}\n", written.folder, written.bundle.files,
                              written.bundle.digest.to_string()));
      console.out(catalogue_line(written.catalogue) + "\n");
      if (!written.root_file.empty()) console.out(fmt::format("{}: starts the rollout\n", written.root_file));
    }
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
