#pragma once
// How a registry wants to be told who asks: challenges (RFC 9110 section 11.6.1), Basic, and the distribution project's
// bearer tokens with their quirks.
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/client.h"
#include "core/http/url.h"
#include "oci/credentials.h"
#include "oci/retry.h"

namespace waybill::oci {

struct Challenge {
  std::string scheme;                             // lower case
  std::map<std::string, std::string> parameters;  // names in lower case
};
// The challenges of one WWW-Authenticate value, several separated by commas too. What cannot be read ends the list.
[[nodiscard]] std::vector<Challenge> parse_challenges(std::string_view value);

// Login and Catalog concern no repository.
enum class Access : std::uint8_t { Pull, Push, Delete, Login, Catalog };
// "repository:NAME:pull", ":pull,push", ":delete,pull", "registry:catalog:*"; empty for Login
[[nodiscard]] std::string scope_of(const std::string& repository, Access access);

// The Authorization headers for one repository. Tokens are kept until nine tenths of their life are over. Thread-safe.
class Authenticator {
 public:
  using Send =
      std::function<http::Response(const http::Request&)>;  // asks the token server, repeating where that helps

  Authenticator(http::Url registry, std::string repository, std::optional<Credentials> credentials, Clock clock,
                Send send);

  // What to send now; null: nothing.
  [[nodiscard]] std::shared_ptr<const SecretBytes> authorization(Access access);
  // After a 401: gets what the registry asks for. Denied when there are no credentials or they were refused, or when
  // the registry names a place for tokens that must not see them.
  void answer(const http::Response& unauthorized, Access access);

 private:
  struct Token {
    std::shared_ptr<const SecretBytes> header;
    std::chrono::system_clock::time_point renew_at;
  };
  [[nodiscard]] Token fetch_token(const Challenge& challenge, Access access) const;
  [[nodiscard]] std::vector<std::string> scopes(const Challenge& challenge, Access access) const;
  void check_realm(const http::Url& realm) const;

  http::Url registry_;
  std::string repository_;
  std::optional<Credentials> credentials_;
  Clock clock_;
  Send send_;
  std::mutex mutex_;  // guards the members below
  std::map<Access, Token> tokens_;
  std::shared_ptr<const SecretBytes> basic_;  // what is sent once the registry asked for a password
};

}  // namespace waybill::oci
