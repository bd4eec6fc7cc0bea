#pragma once
// All problems of a file, collected and shown together instead of one at a time.
#include <string>
#include <vector>

#include "core/error.h"

namespace waybill {

enum class Severity : std::uint8_t { Error, Warning };

struct Diagnostic {
  Severity severity = Severity::Error;
  SourceLocation location;
  std::string message;  // as Error's: lower case, no final stop
  std::string hint;
  std::string rule;  // stable id such as "unknown-field"
};
// "file:line:column: error: message (hint) [rule]"
[[nodiscard]] std::string to_string(const Diagnostic& diagnostic);

class Diagnostics {
 public:
  void error(SourceLocation location, std::string rule, std::string message, std::string hint = {});
  void warning(SourceLocation location, std::string rule, std::string message, std::string hint = {});

  [[nodiscard]] const std::vector<Diagnostic>& all() const noexcept { return all_; }
  [[nodiscard]] bool has_errors() const noexcept;
  // Throws one InvalidInput error if there is any: located at the first, its message naming every one (at most 20
  // lines).
  void throw_if_errors() const;

 private:
  std::vector<Diagnostic> all_;
};

}  // namespace waybill
