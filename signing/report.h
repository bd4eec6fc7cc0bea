#pragma once
// What verification found, and the type of things that passed it.
//
//   VerificationReport report;
//   report.add(verify_message_bundle(...).as_check("signature of checksums.txt", path));
//   Verified<Bundle> bundle = verified(std::move(raw), report);  // throws Untrusted unless everything passed
#include <string>
#include <utility>
#include <vector>

namespace waybill::signing {

struct Check {
  std::string name;  // what was checked, stable: "signature", "predicate-type"
  bool passed = false;
  std::string reason;   // why it failed, or by what it passed
  std::string subject;  // the digest, file or reference that it is about
  bool operator==(const Check&) const = default;
};

class VerificationReport {
 public:
  void add(Check check) { checks_.push_back(std::move(check)); }
  void add(const VerificationReport& other);
  [[nodiscard]] const std::vector<Check>& checks() const noexcept { return checks_; }
  // At least one check ran and none failed: nothing checked is nothing trusted.
  [[nodiscard]] bool trusted() const noexcept;
  // Throws Untrusted, naming the failed checks (at most 10), unless trusted().
  void throw_unless_trusted() const;

 private:
  std::vector<Check> checks_;
};

// A value that a trusted report is about. There is no way to make one without such a report.
template <typename T>
class Verified {
 public:
  // Throws Untrusted unless the report is trusted.
  Verified(T value, VerificationReport report) : value_(std::move(value)), report_(std::move(report)) {
    report_.throw_unless_trusted();
  }
  [[nodiscard]] const T& value() const& noexcept { return value_; }
  [[nodiscard]] T take() && noexcept { return std::move(value_); }
  [[nodiscard]] const VerificationReport& report() const noexcept { return report_; }

 private:
  T value_;
  VerificationReport report_;
};

}  // namespace waybill::signing
