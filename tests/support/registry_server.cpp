#include "tests/support/registry_server.h"

#include <fmt/core.h>

#include <ostream>
#include <stdexcept>

namespace waybill::testing {

const char* registry_program(RegistryKind kind) noexcept {
  if (kind == RegistryKind::ReferrersApi) return "refreg";
  return kind == RegistryKind::FallbackTag ? "docker-registry" : "registry";
}

void PrintTo(RegistryKind kind, std::ostream* out) { *out << registry_program(kind); }

RegistryServer::RegistryServer(RegistryKind kind) : host_(fmt::format("127.0.0.1:{}", port_)) {
  if (kind == RegistryKind::ReferrersApi) {
    start({registry_program(kind), host_});
  } else {
    start_distribution(kind, "", "");
  }
}

RegistryServer::RegistryServer(const RegistrySecurity& security) : host_(fmt::format("127.0.0.1:{}", port_)) {
  std::string tls;
  if (!security.certificate.empty()) {
    const std::string clients =
        security.client_authority.empty() ? "" : fmt::format(", clientcas: ['{}']", security.client_authority);
    tls = fmt::format(", tls: {{certificate: '{}', key: '{}'{}}}", security.certificate, security.key, clients);
  }
  const std::string passwords =
      security.passwords.empty()
          ? ""
          : fmt::format("auth: {{htpasswd: {{realm: basic-realm, path: '{}'}}}}\n", security.passwords);
  start_distribution(RegistryKind::FallbackTag, passwords, tls);
}

void RegistryServer::start_distribution(RegistryKind kind, const std::string& more_settings,
                                        const std::string& more_http_settings) {
  const std::string configuration = (folder_.path() / "registry.yaml").string();
  write_file(configuration,
             fmt::format("version: 0.1\n"
                         "log: {{level: error}}\n"
                         "storage: {{filesystem: {{rootdirectory: '{}'}}, delete: {{enabled: true}}}}\n"
                         "http: {{addr: '{}'{}}}\n"
                         "{}",
                         storage().string(), host_, more_http_settings, more_settings),
             Overwrite::No);
  start({registry_program(kind), "serve", configuration});
}

void RegistryServer::start(const std::vector<std::string>& command) {
  const std::string log = (folder_.path() / "log").string();
  process_ = std::make_unique<Background>(command, log);
  if (!wait_for_port(port_))
    throw std::runtime_error(fmt::format("{} does not listen: {}", command[0], read_file(log)));
}

}  // namespace waybill::testing
