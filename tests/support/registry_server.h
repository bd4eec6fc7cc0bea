#pragma once
// A real registry in the background, empty at first, on a free port of 127.0.0.1; ended when this object dies.
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

#include "core/file_system.h"
#include "tests/support/process.h"

namespace waybill::testing {

// Which of the two ways leads from an artifact to what refers to it.
enum class RegistryKind : std::uint8_t {
  FallbackTag,   // Debian's docker-registry: no referrers API, clients keep the index `sha256-<hex>`
  ReferrersApi,  // tests/support/refreg, in memory
};

// The program, for WAYBILL_REQUIRE_PEER.
[[nodiscard]] const char* registry_program(RegistryKind kind) noexcept;
// How GoogleTest shows it.
void PrintTo(RegistryKind kind, std::ostream* out);

class RegistryServer {
 public:
  // Throws std::runtime_error when the program does not listen in time.
  explicit RegistryServer(RegistryKind kind);
  [[nodiscard]] const std::string& host() const noexcept { return host_; }  // 127.0.0.1:PORT

 private:
  TemporaryFolder folder_;
  std::string host_;
  std::unique_ptr<Background> process_;
};

}  // namespace waybill::testing
