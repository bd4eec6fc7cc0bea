#pragma once
// Dates of commits as people and other tools write them.
#include <optional>
#include <string_view>

#include "git/signature.h"

namespace waybill::git {

// Reads "@SECONDS" or "SECONDS", each optionally with " +HHMM" (git's own form), or ISO 8601: "YYYY-MM-DD",
// "YYYY-MM-DDTHH:MM[:SS[.fraction]]" with 'T' or a space, and "Z", "+HH:MM" or "+HHMM" behind. Without an offset the
// time is UTC: the zone of the host must not reach a commit. Fractions are cut off. nullopt for anything else, for days
// that do not exist and for years outside 1970 to 9999.
[[nodiscard]] std::optional<CommitTime> parse_commit_time(std::string_view text) noexcept;

}  // namespace waybill::git
