#include "app/cli/pack_options.h"

namespace waybill::cli {

void add_pack_options(Command& command, PackChoice& choice) {
  command
      .option(
          "--config-type", &choice.config_type, "TYPE",
          "the config of a packed bundle: image, which every tool can inspect, or empty, as of artifacts that are no "
          "images (default image)")
      .choices = {"image", "empty"};
  command.option("--manifest-annotation", &choice.annotations, "KEY=VALUE",
                 "an annotation for the manifest of a packed bundle; may be given again");
}

}  // namespace waybill::cli
