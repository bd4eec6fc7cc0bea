#include "app/workflow/keys.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "app/workflow/password.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/secret_reader.h"
#include "signing/key_file.h"
#include "signing/pkcs11.h"

namespace waybill {
namespace {

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
        .hint("name a PEM file, env://NAME or a pkcs11: URI");
  }
  return read_key_text(key);
}

// The PIN comes from where the password of a key file would, if the URI names no file for it.
signing::PrivateKey token_key(const KeyChoice& choice, const Services& services) {
  const std::string file = signing::pkcs11_pin_file(choice.key);
  return signing::open_pkcs11_key(choice.key, [&] {
    return obtain_password(choice.password_file.empty() ? file : choice.password_file, PasswordUse::Open, services);
  });
}

signing::PrivateKey private_key(const SecretBytes& pem, const KeyChoice& choice, const Services& services) {
  return signing::read_private_key(pem, choice.key,
                                   [&] { return obtain_password(choice.password_file, PasswordUse::Open, services); });
}

}  // namespace

SecretBytes read_key_text(const std::string& file) {
  return read_secret(*FdSource::open(file), kLargestKeyFile, fmt::format("the key file '{}'", file));
}

signing::PrivateKey open_private_key(const KeyChoice& choice, const Services& services) {
  if (signing::is_pkcs11_uri(choice.key)) return token_key(choice, services);
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
  if (signing::is_pkcs11_uri(choice.key)) return token_key(choice, services).public_key();
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

KeyPairFiles write_key_pair(const signing::PrivateKey& key, const KeyPairRequest& request, const Services& services) {
  KeyPairFiles files{request.prefix + ".key", request.prefix + ".pub", key.public_key().id()};
  const Overwrite overwrite = request.replace == ReplaceKeys::Yes ? Overwrite::Yes : Overwrite::No;
  for (const std::string& file : {files.private_key, files.public_key}) {
    if (request.replace == ReplaceKeys::No && std::filesystem::exists(std::filesystem::symlink_status(file))) {
      throw Error(ErrorCode::Conflict, fmt::format("'{}' exists already", file))
          .hint("name another --output-prefix, or replace the key with --force");
    }
  }
  const SecretBytes password = obtain_password(request.password_file, PasswordUse::Create, services);
  write_file(files.private_key, signing::write_cosign_key(key, password, request.form), overwrite, 0600);
  write_file(files.public_key, key.public_key().pem(), overwrite, 0644);
  return files;
}

KeyPairFiles generate_keys(const KeyPairRequest& request, const Services& services) {
  return write_key_pair(signing::PrivateKey::generate(), request, services);
}

}  // namespace waybill
