#include "git/identity.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "core/bytes.h"
#include "core/error.h"
#include "git/commit_date.h"

namespace waybill::git {
namespace {

constexpr std::string_view kHint =
    "give --author 'Name <mail>', set GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL, or 'git config --global user.name' and "
    "user.email";

// git cuts these off the ends of a name or address (its ident.c calls them crud); what is left must not be empty.
std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

std::string checked_part(std::string_view text, std::string_view what) {
  std::string result = trimmed(text);
  const auto refused = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '<' || c == '>'; };
  const bool has_content = std::ranges::any_of(
      result, [](char c) { return std::string_view(" .,:;\"\\'").find(c) == std::string_view::npos; });
  if (!has_content || !is_utf8(result) || std::ranges::any_of(result, refused)) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("the {} '{}' cannot stand in a commit", what,
                            as_text(as_bytes(text).first(std::min<std::size_t>(text.size(), 200)))))
        .hint("one line of UTF-8 without '<' and '>'");
  }
  return result;
}

struct Person {
  std::optional<std::string> name;
  std::optional<std::string> email;
};

PersonName checked_person(const Person& person, std::string_view role) {
  if (!person.name || !person.email) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("the {}'s {} is unknown", role, person.name ? "e-mail address" : "name"))
        .hint(std::string(kHint));
  }
  return {.name = checked_part(*person.name, fmt::format("{}'s name", role)),
          .email = checked_part(*person.email, fmt::format("{}'s e-mail address", role))};
}

class Resolver {
 public:
  Resolver(const Lookup& environment, const Lookup& configuration)
      : environment_(environment), configuration_(configuration) {}

  [[nodiscard]] Person person(const std::string& variables, const std::string& section) const {
    Person result;
    result.name = first({variables + "_NAME"}, {section + ".name", "user.name"});
    result.email = first({variables + "_EMAIL"}, {section + ".email", "user.email"});
    if (!result.email) result.email = environment_("EMAIL");
    return result;
  }

  [[nodiscard]] CommitTime date(const IdentityRequest& request, const std::string& variable) const {
    if (!request.date.empty()) return parsed(request.date, "--date");
    for (const std::string& name : {variable, std::string("SOURCE_DATE_EPOCH")}) {
      if (const auto text = environment_(name)) return parsed(*text, name);
    }
    return {.seconds = request.now};
  }

 private:
  [[nodiscard]] std::optional<std::string> first(const std::vector<std::string>& variables,
                                                 const std::vector<std::string>& keys) const {
    for (const std::string& variable : variables) {
      if (auto value = environment_(variable)) return value;
    }
    for (const std::string& key : keys) {
      if (auto value = configuration_(key)) return value;
    }
    return std::nullopt;
  }

  [[nodiscard]] static CommitTime parsed(const std::string& text, std::string_view source) {
    const auto time = parse_commit_time(text);
    if (time) return *time;
    throw Error(ErrorCode::InvalidInput, fmt::format("{} is '{}', which is no date", source, text.substr(0, 100)))
        .hint("ISO 8601 such as 2026-01-31T12:00:00Z, or @SECONDS since 1970");
  }

  const Lookup& environment_;
  const Lookup& configuration_;
};

}  // namespace

PersonName parse_person(std::string_view text) {
  const std::size_t open = text.find('<');
  if (open == std::string_view::npos || trimmed(text).back() != '>') {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not of the form 'Name <mail>'", text.substr(0, 200)));
  }
  const std::size_t close = text.rfind('>');
  return {.name = checked_part(text.substr(0, open), "name"),
          .email = checked_part(text.substr(open + 1, close - open - 1), "e-mail address")};
}

Identities resolve_identities(const IdentityRequest& request, const Lookup& environment, const Lookup& configuration) {
  const Resolver resolver(environment, configuration);
  Person author;
  if (!request.author.empty()) {
    PersonName given = parse_person(request.author);
    author = {.name = std::move(given.name), .email = std::move(given.email)};
  } else {
    author = resolver.person("GIT_AUTHOR", "author");
  }
  const PersonName author_name = checked_person(author, "author");
  const Person committer = resolver.person("GIT_COMMITTER", "committer");
  const PersonName committer_name =
      committer.name && committer.email ? checked_person(committer, "committer") : author_name;
  return {.author = {.name = author_name.name,
                     .email = author_name.email,
                     .when = resolver.date(request, "GIT_AUTHOR_DATE")},
          .committer = {.name = committer_name.name,
                        .email = committer_name.email,
                        .when = resolver.date(request, "GIT_COMMITTER_DATE")}};
}

Lookup process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return std::string(value);
  };
}

}  // namespace waybill::git
