#pragma once
// Who the author and the committer of our commits are (spec: cli.md, "Keys"). Field by field, the first that is given:
//
//   author     the text of --author, GIT_AUTHOR_NAME/EMAIL, git's author.* and user.*, for the e-mail also EMAIL
//   committer  GIT_COMMITTER_NAME/EMAIL, git's committer.* and user.*, EMAIL, else the author's
//   date       the text of --date, GIT_AUTHOR_DATE or GIT_COMMITTER_DATE, SOURCE_DATE_EPOCH, else `now`
//
// Nothing is guessed from the host or the account.
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "git/signature.h"

namespace waybill::git {

// Reads a variable or a configuration key; nullopt when it is not set.
using Lookup = std::function<std::optional<std::string>(std::string_view)>;

struct IdentityRequest {
  std::string author;  // "Name <mail>", empty: not given
  std::string date;    // see parse_commit_time, empty: not given
  std::int64_t now = 0;
};

struct Identities {
  Signature author;
  Signature committer;
};

// "Name <mail>" as its two parts. Throws InvalidInput for anything else, and for control characters.
struct PersonName {
  std::string name;
  std::string email;
  auto operator<=>(const PersonName&) const = default;
};
[[nodiscard]] PersonName parse_person(std::string_view text);

// Throws InvalidInput when a name, an e-mail address or a date is malformed, or when nobody says who the author is; the
// hint names the ways to say it.
[[nodiscard]] Identities resolve_identities(const IdentityRequest& request, const Lookup& environment,
                                            const Lookup& configuration);

// The variables of this process; an empty variable counts as not set.
[[nodiscard]] Lookup process_environment();
// The user's and the system's git configuration (never a repository's), opened at the first question. GIT_CONFIG_GLOBAL
// and GIT_CONFIG_NOSYSTEM of `environment` are obeyed. The lookup throws InvalidInput for a broken configuration file.
[[nodiscard]] Lookup git_configuration(const Lookup& environment);

}  // namespace waybill::git
