#pragma once
// Credentials of a registry, stored where docker, podman and we look for them.
#include <string>
#include <vector>

#include "app/workflow/stores.h"

namespace waybill {

struct LoginRequest {
  std::string registry;              // HOST[:PORT]
  std::string user;                  // "<token>": the password is an identity token
  bool password_from_input = false;  // standard input; else WAYBILL_REGISTRY_PASSWORD, else asked on the terminal
  ConnectionOptions connection;
};

struct LoginResult {
  std::string registry;
  std::string user;
  std::string stored_in;   // the file, or the credential helper
  bool encrypted = false;  // by a helper
};

// The registry is asked first: Denied when it refuses them, and then nothing is stored.
[[nodiscard]] LoginResult login(const LoginRequest& request, const Services& services);

struct LogoutResult {
  std::string registry;
  std::vector<std::string> removed_from;  // empty: there were none
};
[[nodiscard]] LogoutResult logout(const std::string& registry);

[[nodiscard]] Value to_value(const LoginResult& result);
[[nodiscard]] Value to_value(const LogoutResult& result);

}  // namespace waybill
