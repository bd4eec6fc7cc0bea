#include "app/workflow/password.h"

#include <fmt/core.h>
#include <unistd.h>

#include "core/error.h"
#include "core/secret_reader.h"

namespace waybill {
namespace {

constexpr std::size_t kLongestPassword = std::size_t{64} * 1024;

// One trailing line feed is not part of the password: files written by editors have it.
SecretBytes without_line_feed(SecretBytes secret) {
  if (!secret.empty() && secret.bytes().back() == std::byte{'\n'}) secret.truncate(secret.size() - 1);
  return secret;
}

}  // namespace

SecretBytes obtain_password(const std::string& password_file, PasswordUse use, const Services& services) {
  if (password_file == "-") {
    FdSource input(UniqueFd(::dup(STDIN_FILENO)), "standard input");
    return without_line_feed(read_secret(input, kLongestPassword, "standard input"));
  }
  if (!password_file.empty()) {
    return without_line_feed(read_secret(*FdSource::open(password_file), kLongestPassword,
                                         fmt::format("the password file '{}'", password_file)));
  }
  for (const char* name : {"WAYBILL_PASSWORD", "COSIGN_PASSWORD"}) {
    if (const auto value = services.environment(name)) return SecretBytes::copy_of(*value);
  }
  try {
    SecretBytes password =
        services.ask_secret(use == PasswordUse::Create ? "Password for the new key: " : "Password of the key: ");
    if (use == PasswordUse::Create && !(password == services.ask_secret("The same again: "))) {
      throw Error(ErrorCode::InvalidInput, "the two passwords differ");
    }
    return password;
  } catch (Error& error) {
    if (error.code() == ErrorCode::InvalidInput)
      error.hint("give it with --password-file FILE ('-' is standard input), WAYBILL_PASSWORD or COSIGN_PASSWORD");
    throw;
  }
}

}  // namespace waybill
