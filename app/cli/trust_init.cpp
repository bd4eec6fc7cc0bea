#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/trust.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command trust_init_command() {
  struct State {
    std::string source;
    std::string folder;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "trust init",
      .summary = "begin a site's trust folder",
      .description =
          "Makes a folder with the first signed trust document, which its own owners must have signed. Nothing else "
          "vouches for it: compare the key ids that 'waybill trust show' prints with what the owners say, before.\n\n"
          "The folder can be carried; 'verify', 'pull', 'copy' and 'commit' take it with --trust.",
      .arguments = {{"FILE", &state->source, "a signed trust document", true}},
      .options = {},
      .examples = {{"waybill trust init 1.trust.json --trust /etc/waybill/trust", "on the day the site is set up"}},
      .run = {}};
  command.option("--trust", &state->folder, "DIR", "the trust folder");
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const TrustChange change = init_trust(state->folder, state->source);
    console.out(state->format == "json"
                    ? json::write_pretty(Value::map({{"trust", change.folder}, {"version", change.version}}))
                    : fmt::format("trust    {}\nversion  {}\n", change.folder, change.version));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
