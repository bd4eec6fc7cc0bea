#include "tests/support/registry_server.h"

#include <fmt/core.h>

#include <ostream>
#include <stdexcept>

namespace waybill::testing {

const char* registry_program(RegistryKind kind) noexcept {
  return kind == RegistryKind::FallbackTag ? "docker-registry" : "refreg";
}

void PrintTo(RegistryKind kind, std::ostream* out) { *out << registry_program(kind); }

RegistryServer::RegistryServer(RegistryKind kind) {
  const int port = free_port();
  host_ = fmt::format("127.0.0.1:{}", port);
  std::vector<std::string> command{registry_program(kind)};
  if (kind == RegistryKind::FallbackTag) {
    const std::string configuration = (folder_.path() / "registry.yaml").string();
    write_file(configuration,
               fmt::format("version: 0.1\n"
                           "log: {{level: error}}\n"
                           "storage: {{filesystem: {{rootdirectory: '{}'}}, delete: {{enabled: true}}}}\n"
                           "http: {{addr: '{}'}}\n",
                           (folder_.path() / "data").string(), host_),
               Overwrite::No);
    command.insert(command.end(), {"serve", configuration});
  } else {
    command.push_back(host_);
  }
  const std::string log = (folder_.path() / "log").string();
  process_ = std::make_unique<Background>(command, log);
  if (!wait_for_port(port)) throw std::runtime_error(fmt::format("{} does not listen: {}", command[0], read_file(log)));
}

}  // namespace waybill::testing
