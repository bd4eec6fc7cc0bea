#include "app/workflow/import_key.h"

#include <fmt/core.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file_system.h"
#include "core/secret_reader.h"
#include "signing/key_file.h"

namespace waybill {
namespace {

SecretBytes read_file_or_input(const std::string& file) {
  if (file != "-") return read_key_text(file);
  FdSource input(UniqueFd(::dup(STDIN_FILENO)), "standard input");
  return read_secret(input, kLargestKeyFile, "standard input");
}

}  // namespace

KeyPairFiles import_key(const ImportKeyRequest& request, const Services& services) {
  if (request.file == "-" && request.password_file == "-")
    throw Error(ErrorCode::InvalidInput, "the key and its password cannot both come from standard input");
  const SecretBytes pem = read_file_or_input(request.file);
  if (signing::is_cosign_key(pem.view())) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is an encrypted key file already", request.file))
        .hint("use it as it is with --key");
  }
  if (signing::key_file_kind(pem.view()) == signing::KeyFileKind::Public) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is a public key", request.file))
        .hint("public keys are used as they are: with --key of 'waybill verify'");
  }
  const signing::PrivateKey key = signing::read_private_key(
      pem, request.file, []() -> SecretBytes { throw Error(ErrorCode::Internal, "a plain key asked for a password"); });
  return write_key_pair(key, {request.prefix, request.password_file, request.replace, request.form}, services);
}

}  // namespace waybill
