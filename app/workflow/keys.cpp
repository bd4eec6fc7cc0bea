#include "app/workflow/keys.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "app/workflow/password.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/secret_reader.h"
#include "signing/key_file.h"

namespace waybill {
namespace {

constexpr std::size_t kLargestKeyFile = std::size_t{64} * 1024;
constexpr std::string_view kEnvironmentScheme = "env://";

SecretBytes read_key(const std::string& key, const Services& services) {
  if (key.starts_with(kEnvironmentScheme)) {
    const std::string variable = key.substr(kEnvironmentScheme.size());
    const auto text = services.environment(variable);
    if (!text)
      throw Error(ErrorCode::NotFound,
                  fmt::format("the environment has no variable '{}' that could hold a key", variable));
    return SecretBytes::copy_of(*text);
  }
  if (key.find("://") != std::string::npos) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no key that can be read here", key))
        .hint("name a PEM file or env://NAME");
  }
  return read_secret(*FdSource::open(key), kLargestKeyFile, fmt::format("the key file '{}'", key));
}

signing::PrivateKey private_key(const SecretBytes& pem, const KeyChoice& choice, const Services& services) {
  return signing::read_private_key(pem, choice.key,
                                   [&] { return obtain_password(choice.password_file, PasswordUse::Open, services); });
}

}  // namespace

signing::PrivateKey open_private_key(const KeyChoice& choice, const Services& services) {
  const SecretBytes pem = read_key(choice.key, services);
  if (signing::key_file_kind(pem.view()) == signing::KeyFileKind::Public) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' is a public key; signing needs the private one", choice.key));
  }
  return private_key(pem, choice, services);
}

std::vector<signing::PrivateKey> open_private_keys(const std::vector<std::string>& keys,
                                                   const std::string& password_file, const Services& services) {
  std::vector<signing::PrivateKey> opened;
  for (const std::string& key : keys) {
    signing::PrivateKey next = open_private_key({key, password_file}, services);
    const bool known = std::any_of(opened.begin(), opened.end(), [&](const signing::PrivateKey& other) {
      return other.public_key() == next.public_key();
    });
    if (!known) opened.push_back(std::move(next));
  }
  return opened;
}

signing::PublicKey open_public_key(const KeyChoice& choice, const Services& services) {
  const SecretBytes pem = read_key(choice.key, services);
  if (signing::key_file_kind(pem.view()) == signing::KeyFileKind::Private)
    return private_key(pem, choice, services).public_key();
  return signing::PublicKey::from_pem(pem.view(), choice.key);
}

std::vector<signing::PublicKey> open_public_keys(const std::vector<std::string>& keys, const std::string& password_file,
                                                 const Services& services) {
  std::vector<signing::PublicKey> opened;
  opened.reserve(keys.size());
  for (const std::string& key : keys) opened.push_back(open_public_key({key, password_file}, services));
  return opened;
}

KeyPairFiles generate_keys(const std::string& prefix, const std::string& password_file, ReplaceKeys replace,
                           const Services& services) {
  const KeyPairFiles files{prefix + ".key", prefix + ".pub", {}};
  const Overwrite overwrite = replace == ReplaceKeys::Yes ? Overwrite::Yes : Overwrite::No;
  for (const std::string& file : {files.private_key, files.public_key}) {
    if (replace == ReplaceKeys::No && std::filesystem::exists(std::filesystem::symlink_status(file))) {
      throw Error(ErrorCode::Conflict, fmt::format("'{}' exists already", file))
          .hint("name another --output-prefix, or replace the key with --force");
    }
  }
  const SecretBytes password = obtain_password(password_file, PasswordUse::Create, services);
  const signing::PrivateKey key = signing::PrivateKey::generate();
  write_file(files.private_key, signing::write_cosign_key(key, password), overwrite, 0600);
  write_file(files.public_key, key.public_key().pem(), overwrite, 0644);
  return {files.private_key, files.public_key, key.public_key().id()};
}

}  // namespace waybill
