#include "app/cli/recipe_options.h"

#include <fmt/core.h>

namespace waybill::cli {

void add_recipe_options(Command& command, RecipeRequest& request, RecipeFile recipe_file) {
  command.option("--service", &request.service, "NAME", "Kubernetes service: eks, gke, aks, oke, kind, or any");
  command.option("--accelerator", &request.accelerator, "NAME", "GPU: h100, gb200, b200, a100, l40, or any").aliases = {
      "--gpu"};
  command.option("--intent", &request.intent, "NAME", "what the cluster is for: training, inference, or any");
  command.option("--os", &request.os, "NAME", "operating system of the nodes: ubuntu, rhel, cos, amazonlinux, or any");
  command.option("--platform", &request.platform, "NAME", "workload platform: kubeflow, dynamo, or any");
  command.option("--nodes", &request.nodes, "COUNT", "number of GPU nodes; 0 means any");
  command
      .option(
          "--criteria", &request.criteria_file, "FILE",
          "criteria from a file (kind RecipeCriteria, YAML or JSON; '-' is standard input); the flags above replace "
          "single fields")
      .aliases = {"-c"};
  command
      .option("--snapshot", &request.snapshot_file, "FILE",
              "criteria from a snapshot of the cluster ('-' is standard input), whose readings also decide which "
              "overlays' constraints hold; the flags above replace single fields")
      .aliases = {"-s"};
  if (recipe_file == RecipeFile::Yes) {
    command
        .option("--recipe", &request.recipe_file, "FILE",
                "a recipe made by 'waybill recipe', instead of criteria ('-' is standard input)")
        .aliases = {"-r"};
  }
  add_catalogue_options(command, request.catalogue);
}

void add_catalogue_options(Command& command, CatalogueChoice& catalogue) {
  command.option("--catalogue", &catalogue.folder, "DIR",
                 "use the recipe data of this folder instead of the embedded catalogue");
  command.option("--data", &catalogue.data, "DIR",
                 "lay this folder over the catalogue; may be given again, the later one wins");
}

void add_format_option(Command& command, std::string& format, std::vector<std::string> choices) {
  std::string listed;
  for (const std::string& choice : choices) listed += (listed.empty() ? "" : ", ") + choice;
  Option& option = command.option("--format", &format, "FORMAT", fmt::format("{} (default {})", listed, format));
  option.aliases = {"-t"};
  option.choices = std::move(choices);
}

void add_output_option(Command& command, std::string& output, std::string help) {
  command.option("--output", &output, "FILE", std::move(help)).aliases = {"-o"};
}

}  // namespace waybill::cli
