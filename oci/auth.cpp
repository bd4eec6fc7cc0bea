#include "oci/auth.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/bytes.h"
#include "core/error.h"
#include "core/json/reader.h"

namespace waybill::oci {
namespace {

constexpr std::uint64_t kLargestTokenAnswer = 1ULL << 20;
constexpr std::string_view kClientId = "waybill";

bool is_token_character(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// A cursor over a header's value.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : rest_(text) {}
  void skip_spaces() noexcept { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
  void skip_separators() noexcept { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t,"), rest_.size())); }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  bool take(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view word() noexcept {
    std::size_t end = 0;
    while (end < rest_.size() && is_token_character(rest_[end])) ++end;
    const std::string_view result = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return result;
  }
  // A word, or a quoted string with its escapes undone; nullopt when the quote is not closed.
  std::optional<std::string> value() {
    if (!take('"')) return std::string(word());
    std::string result;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return result;
      }
      if (rest_[i] == '\\' && ++i == rest_.size()) return std::nullopt;
      result += rest_[i];
    }
    return std::nullopt;
  }
  // Whether a word and '=' come next: a parameter, not the next challenge's scheme.
  [[nodiscard]] bool parameter_ahead() const noexcept {
    Scanner ahead = *this;
    if (ahead.word().empty()) return false;
    ahead.skip_spaces();
    return ahead.take('=');
  }

 private:
  std::string_view rest_;
};

std::shared_ptr<const SecretBytes> header(std::string_view scheme, std::string_view secret) {
  auto result = std::make_shared<SecretBytes>(scheme.size() + 1 + secret.size());
  const std::span<std::byte> out = result->bytes();
  std::copy_n(as_bytes(scheme).begin(), scheme.size(), out.begin());
  out[scheme.size()] = std::byte{' '};
  std::copy_n(as_bytes(secret).begin(), secret.size(), out.begin() + static_cast<std::ptrdiff_t>(scheme.size()) + 1);
  return result;
}

std::shared_ptr<const SecretBytes> basic_header(std::string_view user, std::string_view password) {
  SecretBytes plain(user.size() + 1 + password.size());
  auto out = plain.bytes().begin();
  out = std::copy_n(as_bytes(user).begin(), user.size(), out);
  *out++ = std::byte{':'};
  std::copy_n(as_bytes(password).begin(), password.size(), out);
  return header("Basic", to_base64(plain.bytes()));
}

std::string parameter(const Challenge& challenge, const std::string& name) {
  const auto found = challenge.parameters.find(name);
  return found == challenge.parameters.end() ? std::string() : found->second;
}

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view text) {
  std::vector<Challenge> result;
  Scanner scanner(text);
  while (true) {
    scanner.skip_separators();
    if (scanner.at_end()) return result;
    Challenge challenge;
    challenge.scheme = lower(scanner.word());
    if (challenge.scheme.empty()) return result;
    scanner.skip_separators();
    while (scanner.parameter_ahead()) {
      const std::string name = lower(scanner.word());
      scanner.skip_spaces();
      scanner.take('=');
      scanner.skip_spaces();
      std::optional<std::string> value = scanner.value();
      if (!value) return result;
      challenge.parameters.insert_or_assign(name, std::move(*value));
      scanner.skip_separators();
    }
    result.push_back(std::move(challenge));
  }
}

std::string scope_of(const std::string& repository, Access access) {
  switch (access) {
    case Access::Pull:
      return fmt::format("repository:{}:pull", repository);
    case Access::Push:
      return fmt::format("repository:{}:pull,push", repository);
    case Access::Delete:
      return fmt::format("repository:{}:delete,pull", repository);
    case Access::Login:
      return {};
    case Access::Catalog:
      return "registry:catalog:*";
  }
  throw Error(ErrorCode::Internal, "unknown kind of access");
}

Authenticator::Authenticator(http::Url registry, std::string repository, std::optional<Credentials> credentials,
                             Clock clock, Send send)
    : registry_(std::move(registry)),
      repository_(std::move(repository)),
      credentials_(std::move(credentials)),
      clock_(std::move(clock)),
      send_(std::move(send)) {}

std::shared_ptr<const SecretBytes> Authenticator::authorization(Access access) {
  const std::lock_guard lock(mutex_);
  if (basic_) return basic_;
  const auto found = tokens_.find(access);
  if (found == tokens_.end() || clock_.now() >= found->second.renew_at) return nullptr;
  return found->second.header;
}

void Authenticator::answer(const http::Response& unauthorized, Access access) {
  std::vector<Challenge> challenges;
  for (const auto& [name, value] : unauthorized.headers) {
    if (!http::is_same_header(name, "WWW-Authenticate")) continue;
    for (Challenge& challenge : parse_challenges(value)) challenges.push_back(std::move(challenge));
  }
  const auto with_scheme = [&](std::string_view scheme) {
    return std::find_if(challenges.begin(), challenges.end(),
                        [&](const Challenge& challenge) { return challenge.scheme == scheme; });
  };
  const std::lock_guard lock(mutex_);
  if (const auto bearer = with_scheme("bearer"); bearer != challenges.end()) {
    tokens_.insert_or_assign(access, fetch_token(*bearer, access));
    return;
  }
  if (with_scheme("basic") == challenges.end()) {
    throw Error(ErrorCode::Denied,
                fmt::format("'{}' refuses access and asks for no kind of credentials that is known here",
                            registry_.authority()));
  }
  if (!credentials_ || credentials_->user.empty()) {
    throw Error(ErrorCode::Denied, fmt::format("'{}' asks for a user name and a password", registry_.authority()))
        .hint("waybill login stores them");
  }
  if (basic_)
    throw Error(ErrorCode::Denied, fmt::format("'{}' refuses the user name or the password", registry_.authority()));
  basic_ = basic_header(credentials_->user, credentials_->password.view());
}

