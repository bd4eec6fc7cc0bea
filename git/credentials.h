#pragma once
// Secrets for a git server behind http(s): asked for only when the server wants them, one after the other until one is
// accepted. Keys for ssh are the business of the ssh program (channel.h).
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret.h"
#include "git/identity.h"
#include "git/remote_address.h"

namespace waybill::git {

struct UserPassword {
  std::string user;
  SecretBytes password;  // or a token
};
// What a server made of a credential.
enum class Verdict : std::uint8_t { Accepted, Refused };

class CredentialProvider {
 public:
  virtual ~CredentialProvider() = default;
  // The `attempt`th thing to try (from 0) at exactly this address; nullopt: nothing more. Called by one thread at a
  // time.
  [[nodiscard]] virtual std::optional<UserPassword> credential(const RemoteAddress& address, unsigned attempt) = 0;
  // Of the one that was given last, as soon as it is known; said again, it does nothing.
  virtual void tell(Verdict verdict) = 0;
  // What the last attempt but nullopt could not use and why, for the message of a refusal; may be empty.
  [[nodiscard]] virtual std::string remark() const { return {}; }
};

// User and password of the URL; WAYBILL_GIT_TOKEN (https, or loopback: never over plain http to another host); what
// `git credential fill` answers, if git is installed (no prompt, no shell, 20 s at most). As git does, it tells the
// helpers which of their answers was accepted or refused, so that they keep the one and forget the other.
[[nodiscard]] std::unique_ptr<CredentialProvider> default_credentials(Lookup environment);

// The secret behind some text, as headers want it: "Bearer …", "user:…".
[[nodiscard]] SecretBytes prefixed(std::string_view front, const SecretBytes& secret);

}  // namespace waybill::git
