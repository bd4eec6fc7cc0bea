#include "core/secret_reader.h"

#include <fmt/core.h>

#include "core/error.h"

namespace waybill {

SecretBytes read_secret(ByteSource& source, std::size_t limit, const std::string& name) {
  SecretBytes secret(limit + 1);
  std::size_t size = 0;
  while (const std::size_t count = source.read(secret.bytes().subspan(size))) {
    size += count;
    if (size > limit) throw Error(ErrorCode::InvalidInput, fmt::format("{} holds more than {} bytes", name, limit));
  }
  secret.truncate(size);
  return secret;
}

}  // namespace waybill
