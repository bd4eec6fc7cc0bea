#pragma once
// Reads secrets straight into locked memory: no copy stays in an ordinary buffer.
#include <string>

#include "core/secret.h"
#include "core/stream.h"

namespace waybill {

// Reads to the end. Throws InvalidInput, naming `name`, when there are more than `limit` bytes.
[[nodiscard]] SecretBytes read_secret(ByteSource& source, std::size_t limit, const std::string& name);

}  // namespace waybill
