#include "app/cli/connection_options.h"

namespace waybill::cli {

void add_connection_options(Command& command, ConnectionOptions& options) {
  command.option("--plain-http", &options.plain_http, "",
                 "speak plain http to the registry; loopback addresses need no flag");
  command.option("--ca-file", &options.ca_file, "FILE", "certificates (PEM) to trust besides the system's");
  command.option("--insecure-tls", &options.insecure_tls, "", "do not verify the registry's certificate; warns");
}

}  // namespace waybill::cli
