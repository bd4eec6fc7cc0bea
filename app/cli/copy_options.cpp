#include "app/cli/copy_options.h"

namespace waybill::cli {

void add_copy_options(Command& command, CopyRequest& request) {
  command.option(
      "--verify", &request.verify_blobs, "",
      "hash all that goes to a registry on its way and stop before a blob of another digest is complete there; "
      "without it the registry alone checks. Says nothing of signatures");
  command.option("--force-tag", &request.force_tag, "", "move the tag if it names another artifact");
}

}  // namespace waybill::cli
