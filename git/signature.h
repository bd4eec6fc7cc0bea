#pragma once
// Who made a commit and when: one line of a git commit object.
#include <compare>
#include <cstdint>
#include <string>

namespace waybill::git {

// A point in time as git keeps it: seconds since 1970 and the offset of the clock that told it.
struct CommitTime {
  std::int64_t seconds = 0;
  int offset_minutes = 0;
  auto operator<=>(const CommitTime&) const = default;
};

struct Signature {
  std::string name;
  std::string email;
  CommitTime when;
  auto operator<=>(const Signature&) const = default;
};

}  // namespace waybill::git
