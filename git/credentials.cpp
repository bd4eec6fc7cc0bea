#include "git/credentials.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "git/program.h"

namespace waybill::git {
namespace {

// The value of "key=" among the lines of `git credential fill`.
std::string_view line_value(std::string_view lines, std::string_view key) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == '=')
      return line.substr(key.size() + 1);
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return {};
}

class DefaultCredentials final : public CredentialProvider {
 public:
  explicit DefaultCredentials(Lookup environment) : environment_(std::move(environment)) {}

  std::optional<UserPassword> credential(const RemoteAddress& address, unsigned attempt) override {
    answered_ = SecretBytes();
    // One list of sources an address; each is asked only when its turn comes.
    if (attempt == 0) {
      next_ = 0;
      remark_.clear();
    }
    while (next_ < kSources) {
      std::optional<UserPassword> found = from_source(address, next_++);
      if (found) return found;
    }
    return std::nullopt;
  }

  void tell(Verdict verdict) override {
    const SecretBytes answer = std::exchange(answered_, SecretBytes());
    if (answer.empty()) return;
    const char* word = verdict == Verdict::Accepted ? "approve" : "reject";
    try {
      static_cast<void>(run_program({.argv = {"git", "credential", word}, .input = answer.view()}));
    } catch (const Error& error) {
      if (error.code() == ErrorCode::Interrupted) throw;  // else a helper remembers less than it could
    }
  }

  std::string remark() const override { return remark_; }

 private:
  std::optional<UserPassword> from_source(const RemoteAddress& address, unsigned source) {
    switch (source) {
      case 0:
        if (address.password().empty()) return std::nullopt;
        return UserPassword{.user = address.user(), .password = SecretBytes::copy_of(address.password().view())};
      case 1:
        return token(address);
      default:
        return helper(address);
    }
  }

  std::optional<UserPassword> token(const RemoteAddress& address) {
    const auto value = environment_("WAYBILL_GIT_TOKEN");
    if (!value) return std::nullopt;
    if (address.transport() != Transport::Https && !address.is_loopback()) {
      remark_ = "WAYBILL_GIT_TOKEN is not sent over plain http";
      return std::nullopt;
    }
    // Forges take a token as the password of any user; "oauth2" is the name that GitLab insists on.
    return UserPassword{.user = address.user().empty() ? "oauth2" : address.user(),
                        .password = SecretBytes::copy_of(*value)};
  }

  std::optional<UserPassword> helper(const RemoteAddress& address) {
    std::string question =
        fmt::format("protocol={}\nhost={}\npath={}\n", address.transport() == Transport::Https ? "https" : "http",
                    address.authority(), std::string_view(address.path()).substr(1));
    if (!address.user().empty()) question += fmt::format("username={}\n", address.user());
    question += '\n';
    try {
      auto answer = run_program({.argv = {"git", "credential", "fill"}, .input = question});
      if (!answer || answer->exit_status != 0) return std::nullopt;
      const std::string_view user = line_value(answer->out.view(), "username");
      const std::string_view password = line_value(answer->out.view(), "password");
      if (password.empty()) return std::nullopt;
      UserPassword found{.user = std::string(user), .password = SecretBytes::copy_of(password)};
      answered_ = std::move(answer->out);
      return found;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::Timeout) throw;
      remark_ = error.message();
      return std::nullopt;
    }
  }

  static constexpr unsigned kSources = 3;
  Lookup environment_;
  unsigned next_ = 0;
  SecretBytes answered_;  // of the helpers, while nobody has told what became of it
  std::string remark_;
};

}  // namespace

std::unique_ptr<CredentialProvider> default_credentials(Lookup environment) {
  return std::make_unique<DefaultCredentials>(std::move(environment));
}

SecretBytes prefixed(std::string_view front, const SecretBytes& secret) {
  SecretBytes result(front.size() + secret.size());
  const auto rest = std::ranges::copy(as_bytes(front), result.bytes().begin()).out;
  std::ranges::copy(secret.bytes(), rest);
  return result;
}

}  // namespace waybill::git
