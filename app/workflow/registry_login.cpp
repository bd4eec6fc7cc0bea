#include "app/workflow/registry_login.h"

#include <fmt/core.h>
#include <unistd.h>

#include "app/workflow/registry_name.h"
#include "core/error.h"
#include "core/secret_reader.h"
#include "oci/credential_store.h"
#include "oci/registry_host.h"

namespace waybill {
namespace {

constexpr std::size_t kLongestPassword = std::size_t{16} * 1024;

// Tools that hand a password over end it with a line feed, or with two characters for a line's end.
SecretBytes without_line_end(SecretBytes secret) {
  for (const char end : {'\n', '\r'}) {
    if (!secret.empty() && secret.bytes().back() == static_cast<std::byte>(end)) secret.truncate(secret.size() - 1);
  }
  return secret;
}

SecretBytes read_password(const LoginRequest& request, const Services& services) {
  if (request.password_from_input) {
    FdSource input(UniqueFd(::dup(STDIN_FILENO)), "standard input");
    return without_line_end(read_secret(input, kLongestPassword, "standard input"));
  }
  if (const auto value = services.environment("WAYBILL_REGISTRY_PASSWORD")) return SecretBytes::copy_of(*value);
  try {
    return services.ask_secret(fmt::format("Password of {} for {}: ", request.user, request.registry));
  } catch (Error& error) {
    if (error.code() == ErrorCode::InvalidInput)
      error.hint("give it with --password-stdin or WAYBILL_REGISTRY_PASSWORD");
    throw;
  }
}

oci::Credentials credentials_of(const LoginRequest& request, SecretBytes password) {
  oci::Credentials credentials;
  if (request.user == "<token>") {
    credentials.identity_token = std::move(password);
  } else {
    credentials.user = request.user;
    credentials.password = std::move(password);
  }
  return credentials;
}

}  // namespace

LoginResult login(const LoginRequest& request, const Services& services) {
  const std::string registry = parse_registry(request.registry);
  if (request.user.empty() || request.user.find(':') != std::string::npos) {
    throw Error(ErrorCode::InvalidInput, request.user.empty() ? "no user name" : "a user name has no ':'")
        .hint("name it with --username; '<token>' stands for an identity token");
  }
  SecretBytes password = read_password(request, services);
  if (password.empty()) throw Error(ErrorCode::InvalidInput, "the password is empty");
  const oci::Credentials credentials = credentials_of(request, std::move(password));
  oci::RegistryOptions options = registry_options(registry, request.connection, services);
  options.credentials = credentials.copy();
  oci::check_login(registry, std::move(options));
  const oci::StoredCredentials stored =
      oci::store_credentials(registry, credentials, oci::process_credential_environment());
  return {registry, request.user, stored.place, stored.encrypted};
}

LogoutResult logout(const std::string& registry) {
  const std::string name = parse_registry(registry);
  return {name, oci::erase_credentials(name, oci::process_credential_environment())};
}

Value to_value(const LoginResult& result) {
  return Value::map({{"registry", result.registry},
                     {"user", result.user},
                     {"storedIn", result.stored_in},
                     {"encrypted", result.encrypted}});
}

Value to_value(const LogoutResult& result) {
  Value places = Value::list();
  for (const std::string& place : result.removed_from) places.push_back(place);
  return Value::map({{"registry", result.registry}, {"removedFrom", std::move(places)}});
}

}  // namespace waybill
