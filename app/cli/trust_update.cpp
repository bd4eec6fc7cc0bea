#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/trust.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command trust_update_command() {
  struct State {
    std::string source;
    std::string folder;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "trust update",
      .summary = "replace a site's trust by its next version",
      .description =
          "Takes the next version of the trust document. Enough owners of the version that is held must have signed "
          "it, and enough of its own; its version must be one higher. Otherwise nothing is changed and the exit status "
          "is 4: trust never goes back. A site that missed versions is given another site's whole folder, or the files "
          "in order.",
      .arguments = {{"FILE", &state->source, "a signed trust document, or a trust folder that has newer ones", true}},
      .options = {},
      .examples = {{"waybill trust update 2.trust.json --trust /etc/waybill/trust", "the next version"},
                   {"waybill trust update /media/carry/trust --trust /etc/waybill/trust", "all that another site has"}},
      .run = {}};
  command.option("--trust", &state->folder, "DIR", "the trust folder");
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const TrustChange change = update_trust(state->folder, state->source);
    const bool changed = change.before != change.version;
    if (state->format == "json") {
      console.out(json::write_pretty(Value::map(
          {{"trust", change.folder}, {"before", change.before}, {"version", change.version}, {"changed", changed}})));
    } else {
      console.out(fmt::format("trust    {}\nversion  {}{}\n", change.folder, change.version,
                              changed ? fmt::format(" (was {})", change.before) : " (unchanged)"));
    }
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
