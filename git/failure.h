#pragma once
// What a failure of libgit2 means for the caller. libgit2 gives a number, a category and a sentence; servers' refusals
// are often told by the sentence alone (spec: argocd-and-gitops.md, 2.4), so the words are looked at too.
#include <string>
#include <string_view>

#include "core/error.h"

namespace waybill::git {

struct Failure {
  int code = -1;     // git_error_code
  int category = 0;  // git_error_t
  std::string message;
};

// "<what>: <message>" with the code that fits; Unclassified when nothing is known about it.
[[nodiscard]] Error classify_failure(const Failure& failure, std::string_view what);

// Text from a server as one line for people: control characters and runs of white space become one space, what is not
// UTF-8 becomes '?', at most 2,000 bytes.
[[nodiscard]] std::string clean_line(std::string_view text);

}  // namespace waybill::git
