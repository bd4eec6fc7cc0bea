#pragma once
// Who we are to a registry, and the files and helper programs that say so (containers-auth.json(5), Docker's
// config.json).
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret.h"
#include "oci/credential_helper.h"

namespace waybill::oci {

struct Credentials {
  std::string user;
  SecretBytes password;        // with `user`
  SecretBytes identity_token;  // an OAuth2 refresh token, instead of a password
  SecretBytes registry_token;  // a bearer token to be used as it is
  [[nodiscard]] Credentials copy() const;
};

// The environment that the search reads; a parameter, so that tests need none of their own.
struct CredentialEnvironment {
  std::function<std::optional<std::string>(const std::string&)> variable;
  // Runs `docker-credential-<name>`, see oci/credential_helper.h.
  std::function<std::optional<SecretBytes>(const std::string& helper, HelperVerb verb, std::string_view input)>
      run_helper;
};
// The process's environment, and helpers run without a shell and for at most 30 seconds.
[[nodiscard]] CredentialEnvironment process_credential_environment();

// The files that are searched, first hit wins: REGISTRY_AUTH_FILE, $XDG_RUNTIME_DIR/containers/auth.json,
// ${XDG_CONFIG_HOME:-~/.config}/containers/auth.json, ${DOCKER_CONFIG:-~/.docker}/config.json.
[[nodiscard]] std::vector<std::filesystem::path> credential_files(const CredentialEnvironment& environment);

// Credentials for a repository: WAYBILL_REGISTRY_USER with WAYBILL_REGISTRY_PASSWORD, DOCKER_AUTH_CONFIG, then the
// files. In a file a helper for the host beats the general helper beats the entries; the most specific entry
// (host/namespace/repository before host) wins. nullopt: anonymous. Throws InvalidInput, naming the file, when one
// cannot be understood.
[[nodiscard]] std::optional<Credentials> find_credentials(const std::string& registry, const std::string& repository,
                                                          const CredentialEnvironment& environment);

// Whether an entry's key ("host", "https://host/v1/") is this registry as a whole.
[[nodiscard]] bool is_key_of_registry(std::string_view key, std::string_view registry);

}  // namespace waybill::oci
