#pragma once
// Where a publication goes: a branch of a folder or of a server, seen the same way. For the .cpp files of this room.
#include <memory>
#include <optional>
#include <string>

#include "core/error.h"
#include "git/objects.h"
#include "git/publication.h"

namespace waybill::git {

// What the remote holds now; its commits are readable in objects().
struct Tip {
  std::string branch;             // that is pushed; never empty
  std::optional<git_oid> commit;  // of it, if it exists
  std::optional<git_oid> start;   // what a new commit is built on: `commit`, else the base's, else HEAD's, else nothing
  std::string base;               // that the change is meant for; `branch` itself without a change branch
  std::optional<git_oid> base_commit;  // of it, if it exists
};

enum class PushOutcome : std::uint8_t { Done, LostRace };

class Target {
 public:
  virtual ~Target() = default;
  [[nodiscard]] virtual Objects& objects() = 0;
  // Asks the remote; fetches what is missing.
  [[nodiscard]] virtual Tip refresh() = 0;
  // Moves the branch from `tip` to `commit`, or creates it. LostRace: the branch moved meanwhile, nothing was written.
  // Throws Denied with the remote's words; Unavailable when it is not known whether the remote took it.
  [[nodiscard]] virtual PushOutcome push(const Tip& tip, const git_oid& commit) = 0;
  // Forgets a damaged copy of the remote; false when there is none (any more). objects() is a new one afterwards.
  [[nodiscard]] virtual bool start_afresh() = 0;
};

[[nodiscard]] std::unique_ptr<Target> open_folder(const RemoteAddress& address, const PublicationRequest& request,
                                                  const PublicationServices& services);
[[nodiscard]] std::unique_ptr<Target> open_server(const RemoteAddress& address, const PublicationRequest& request,
                                                  const PublicationServices& services);
// Of a repository that lacks the branch a change is meant for.
[[nodiscard]] Error missing_base(const std::string& repository, const std::string& base);

inline constexpr std::string_view kBranchPrefix = "refs/heads/";
inline constexpr std::string_view kDefaultBranch = "main";

}  // namespace waybill::git
