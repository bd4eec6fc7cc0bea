#include "app/cli/recipe_options.h"

#include <fmt/core.h>

#include "app/cli/text_layout.h"

namespace waybill::cli {

void add_criteria_options(Command& command, CriteriaWords& words, CriteriaFor what) {
  command.option("--service", &words.of(Dimension::Service), "NAME",
                 "Kubernetes service: eks, gke, aks, oke, kind, or any");
  command
      .option("--accelerator", &words.of(Dimension::Accelerator), "NAME", "GPU: h100, gb200, b200, a100, l40, or any")
      .aliases = {"--gpu"};
  command.option("--intent", &words.of(Dimension::Intent), "NAME",
                 "what the cluster is for: training, inference, or any");
  command.option("--os", &words.of(Dimension::Os), "NAME",
                 "operating system of the nodes: ubuntu, rhel, cos, amazonlinux, or any");
  command.option("--platform", &words.of(Dimension::Platform), "NAME", "workload platform: kubeflow, dynamo, or any");
  command.option("--nodes", &words.nodes, "COUNT",
                 what == CriteriaFor::Bundle
                     ? "number of GPU nodes, also for the components that want an estimate; 0 means any"
                     : "number of GPU nodes; 0 means any");
}

void add_recipe_options(Command& command, RecipeRequest& request, CriteriaFor what) {
  add_criteria_options(command, request.words, what);
  command
      .option(
          "--criteria", &request.criteria_file, "FILE",
          "criteria from a file (kind RecipeCriteria, YAML or JSON; '-' is standard input); the flags above replace "
          "single fields")
      .aliases = {"-c"};
  command
      .option("--snapshot", &request.snapshot_file, "FILE",
              what != CriteriaFor::Targets
                  ? "criteria from a snapshot of the cluster ('-' is standard input), whose readings also decide which "
                    "overlays' constraints hold; the flags above replace single fields"
                  : "criteria from a snapshot of the cluster ('-' is standard input); the flags above replace single "
                    "fields")
      .aliases = {"-s"};
  if (what != CriteriaFor::Targets) {
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
  Option& option =
      command.option("--format", &format, "FORMAT", fmt::format("{} (default {})", joined(choices), format));
  option.aliases = {"-t"};
  option.choices = std::move(choices);
}

void add_output_option(Command& command, std::string& output) {
  command.option("--output", &output, "FILE", "file to write; standard output when left out or '-'").aliases = {"-o"};
}

Argument bundle_argument(std::string& bundle) {
  return {"BUNDLE", &bundle, "a bundle folder, oci-layout:FOLDER:TAG or oci://REGISTRY/REPOSITORY:TAG", true};
}

}  // namespace waybill::cli
