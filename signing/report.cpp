#include "signing/report.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"

namespace waybill::signing {
namespace {

constexpr std::size_t kMostNamed = 10;

}  // namespace

void VerificationReport::add(const VerificationReport& other) {
  checks_.insert(checks_.end(), other.checks_.begin(), other.checks_.end());
}

bool VerificationReport::trusted() const noexcept {
  return !checks_.empty() && std::ranges::all_of(checks_, &Check::passed);
}

void VerificationReport::throw_unless_trusted() const {
  if (trusted()) return;
  if (checks_.empty()) throw Error(ErrorCode::Untrusted, "nothing was verified");
  std::string failed;
  std::size_t count = 0;
  for (const Check& check : checks_) {
    if (check.passed || ++count > kMostNamed) continue;
    failed += fmt::format("{}{} of '{}': {}", failed.empty() ? "" : "; ", check.name, check.subject, check.reason);
  }
  if (count > kMostNamed) failed += fmt::format("; and {} more", count - kMostNamed);
  throw Error(ErrorCode::Untrusted, fmt::format("verification failed: {}", failed));
}

}  // namespace waybill::signing
