#include "oci/credentials.h"

#include <fmt/core.h>

#include <cstdlib>

#include "core/bytes.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/json/reader.h"
#include "oci/credential_helper.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

constexpr std::uint64_t kLargestFile = 4ULL << 20;

std::optional<std::string> set_variable(const CredentialEnvironment& environment, const std::string& name) {
  std::optional<std::string> value = environment.variable(name);
  if (value && value->empty()) value.reset();
  return value;
}

// "https://host/v1/" and "host" are the same entry.
std::string_view without_scheme(std::string_view key) noexcept {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (key.starts_with(scheme)) key.remove_prefix(scheme.size());
  }
  while (key.ends_with('/')) key.remove_suffix(1);
  return key;
}

// How well an entry's key fits: the length of what it names, 0 when it does not.
std::size_t fit(std::string_view key, std::string_view registry, std::string_view repository) {
  key = without_scheme(key);
  if (is_key_of_registry(key, registry)) return registry.size();
  const std::string full = fmt::format("{}/{}", registry, repository);
  if (full == key || (std::string_view(full).starts_with(key) && full[key.size()] == '/' && key.starts_with(registry)))
    return key.size();
  return 0;
}

std::optional<Credentials> from_entry(const Value& entry, std::string_view file) {
  Credentials result;
  result.user = entry.text_or("username", "");
  if (const std::string password = entry.text_or("password", ""); !password.empty())
    result.password = SecretBytes::copy_of(password);
  if (const std::string token = entry.text_or("identitytoken", ""); !token.empty())
    result.identity_token = SecretBytes::copy_of(token);
  if (const std::string token = entry.text_or("registrytoken", ""); !token.empty())
    result.registry_token = SecretBytes::copy_of(token);
  if (const std::string auth = entry.text_or("auth", ""); !auth.empty()) {
    const std::optional<std::string> plain = from_base64(auth);
    const std::size_t colon = plain ? plain->find(':') : std::string::npos;
    if (!plain || colon == std::string::npos) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("an 'auth' in '{}' is not the base64 of user and password", file));
    }
    result.user = plain->substr(0, colon);
    std::string_view password = std::string_view(*plain).substr(colon + 1);
    while (password.ends_with('\0')) password.remove_suffix(1);
    if (!password.empty()) result.password = SecretBytes::copy_of(password);
  }
  if (result.user.empty() && result.identity_token.empty() && result.registry_token.empty()) return std::nullopt;
  return result;
}

std::optional<Credentials> from_helper(const std::string& helper, const std::string& server,
                                       const CredentialEnvironment& environment) {
  check_helper_name(helper);
  const std::optional<SecretBytes> answer = environment.run_helper(helper, HelperVerb::Get, server);
  if (!answer) return std::nullopt;
  const Value document = json::parse(answer->view(), fmt::format("answer of docker-credential-{}", helper));
  Credentials result;
  const std::string user = document.text_or("Username", "");
  const std::string secret = document.text_or("Secret", "");
  if (secret.empty()) return std::nullopt;
  if (user == "<token>") {
    result.identity_token = SecretBytes::copy_of(secret);
  } else {
    result.user = user;
    result.password = SecretBytes::copy_of(secret);
  }
  return result;
}

std::optional<Credentials> from_document(const Value& document, std::string_view file, const std::string& registry,
                                         const std::string& repository, const CredentialEnvironment& environment) {
  if (const Value* helpers = document.find("credHelpers"); helpers != nullptr && helpers->is_map()) {
    if (const Value* helper = helpers->find(registry); helper != nullptr && helper->is_string()) {
      return from_helper(helper->as_string(), registry, environment);
    }
  }
  if (const std::string store = document.text_or("credsStore", ""); !store.empty()) {
    if (std::optional<Credentials> found = from_helper(store, registry, environment)) return found;
  }
  const Value* entries = document.find("auths");
  if (entries == nullptr || !entries->is_map()) return std::nullopt;
  const Value* best = nullptr;
  std::size_t best_fit = 0;
  for (const auto& [key, entry] : entries->members()) {
    const std::size_t length = fit(key, registry, repository);
    if (length > best_fit) {
      best = &entry;
      best_fit = length;
    }
  }
  return best == nullptr ? std::nullopt : from_entry(*best, file);
}

}  // namespace

bool is_key_of_registry(std::string_view key, std::string_view registry) {
  key = without_scheme(key);
  const bool docker_hub = key == "index.docker.io/v1" && registry.ends_with("docker.io");
  return docker_hub || key == registry || key == fmt::format("{}/v1", registry) ||
         key == fmt::format("{}/v2", registry);
}

Credentials Credentials::copy() const {
  return {user, SecretBytes::copy_of(password.bytes()), SecretBytes::copy_of(identity_token.bytes()),
          SecretBytes::copy_of(registry_token.bytes())};
}

CredentialEnvironment process_credential_environment() {
  return {[](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            return value == nullptr ? std::nullopt : std::optional<std::string>(value);
          },
          run_credential_helper};
}

std::vector<fs::path> credential_files(const CredentialEnvironment& environment) {
  std::vector<fs::path> result;
  const std::optional<std::string> home = set_variable(environment, "HOME");
  if (const auto file = set_variable(environment, "REGISTRY_AUTH_FILE")) result.emplace_back(*file);
  if (const auto folder = set_variable(environment, "XDG_RUNTIME_DIR"))
    result.push_back(fs::path(*folder) / "containers/auth.json");
  if (const auto folder = set_variable(environment, "XDG_CONFIG_HOME")) {
    result.push_back(fs::path(*folder) / "containers/auth.json");
  } else if (home) {
    result.push_back(fs::path(*home) / ".config/containers/auth.json");
  }
  if (const auto folder = set_variable(environment, "DOCKER_CONFIG")) {
    result.push_back(fs::path(*folder) / "config.json");
  } else if (home) {
    result.push_back(fs::path(*home) / ".docker/config.json");
  }
  return result;
}

std::optional<Credentials> find_credentials(const std::string& registry, const std::string& repository,
                                            const CredentialEnvironment& environment) {
  if (const auto user = set_variable(environment, "WAYBILL_REGISTRY_USER")) {
    const auto password = set_variable(environment, "WAYBILL_REGISTRY_PASSWORD");
    if (!password)
      throw Error(ErrorCode::InvalidInput, "WAYBILL_REGISTRY_USER is set but WAYBILL_REGISTRY_PASSWORD is not");
    return Credentials{*user, SecretBytes::copy_of(*password), {}, {}};
  }
  if (const auto inline_document = set_variable(environment, "DOCKER_AUTH_CONFIG")) {
    const Value document = json::parse(*inline_document, "DOCKER_AUTH_CONFIG");
    if (auto found = from_document(document, "DOCKER_AUTH_CONFIG", registry, repository, environment)) return found;
  }
  for (const fs::path& file : credential_files(environment)) {
    std::error_code ignored;
    if (!fs::exists(file, ignored)) continue;
    const Value document = json::parse(read_file(file, kLargestFile), file.string());
    if (auto found = from_document(document, file.string(), registry, repository, environment)) return found;
  }
  return std::nullopt;
}

}  // namespace waybill::oci
