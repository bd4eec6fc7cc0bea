#pragma once
// A real registry in the background, empty at first, on a free port of 127.0.0.1; ended when this object dies.
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "core/file_system.h"
#include "tests/support/process.h"

namespace waybill::testing {

// Which of the two ways leads from an artifact to what refers to it; and a successor.
enum class RegistryKind : std::uint8_t {
  FallbackTag,    // Debian's docker-registry: no referrers API, clients keep the index `sha256-<hex>`
  ReferrersApi,   // tests/support/refreg, in memory
  Distribution3,  // distribution's `registry`: no referrers API either
};

// The program, for WAYBILL_REQUIRE_PEER.
[[nodiscard]] const char* registry_program(RegistryKind kind) noexcept;
// How GoogleTest shows it.
void PrintTo(RegistryKind kind, std::ostream* out);

// Files that let a docker-registry speak TLS (if there is a certificate), and ask for a password or a certificate.
struct RegistrySecurity {
  std::string certificate;
  std::string key;
  std::string passwords = {};         // htpasswd's format, bcrypt
  std::string client_authority = {};  // whose certificates clients must show
};

class RegistryServer {
 public:
  // Throws std::runtime_error when the program does not listen in time.
  explicit RegistryServer(RegistryKind kind);
  explicit RegistryServer(const RegistrySecurity& security);
  [[nodiscard]] const std::string& host() const noexcept { return host_; }  // 127.0.0.1:PORT
  // "oci://127.0.0.1:PORT/REPOSITORY"
  [[nodiscard]] std::string target(const std::string& repository) const { return "oci://" + host_ + "/" + repository; }
  // What a docker-registry keeps: blobs, manifests and tags.
  [[nodiscard]] std::filesystem::path storage() const { return folder_.path() / "data"; }

 private:
  void start_distribution(RegistryKind kind, const std::string& more_settings, const std::string& more_http_settings);
  void start(const std::vector<std::string>& command);

  TemporaryFolder folder_;
  int port_ = free_port();
  std::string host_;
  std::unique_ptr<Background> process_;
};

}  // namespace waybill::testing
