#pragma once
// Blobs from a registry (distribution-spec 1.1, "Pulling blobs"). Part of Registry.
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "oci/session.h"

namespace waybill::oci {

// A blob from a byte on, streamed: nothing of it is kept here. A transfer that breaks off or stalls goes on at the next
// byte (RFC 9110, "Range Requests"); where the server knows no ranges, what was handed out already is read again and
// dropped. It ends after exactly the descriptor's size; Untrusted as soon as the registry announces or sends another
// one. The bytes are not verified.
[[nodiscard]] std::unique_ptr<ByteSource> open_remote_blob(Session& session, const Descriptor& descriptor,
                                                           std::uint64_t offset);

struct ContentRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> size;  // of the whole; nullopt: '*'
};
// "bytes 100-199/1000" (RFC 9110 section 14.4); nullopt for anything else.
[[nodiscard]] std::optional<ContentRange> parse_content_range(std::string_view text);

}  // namespace waybill::oci
