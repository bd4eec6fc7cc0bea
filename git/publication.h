#pragma once
// A set of files that we own, written below a folder of a branch of a remote as one commit, without a work tree, and
// pushed (spec: argocd-and-gitops.md, 2.3; cli.md, "In git").
//
// Invariants
//   - the new tree is the tip's tree with exactly our files replaced: files that the lock file of the tip lists and
//   that are no
//     longer wanted vanish, nothing else is touched
//   - an equal tree makes no commit; equal input, parent and date make the same commit id, so a repeat after a crash is
//   safe
//   - objects first, the branch last and only if it is still what we built on; never a force
//   - a lost race is applied again on the new tip, a bounded number of times; whoever publishes below another path
//   loses nothing
//
//   const auto credentials = default_credentials(process_environment());
//   const Publication done = publish({.repository = url, .path = "clusters/a", .files = tree},
//                                    {.cache_folder = cache, .credentials = credentials.get()});
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/file_tree.h"
#include "core/reporter.h"
#include "git/credentials.h"
#include "git/signature.h"

namespace waybill::git {

// A line at the end of a commit message: "Waybill-Bundle: sha256:…".
struct Trailer {
  std::string key;
  std::string value;
};

enum class Push : bool { No, Yes };

struct PublicationRequest {
  std::string repository = {};  // see RemoteAddress::parse
  std::string branch = {};      // that deploys; empty: the branch of the remote's HEAD, else "main"
  // Pushed instead of `branch`, for a review: built on it when it does not exist yet. Nothing is pushed when `branch`
  // holds the files already. Empty: `branch` itself is moved.
  std::string change_branch = {};
  std::string path = {};  // folder inside the repository, empty: its top
  FileTree files = {};    // relative to `path`: everything that we own from now on, the lock file too
  // Adds or replaces files that name `branch`, which may be known only when the remote was asked; empty: nothing to do.
  std::function<void(const std::string& branch, FileTree& files)> complete_files = {};

  // The file (relative to `path`) that lists what we own, and how to read it. Called with the bytes that the tip holds,
  // which are as untrusted as anybody who may push; answers paths relative to `path`. A missing file means: nothing.
  std::string lock_file = {};
  std::function<std::vector<RelPath>(std::string_view bytes)> read_owned_files = {};

  Signature author = {};
  Signature committer = {};
  std::string message = {};
  std::vector<Trailer> trailers = {};
  // Makes the signature of the commit's bytes (armoured, as git's gpgsig header holds it); empty: unsigned.
  std::function<std::string(std::string_view commit)> sign = {};
  Push push = Push::Yes;  // No: everything but the push (a dry run); nothing is written into the remote
};

struct PublicationServices {
  std::filesystem::path cache_folder = {};    // for what is fetched from servers; made when missing; may be thrown away
  CredentialProvider* credentials = nullptr;  // none: only anonymous access
  std::filesystem::path ca_file = {};         // https: certificates trusted beside the system's
  std::filesystem::path ssh_key = {};         // ssh: this key and no other; empty: what ssh finds
  std::filesystem::path known_hosts = {};     // ssh: these host keys and no others; empty: ssh's own files
  std::chrono::milliseconds silence{60'000};  // how long a server may say nothing
  Reporter* reporter = nullptr;
  std::function<void(std::chrono::milliseconds)> sleep = {};  // between attempts; empty: really sleep
  unsigned races = 30;                                        // how often a lost race is tried again
  unsigned connections = 3;                                   // how often an unreachable server is tried
  std::uint64_t fetch_limit = 4ULL << 30;                     // bytes taken from a server at most
};

enum class FileChange : std::uint8_t { Added, Changed, Removed };
struct ChangedFile {
  std::string path;  // from the top of the repository
  FileChange change;
  bool operator==(const ChangedFile&) const = default;
};

struct Publication {
  std::string repository;  // without credentials
  std::string branch;      // that was or would be pushed; `base` when that holds the change already
  std::string base;        // that deploys; the same without a change branch
  std::string path;
  std::string commit;  // hexadecimal: the new commit, or the tip when nothing changed; empty only for an empty dry run
  std::string tree;
  bool changed = false;  // whether a commit was made
  bool pushed = false;   // whether the remote took it
  // With Push::No: what the commit would do, in the order of paths, and the same as git's unified diff.
  std::vector<ChangedFile> files = {};
  std::string patch = {};
};

// Throws InvalidInput (request), NotFound (repository), Denied (credentials, hook, protected branch, foreign owner;
// certificate; with the server's words), Untrusted (host key), Timeout (a silent server), Conflict (a file that is not
// ours is in the way, the branch is checked out, races lost to the end), Unavailable (server or git's library away),
// Interrupted. After any of them the remote is as it was.
[[nodiscard]] Publication publish(const PublicationRequest& request, const PublicationServices& services);

}  // namespace waybill::git
