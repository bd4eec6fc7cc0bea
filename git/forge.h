#pragma once
// Pull requests (merge requests) of GitHub, GitLab and Gitea or Forgejo, over their APIs: one call that opens a request
// for a branch or brings the open one up to date, so repeating it changes nothing.
// Spec: argocd-and-gitops.md, 2.3; what Gitea answers: peers-forge-flux.md.
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/http/client.h"
#include "git/credentials.h"
#include "git/remote_address.h"

namespace waybill::git {

enum class ForgeKind : std::uint8_t { GitHub, GitLab, Gitea };

// Where a repository's requests are made.
struct ForgePlace {
  ForgeKind kind;
  std::string api;      // "https://api.github.com", "https://gitlab.example.com/api/v4"
  std::string project;  // "owner/name"; for GitLab with any number of groups
  // Whose credentials the API takes: the repository's own address, or the forge's when that is another place.
  RemoteAddress account;
};

// By the words of the user where given: `kind` is github, gitlab or gitea, `url` the address of the forge's front page.
// Else by the host's name: github.com, gitlab.com and gitlab.*, codeberg.org, gitea.* and forgejo.*. nullopt when
// nobody says. Throws InvalidInput for an unknown kind, a malformed URL, and for an address that names no project
// there.
[[nodiscard]] std::optional<ForgePlace> find_forge(RemoteAddress repository, std::string_view kind,
                                                   std::string_view url);

struct PullRequestText {
  std::string head;  // the branch that was pushed
  std::string base;  // the branch it is for
  std::string title;
  std::string body;
};

enum class PullRequestState : std::uint8_t { Opened, Updated, Unchanged };
struct PullRequest {
  std::int64_t number = 0;
  std::string url;  // for people
  PullRequestState state = PullRequestState::Unchanged;
};

struct ForgeServices {
  http::Client& client;
  CredentialProvider& credentials;                            // the first that it gives is the token
  std::function<void(std::chrono::milliseconds)> sleep = {};  // between attempts; empty: really sleep
};

// Whether there is a token to ask with; throws Denied when not, so that one can know before anything is pushed.
void require_forge_token(const ForgePlace& place, CredentialProvider& credentials);

// Throws Denied (token missing or refused), NotFound (project), RateLimited, Unavailable (after three attempts),
// Conflict (the forge refuses the request, with its words), Timeout, Interrupted.
[[nodiscard]] PullRequest open_or_update(const ForgePlace& place, const PullRequestText& text,
                                         const ForgeServices& services);

}  // namespace waybill::git
