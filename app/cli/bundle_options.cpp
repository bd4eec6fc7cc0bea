#include "app/cli/bundle_options.h"

#include "app/cli/recipe_options.h"
#include "app/cli/setting_options.h"

namespace waybill::cli {

void add_bundle_options(Command& command, BundleRequest& request) {
  add_recipe_options(command, request.recipe, CriteriaFor::Bundle);
  Option& deployer =
      command.option("--deployer", &request.deployer.name, "NAME", "what rolls the bundle out (default argocd)");
  deployer.aliases = {"-d"};
  deployer.choices = deployer_names();
  deployer.any_case = true;
  add_setting_options(command, request.settings);
  command.option("--argocd-version", &request.deployer.argocd_version, "VERSION",
                 "write only fields that this Argo CD knows (default 3.5; 3.1 and later)");
  command.option(
      "--cluster", &request.deployer.clusters, "NAME[=SERVER]",
      "a cluster that the components go to, by its address or else by the name that Argo CD has for it; may be "
      "given again (default: the cluster that Argo CD runs in)");
  command.option("--cluster-file", &request.deployer.cluster_file, "FILE",
                 "clusters as a YAML mapping of names to addresses");
  command
      .option("--ordering", &request.deployer.ordering, "WAY",
              "what keeps the order: waves (sync waves, the default) or rollingsync (steps of an ApplicationSet)")
      .choices = {"waves", "rollingsync"};
  command.option("--epoch", &request.settings.epoch, "[LINE:]N",
                 "a number that you raise with each release, so that sites can refuse older ones (default: none)");
}

}  // namespace waybill::cli