void Authenticator::check_realm(const http::Url& realm) const {
  if (realm.scheme != "https" && registry_.scheme == "https") {
    throw Error(ErrorCode::Denied,
                fmt::format("'{}' wants a token from '{}' over plain http", registry_.authority(), realm.authority()));
  }
  // A registry must not make us send requests, or credentials, into the network that only we can reach.
  if (realm.is_private_address() && realm.host != registry_.host && !registry_.is_private_address()) {
    throw Error(ErrorCode::Denied, fmt::format("'{}' wants a token from the private address '{}'",
                                               registry_.authority(), realm.authority()));
  }
}

std::vector<std::string> Authenticator::scopes(const Challenge& challenge, Access access) const {
  const std::string own = scope_of(repository_, access);
  const std::string prefix = fmt::format("repository:{}:", repository_);
  std::vector<std::string> result;
  const std::string asked = parameter(challenge, "scope");
  std::size_t start = 0;
  while (start < asked.size()) {
    const std::size_t end = std::min(asked.find(' ', start), asked.size());
    std::string scope = asked.substr(start, end - start);
    // Actions come in any order, and fewer than the next request needs.
    if (scope.starts_with(prefix)) scope = own;
    if (!scope.empty()) result.push_back(std::move(scope));
    start = end + 1;
  }
  if (result.empty() && !own.empty()) result.push_back(own);
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

Authenticator::Token Authenticator::fetch_token(const Challenge& challenge, Access access) const {
  using std::chrono::seconds;
  if (credentials_ && !credentials_->registry_token.empty()) {
    if (tokens_.contains(access))
      throw Error(ErrorCode::Denied, fmt::format("'{}' refuses the configured token", registry_.authority()));
    return {header("Bearer", credentials_->registry_token.view()), std::chrono::system_clock::time_point::max()};
  }
  const http::Url realm = http::Url::parse(parameter(challenge, "realm"));
  check_realm(realm);
  const std::string service = parameter(challenge, "service");
  std::string query;
  const auto add = [&](std::string_view name, std::string_view value) {
    query += fmt::format("{}{}={}", query.empty() ? "" : "&", name, http::percent_encode(value));
  };
  if (!service.empty()) add("service", service);
  const bool refresh = credentials_ && !credentials_->identity_token.empty();
  const std::vector<std::string> wanted = scopes(challenge, access);
  http::Request request;
  request.response_limit = kLargestTokenAnswer;
  std::shared_ptr<const SecretBytes> authorization;
  http::Response response;
  if (refresh) {
    std::string joined;
    for (const std::string& scope : wanted) joined += (joined.empty() ? "" : " ") + scope;
    add("scope", joined);
    add("grant_type", "refresh_token");
    add("client_id", kClientId);
    add("refresh_token", credentials_->identity_token.view());
    SpanSource body{std::string_view(query)};
    request.method = "POST";
    request.url = realm.to_string();
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = &body;
    request.body_size = query.size();
    response = send_(request);
  }
  // Token servers that know no refresh tokens take one as a password.
  if (!refresh || response.status == 404 || response.status == 405) {
    request = {};
    request.response_limit = kLargestTokenAnswer;
    query.clear();
    if (!service.empty()) add("service", service);
    for (const std::string& scope : wanted) add("scope", scope);
    if (credentials_ && (refresh || !credentials_->user.empty())) {
      if (!credentials_->user.empty()) add("account", credentials_->user);
      authorization = refresh ? basic_header(credentials_->user.empty() ? "<token>" : credentials_->user,
                                             credentials_->identity_token.view())
                              : basic_header(credentials_->user, credentials_->password.view());
      request.authorization = authorization.get();
    }
    request.url =
        fmt::format("{}{}{}", realm.to_string(), realm.target.find('?') == std::string::npos ? '?' : '&', query);
    response = send_(request);
  }
  if (response.status == 401 || response.status == 403 || response.status == 400) {
    throw Error(ErrorCode::Denied, fmt::format("'{}' gives no token{}{}", realm.authority(),
                                               repository_.empty() ? "" : fmt::format(" for '{}'", repository_),
                                               credentials_ ? " with these credentials" : " without credentials"))
        .hint("waybill login stores credentials");
  }
  if (response.status != 200) {
    throw Error(ErrorCode::Unavailable,
                fmt::format("'{}' gives no token: it answers {}", realm.authority(), response.status));
  }
  const Value answer = json::parse(response.body, "token answer");
  std::string token = answer.text_or("token", "");
  if (token.empty()) token = answer.text_or("access_token", "");
  if (token.empty()) throw Error(ErrorCode::Denied, fmt::format("'{}' answers without a token", realm.authority()));
  const Value* expires = answer.find("expires_in");
  const std::int64_t life =
      expires != nullptr && expires->is_int() ? std::clamp<std::int64_t>(expires->as_int(), 0, 86'400) : 60;
  return {header("Bearer", token), clock_.now() + seconds(life) * 9 / 10};
}

}  // namespace waybill::oci
