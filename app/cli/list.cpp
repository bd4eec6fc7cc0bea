#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/list_tags.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command list_command() {
  struct State {
    ListRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "list",
      .summary = "list the tags of a repository, or the repositories of a registry",
      .description =
          "Lists the tags of a repository, a layout or an archive, sorted, one a line; without those that are made "
          "from digests, which hold signatures and lists of referrers. Of a registry alone its repositories are "
          "listed, where it tells them.",
      .arguments = {{"TARGET", &state->request.target,
                     "oci://REGISTRY/REPOSITORY, oci://REGISTRY, oci-layout:FOLDER, oci-archive:FILE or "
                     "docker-archive:FILE",
                     true}},
      .options = {},
      .examples = {{"waybill list oci://registry.example.com/gpu/bundle", "the tags of a repository"},
                   {"waybill list oci-layout:out --all", "those of signatures too"},
                   {"waybill list oci://localhost:5000", "the repositories of a registry"}},
      .run = {}};
  command.option("--all", &state->request.all, "", "also list tags that are made from digests");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const Listing listing = list_tags(state->request, process_services(console.reporter()));
    if (state->format == "json") {
      console.out(json::write_pretty(to_value(listing)));
      return 0;
    }
    std::string text;
    for (const std::string& name : listing.names) text += name + "\n";
    console.out(text);
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
