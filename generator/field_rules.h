#pragma once
// What the fields of a component may hold. These texts become file names, names of Kubernetes objects, URLs and
// arguments of other programs, so each has a narrow alphabet: nothing that passes here can break out of where it is
// put.
#include <string>
#include <string_view>
#include <vector>

#include "generator/component.h"

namespace waybill {

// RFC 1123: 1 to 63 of [a-z0-9-], beginning and ending with a letter or digit.
[[nodiscard]] bool is_dns_label(std::string_view text) noexcept;
// Names of overlays, criteria values, catalogue versions: 1 to 128 of [A-Za-z0-9._+-], beginning with a letter or
// digit.
[[nodiscard]] bool is_plain_word(std::string_view text) noexcept;
// https, http or oci, a host, no user information, query or fragment, no "..", only characters that URLs may hold.
[[nodiscard]] bool is_source_url(std::string_view text) noexcept;
// One exact version: [v]N.N.N with an optional -prerelease and +build. Ranges and shortened versions are none.
[[nodiscard]] bool is_exact_version(std::string_view text) noexcept;
// A git tag, branch or commit: segments of [A-Za-z0-9._-] separated by '/', none beginning with '.' or '-', no "..".
[[nodiscard]] bool is_git_revision(std::string_view text) noexcept;
// The name of a chart, with folders where a registry has them.
[[nodiscard]] bool is_chart_name(std::string_view text) noexcept;

struct FieldProblem {
  std::string field;      // as in the document; of a list: the list's name
  std::string_view rule;  // "bad-value", "missing-field", "unclean-path" or "version-not-pinned"
  std::string message;
  std::string hint;
};

// What is wrong with the fields that are set; fields that are not set are not missed (an overlay sets only some).
[[nodiscard]] std::vector<FieldProblem> check_fields(const ComponentRef& component);
// What is missing for a deployment: type, and what the type needs.
[[nodiscard]] std::vector<FieldProblem> check_complete(const ComponentRef& component);

}  // namespace waybill
