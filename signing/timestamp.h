#pragma once
// Time stamps (RFC 3161): an authority's word for when a signature was there already.
#include <cstdint>
#include <string>
#include <string_view>

#include "signing/trusted_root.h"

namespace waybill::signing {

struct TimestampResult {
  std::string failure;    // empty: verified
  std::int64_t time = 0;  // seconds since 1970, of the authority's clock
};

// `response` is a DER TimeStampResp over `signature` (raw bytes). It must be made by one of the root's timestamp
// authorities, whose certificates are judged at the time that the stamp states: never by the clock.
[[nodiscard]] TimestampResult verify_timestamp(std::string_view response, std::string_view signature,
                                               const TrustedRoot& root);

}  // namespace waybill::signing
