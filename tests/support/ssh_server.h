#pragma once
// An OpenSSH server of a test's own on 127.0.0.1: own port, own host key, own configuration; the account is that of
// whoever runs the tests, and only keys that a test adds are let in.
#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/process.h"

namespace waybill::testing {

class SshServer {
 public:
  // Keeps its files in the new folder `folder`. Throws std::runtime_error when it does not start.
  explicit SshServer(std::filesystem::path folder);

  [[nodiscard]] int port() const noexcept { return port_; }
  // ssh://ACCOUNT@127.0.0.1:PORT + path.
  [[nodiscard]] std::string url(const std::string& path) const;
  // A known_hosts file that holds this server's key.
  [[nodiscard]] std::filesystem::path known_hosts() const { return folder_ / "known_hosts"; }
  // A known_hosts file that holds another key for this server.
  [[nodiscard]] std::filesystem::path wrong_known_hosts() const;
  // Makes a key pair of this type ("ed25519", "ecdsa", "rsa") and returns the private half's file. `allowed`: the
  // server lets it in.
  std::filesystem::path make_key(const std::string& name, const std::string& type, bool allowed = true,
                                 const std::string& passphrase = {}) const;
  [[nodiscard]] std::string log() const;

 private:
  std::filesystem::path folder_;
  int port_;
  std::unique_ptr<Background> server_;
};

}  // namespace waybill::testing
