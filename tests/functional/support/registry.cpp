#include "tests/functional/support/registry.h"

#include <fmt/core.h>

#include <fstream>
#include <stdexcept>

#include "core/file_system.h"

namespace waybill::testing {

RegistryServer::RegistryServer(const std::filesystem::path& folder, const std::string& htpasswd)
    : folder_(folder), log_(folder / "log"), port_(free_port()) {
  std::filesystem::create_directories(storage());
  std::ofstream config(folder_ / "config.yml");
  config << fmt::format(
      "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\n  delete:\n    enabled: "
      "true\n"
      "http:\n  addr: 127.0.0.1:{}\n",
      storage().string(), port_);
  if (!htpasswd.empty()) {
    std::ofstream(folder_ / "htpasswd") << htpasswd << "\n";
    config << fmt::format("auth:\n  htpasswd:\n    realm: test\n    path: {}\n", (folder_ / "htpasswd").string());
  }
  config.close();
  server_ = std::make_unique<Background>(
      std::vector<std::string>{"docker-registry", "serve", (folder_ / "config.yml").string()}, log_.string());
  if (!wait_for_port(port_)) throw std::runtime_error("docker-registry does not listen: " + read_file(log_));
}

std::string RegistryServer::target(const std::string& repository) const {
  return fmt::format("oci://127.0.0.1:{}/{}", port_, repository);
}

}  // namespace waybill::testing
