#include "app/workflow/password.h"

#include <fmt/core.h>
#include <unistd.h>

#include "core/error.h"
#include "core/stream.h"

namespace waybill {
namespace {

constexpr std::size_t kLongestPassword = 64 * 1024;

// Straight into locked memory: no copy in an ordinary buffer.
SecretBytes read_secret(ByteSource& source, const std::string& name) {
  SecretBytes secret(kLongestPassword + 1);
  std::size_t size = 0;
  while (const std::size_t count = source.read(secret.bytes().subspan(size))) {
    size += count;
    if (size > kLongestPassword) throw Error(ErrorCode::InvalidInput, fmt::format("the password in {} is longer than {} bytes", name, kLongestPassword));
  }
  if (size != 0 && secret.bytes()[size - 1] == std::byte{'\n'}) --size;
  secret.truncate(size);
  return secret;
}

}  // namespace

SecretBytes obtain_password(const std::string& password_file, PasswordUse use, const Services& services) {
  if (password_file == "-") {
    FdSource input(UniqueFd(::dup(STDIN_FILENO)), "standard input");
    return read_secret(input, "standard input");
  }
  if (!password_file.empty()) return read_secret(*FdSource::open(password_file), fmt::format("'{}'", password_file));
  for (const char* name : {"WAYBILL_PASSWORD", "COSIGN_PASSWORD"}) {
    if (const auto value = services.environment(name)) return SecretBytes::copy_of(*value);
  }
  SecretBytes password = services.ask_secret(use == PasswordUse::Create ? "Password for the new key: " : "Password of the key: ");
  if (use == PasswordUse::Create && !(password == services.ask_secret("The same again: "))) {
    throw Error(ErrorCode::InvalidInput, "the two passwords differ");
  }
  return password;
}

}  // namespace waybill
