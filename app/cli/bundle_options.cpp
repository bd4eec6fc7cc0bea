#include "app/cli/bundle_options.h"

#include "app/cli/recipe_options.h"

namespace waybill::cli {

void add_bundle_options(Command& command, BundleRequest& request) {
  add_recipe_options(command, request.recipe, CriteriaFor::Recipe);
  Option& deployer =
      command.option("--deployer", &request.deployer.name, "NAME", "what rolls the bundle out (default argocd)");
  deployer.aliases = {"-d"};
  deployer.choices = deployer_names();
  command.option("--set", &request.set, "COMPONENT:PATH=VALUE",
                 "set one value of a component's chart, typed by what it looks like; may be given again");
  command.option("--set-string", &request.set_string, "COMPONENT:PATH=VALUE", "the same, always as text");
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
}

}  // namespace waybill::cli
