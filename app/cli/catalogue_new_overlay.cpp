#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/new_overlay.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command catalogue_new_overlay_command() {
  struct State {
    NewOverlayRequest request;
    bool force = false;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "catalogue new-overlay",
      .summary = "write the first version of an overlay",
      .description =
          "Writes overlays/NAME.yaml into a folder, with comments that say what goes where, and a registry.yaml if the "
          "folder has none, so that it can be used with --data at once. What it writes passes 'waybill catalogue "
          "check'. Without --output the overlay is written to standard output.",
      .arguments = {{"NAME", &state->request.name, "the overlay's name: letters, digits, '.', '_' and '-'", true}},
      .options = {},
      .examples = {{"waybill catalogue new-overlay site --service eks --output site",
                    "site/overlays/site.yaml, for every query for EKS"},
                   {"waybill catalogue new-overlay site-h100 --base eks --service eks --accelerator h100 --output site",
                    "one that is based on another"},
                   {"waybill recipe --service eks --data site", "use the folder"}},
      .run = {}};
  NewOverlayRequest& request = state->request;
  add_criteria_options(command, request.words, CriteriaFor::Targets);
  command.option("--base", &request.base, "OVERLAY", "the overlay that it is based on; the base recipe when left out");
  command.option("--new-value", &request.new_values, "DIMENSION=VALUE",
                 "a value of criteria that is meant, though it is not built in; may be given again");
  command.option("--catalogue", &request.catalogue.folder, "DIR",
                 "the catalogue that the folder will lie over, instead of the embedded one");
  command.option("--data", &request.catalogue.data, "DIR",
                 "folders that lie between the catalogue and this one; may be given again");
  command.option("--output", &request.output, "DIR", "folder to write into; standard output when left out or '-'")
      .aliases = {"-o"};
  command.option("--force", &state->force, "", "replace an overlay that is there already");
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    state->request.overwrite = state->force ? Overwrite::Yes : Overwrite::No;
    const NewOverlay made = new_overlay(state->request);
    if (state->format == "json") {
      console.out(json::write_pretty(
          Value::map({{"overlay", made.overlay}, {"files", Value::List(made.written.begin(), made.written.end())}})));
      return 0;
    }
    std::string text = made.written.empty() ? made.overlay : std::string();
    for (const std::string& file : made.written) text += fmt::format("wrote {}\n", file);
    console.out(text);
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
