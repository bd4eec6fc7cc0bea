#pragma once
// Secrets for a git server: asked for only when the server wants them, one after the other until one is accepted.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/secret.h"
#include "git/identity.h"
#include "git/remote_address.h"

namespace waybill::git {

struct UserPassword {
  std::string user;
  SecretBytes password;  // or a token
};
// The keys of a running ssh agent.
struct SshAgentKey {};
// An unencrypted private key file; the public half is beside it (.pub) or empty.
struct SshKeyFile {
  std::filesystem::path private_key;
  std::filesystem::path public_key;
};
using Credential = std::variant<UserPassword, SshAgentKey, SshKeyFile>;

class CredentialProvider {
 public:
  virtual ~CredentialProvider() = default;
  // The `attempt`th thing to try (from 0) at exactly this address; nullopt: nothing more. For http(s) only UserPassword
  // is of use, for ssh all three. Called by one thread at a time.
  [[nodiscard]] virtual std::optional<Credential> credential(const RemoteAddress& address, unsigned attempt) = 0;
  // What the last attempt but nullopt could not use and why, for the message of a refusal; may be empty.
  [[nodiscard]] virtual std::string remark() const { return {}; }
};

// http(s): user and password of the URL; WAYBILL_GIT_TOKEN (https, or loopback: never over plain http to another host);
// what `git credential fill` answers, if git is installed (no prompt, no shell, 20 s at most). ssh: the agent if
// SSH_AUTH_SOCK is set; ~/.ssh/id_ed25519, id_ecdsa (RSA keys do not work with libssh2 1.10).
[[nodiscard]] std::unique_ptr<CredentialProvider> default_credentials(Lookup environment);

}  // namespace waybill::git
