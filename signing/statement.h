#pragma once
// in-toto statements: "this predicate, of this type, is true of the things with these digests" (in-toto attestation,
// Statement v1).
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/value.h"

namespace waybill::signing {

struct Subject {
  std::string name;  // may be empty; nothing is decided by it
  // Algorithm and lower-case hexadecimal value, as written.
  std::vector<std::pair<std::string, std::string>> digests;
  Value annotations;  // a map of texts, or null when absent

  [[nodiscard]] bool has(const Digest& digest) const noexcept;
};

struct Statement {
  std::vector<Subject> subjects;
  std::string predicate_type;
  Value predicate;  // a map; null when absent

  [[nodiscard]] bool is_about(const Digest& digest) const noexcept;
};

// The exact bytes that cosign 3 signs for a signature: one subject without a name, with its annotations (cosign's
// `-a`).
[[nodiscard]] std::string signature_statement(const Digest& digest,
                                              const std::map<std::string, std::string>& annotations = {});
// A statement about one digest, v1; the subject has the name only if it is not empty.
[[nodiscard]] std::string attestation_statement(const Digest& digest, std::string_view subject_name,
                                                std::string_view predicate_type, const Value& predicate);

// Reads v0.1 and v1. Strict: known members only, at most 1024 subjects with at most 32 digests each, a predicate type
// that is not empty. Throws InvalidInput.
[[nodiscard]] Statement parse_statement(std::string_view text);

}  // namespace waybill::signing
