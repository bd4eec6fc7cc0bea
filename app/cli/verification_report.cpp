#include "app/cli/verification_report.h"

#include <fmt/core.h>

#include "app/cli/printable.h"
#include "core/error.h"

namespace waybill::cli {

std::string report(const Verification& verification) {
  std::string text = fmt::format("{} ({})\n", verification.target, verification.digest);
  for (const signing::Check& check : verification.report.checks()) {
    text += fmt::format("  {:<6} {}: {}: {}\n", check.passed ? "ok" : "FAILED", check.name, printable(check.subject),
                        printable(check.reason));
  }
  if (verification.aicr) {
    text += fmt::format("  aicr   {} (aicr says: {}): {}\n", verification.aicr->level, verification.aicr->corresponds,
                        verification.aicr->meaning);
  }
  return text + (verification.report.trusted() ? "trusted\n" : "NOT TRUSTED\n");
}

int exit_status(const Verification& verification) noexcept {
  return verification.report.trusted() ? 0 : describe(ErrorCode::Untrusted).exit_status;
}

}  // namespace waybill::cli
