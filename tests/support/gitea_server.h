#pragma once
// Gitea as a test's own forge on 127.0.0.1: API, git over http and ssh, branch protection, pull requests. `./dev peers`
// builds it; its templates lie beside it.
#include <filesystem>
#include <memory>
#include <string>

#include "core/http/client.h"
#include "core/value.h"
#include "tests/support/process.h"

namespace waybill::testing {

class GiteaServer {
 public:
  // With its state in the new folder `folder`, and an administrator "owner" who has a token of full scope. Throws
  // std::runtime_error when it does not start.
  explicit GiteaServer(std::filesystem::path folder);

  [[nodiscard]] std::string url() const;
  [[nodiscard]] const std::string& token() const noexcept { return token_; }
  // ssh://git@127.0.0.1:PORT + path.
  [[nodiscard]] std::string ssh_url(const std::string& path) const;
  // The line that known_hosts needs.
  [[nodiscard]] std::string host_key() const;
  // Another token of the owner's.
  [[nodiscard]] std::string make_token(const std::string& name, const std::string& scopes) const;

  struct Answer {
    int status;
    Value body;
  };
  // An API call of the owner, `path` behind /api/v1.
  Answer call(const std::string& method, const std::string& path, const std::string& body = {}) const;

 private:
  std::string administer(const std::vector<std::string>& arguments) const;

  std::filesystem::path folder_;
  int http_port_;
  int ssh_port_;
  std::string token_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<Background> server_;
};

}  // namespace waybill::testing
