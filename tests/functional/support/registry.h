#pragma once
// Real registries on loopback, ended with the object.
#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/process.h"

namespace waybill::testing {

class RegistryServer {
 public:
  // Debian's docker-registry with its storage below `folder`; with a htpasswd file ("user:$2y$…") it wants credentials.
  RegistryServer(const std::filesystem::path& folder, const std::string& htpasswd = {});
  [[nodiscard]] int port() const noexcept { return port_; }
  // "oci://127.0.0.1:PORT/REPOSITORY"
  [[nodiscard]] std::string target(const std::string& repository) const;
  // The files that it keeps: blobs, manifests and tags.
  [[nodiscard]] std::filesystem::path storage() const { return folder_ / "storage"; }
  [[nodiscard]] const std::filesystem::path& log() const noexcept { return log_; }

 private:
  std::filesystem::path folder_;
  std::filesystem::path log_;
  int port_;
  std::unique_ptr<Background> server_;
};

}  // namespace waybill::testing
