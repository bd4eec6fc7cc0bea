#pragma once
// Secrets for a git server behind http(s): asked for only when the server wants them, one after the other until one is
// accepted. Keys for ssh are the business of the ssh program (channel.h).
#include <memory>
#include <optional>
#include <string>

#include "core/secret.h"
#include "git/identity.h"
#include "git/remote_address.h"

namespace waybill::git {

struct UserPassword {
  std::string user;
  SecretBytes password;  // or a token
};
class CredentialProvider {
 public:
  virtual ~CredentialProvider() = default;
  // The `attempt`th thing to try (from 0) at exactly this address; nullopt: nothing more. Called by one thread at a
  // time.
  [[nodiscard]] virtual std::optional<UserPassword> credential(const RemoteAddress& address, unsigned attempt) = 0;
  // What the last attempt but nullopt could not use and why, for the message of a refusal; may be empty.
  [[nodiscard]] virtual std::string remark() const { return {}; }
};

// User and password of the URL; WAYBILL_GIT_TOKEN (https, or loopback: never over plain http to another host); what
// `git credential fill` answers, if git is installed (no prompt, no shell, 20 s at most).
[[nodiscard]] std::unique_ptr<CredentialProvider> default_credentials(Lookup environment);

}  // namespace waybill::git
