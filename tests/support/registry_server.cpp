#include "tests/support/registry_server.h"

#include <fmt/core.h>

#include <ostream>
#include <stdexcept>

namespace waybill::testing {

const char* registry_program(RegistryKind kind) noexcept {
  return kind == RegistryKind::FallbackTag ? "docker-registry" : "refreg";
}

void PrintTo(RegistryKind kind, std::ostream* out) { *out << registry_program(kind); }

RegistryServer::RegistryServer(RegistryKind kind) : host_(fmt::format("127.0.0.1:{}", port_)) {
  if (kind == RegistryKind::FallbackTag) {
    start_docker_registry("", "");
  } else {
    start({registry_program(kind), host_});
  }
}

RegistryServer::RegistryServer(const RegistrySecurity& security) : host_(fmt::format("127.0.0.1:{}", port_)) {
  start_docker_registry(fmt::format("auth: {{htpasswd: {{realm: basic-realm, path: '{}'}}}}\n", security.passwords),
                        security.certificate.empty() ? ""
                                                     : fmt::format(", tls: {{certificate: '{}', key: '{}'}}",
                                                                   security.certificate, security.key));
}

void RegistryServer::start_docker_registry(const std::string& more_settings, const std::string& more_http_settings) {
  const std::string configuration = (folder_.path() / "registry.yaml").string();
  write_file(configuration,
             fmt::format("version: 0.1\n"
                         "log: {{level: error}}\n"
                         "storage: {{filesystem: {{rootdirectory: '{}'}}, delete: {{enabled: true}}}}\n"
                         "http: {{addr: '{}'{}}}\n"
                         "{}",
                         storage().string(), host_, more_http_settings, more_settings),
             Overwrite::No);
  start({registry_program(RegistryKind::FallbackTag), "serve", configuration});
}

void RegistryServer::start(const std::vector<std::string>& command) {
  const std::string log = (folder_.path() / "log").string();
  process_ = std::make_unique<Background>(command, log);
  if (!wait_for_port(port_))
    throw std::runtime_error(fmt::format("{} does not listen: {}", command[0], read_file(log)));
}

}  // namespace waybill::testing
