#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/version.h"
#include "core/json/writer.h"

namespace waybill::cli {

Command version_command() {
  const auto format = std::make_shared<std::string>("text");
  Command command{.name = "version",
                  .summary = "show the versions of program, catalogue and libraries",
                  .description = "The catalogue is the one built in.",
                  .arguments = {},
                  .options = {},
                  .examples = {{"waybill version --format json", "for a machine"}},
                  .run = {}};
  add_format_option(command, *format, {"text", "json"});
  command.run = [format](Console& console) {
    const VersionInfo info = version_info();
    if (*format == "json") {
      Value libraries = Value::map();
      for (const auto& [name, version] : info.libraries) libraries.set(name, version);
      console.out(json::write_pretty(Value::map({{"version", info.version},
                                                 {"commit", info.commit},
                                                 {"catalogue", to_value(info.catalogue)},
                                                 {"libraries", std::move(libraries)}})));
    } else {
      console.out(fmt::format("waybill {}\ncommit {}\ncatalogue {} {}\n", info.version, info.commit,
                              info.catalogue.version, info.catalogue.digest));
      for (const auto& [name, version] : info.libraries) console.out(fmt::format("{} {}\n", name, version));
    }
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
