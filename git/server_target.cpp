// A repository behind a URL: its branch is fetched into the cache, and the commit is pushed from there.
#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "git/cache.h"
#include "git/channel.h"
#include "git/conversation.h"
#include "git/failure.h"
#include "git/target.h"

namespace waybill::git {
namespace {

constexpr const char* kPushReference = "refs/waybill/push";

struct Head {
  std::string name;
  git_oid commit;
};

std::optional<git_oid> find_branch(const std::vector<Head>& heads, const std::string& branch) {
  const auto found = std::ranges::find(heads, std::string(kBranchPrefix) + branch, &Head::name);
  return found == heads.end() ? std::nullopt : std::optional(found->commit);
}

// What servers say when two pushes met; anything else is their will.
bool sounds_like_a_race(std::string_view words) {
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"failed to update ref", "failed to lock", "cannot lock ref",
                                              "fetch first", "non-fast-forward", "stale info", "incorrect old value"},
      [&](std::string_view part) { return words.find(part) != std::string_view::npos; });
}

class ServerTarget final : public Target {
 public:
  ServerTarget(const RemoteAddress& address, const PublicationRequest& request, const PublicationServices& services)
      : address_(address),
        services_(services),
        base_(request.branch),
        change_branch_(request.change_branch),
        cache_(services.cache_folder, address.text(), services.sleep),
        options_{.credentials = services.credentials,
                 .ca_file = services.ca_file,
                 .ssh_key = services.ssh_key,
                 .known_hosts = services.known_hosts,
                 .spool_folder = services.cache_folder,
                 .silence = services.silence,
                 .fetch_limit = services.fetch_limit},
        carrier_(make_carrier(address, options_)) {}

  Objects& objects() override { return cache_.objects(); }

  Tip refresh() override {
    const Library& git = library();
    Conversation conversation(*carrier_, services_.fetch_limit);
    const Owned<git_remote> remote = connect(conversation);
    const std::vector<Head> heads = list(conversation, *remote);
    const std::string head = default_branch(*remote);
    if (base_.empty()) base_ = !head.empty() ? head : std::string(kDefaultBranch);
    branch_ = !change_branch_.empty() ? change_branch_ : base_;
    Tip tip{.branch = branch_,
            .commit = find_branch(heads, branch_),
            .start = {},
            .base = base_,
            .base_commit = find_branch(heads, base_)};
    if (branch_ != base_ && !tip.base_commit) throw missing_base(address_.text(), base_);
    const auto head_commit = find_branch(heads, head);
    tip.start = tip.commit ? tip.commit : tip.base_commit ? tip.base_commit : head_commit;
    std::vector<Head> missing;
    for (const auto& [name, commit] : {std::pair(branch_, tip.commit), std::pair(base_, tip.base_commit),
                                       std::pair(head, tip.commit || tip.base_commit ? std::nullopt : head_commit)}) {
      if (commit && !cache_.holds(name, *commit) && std::ranges::find(missing, name, &Head::name) == missing.end())
        missing.push_back({.name = name, .commit = *commit});
    }
    if (!missing.empty()) download(conversation, *remote, missing);
    git.git_remote_disconnect(remote.get());
    return tip;
  }

  PushOutcome push(const Tip& tip, const git_oid& commit) override {
    const Library& git = library();
    // Fetching walks over all references, so this one may only name what is on disk.
    cache_.objects().flush();
    Owned<git_reference> reference;
    check(git.git_reference_create(Out(reference), &cache_.repository(), kPushReference, &commit, 1, nullptr),
          "cannot prepare the push");

    Conversation conversation(*carrier_, services_.fetch_limit);
    conversation.expect(tip.commit);
    const Owned<git_remote> remote = make_remote();
    git_push_options options;
    check(git.git_push_options_init(&options, GIT_PUSH_OPTIONS_VERSION), "cannot prepare the push");
    options.callbacks = conversation.callbacks();
    std::string refspec = fmt::format("{}:{}{}", kPushReference, kBranchPrefix, branch_);
    char* refspecs[] = {refspec.data()};
    const git_strarray list = {refspecs, 1};
    const int result = git.git_remote_push(remote.get(), &list, &options);
    if (conversation.found_other_commit() || result == GIT_ENONFASTFORWARD) return PushOutcome::LostRace;
    conversation.check_result(result, fmt::format("cannot push to '{}'", address_.text()));
    if (const auto& refusal = conversation.refusal()) return judge(tip, *refusal, clean_line(conversation.remarks()));
    cache_.remember(branch_, commit);
    return PushOutcome::Done;
  }

  bool start_afresh() override {
    if (std::exchange(started_afresh_, true)) return false;
    cache_.clear();
    return true;
  }

 private:
  [[nodiscard]] Owned<git_remote> make_remote() {
    const Library& git = library();
    git_remote_create_options options;
    check(git.git_remote_create_options_init(&options, GIT_REMOTE_CREATE_OPTIONS_VERSION),
          "cannot prepare the connection");
    options.repository = &cache_.repository();
    // url.*.insteadOf would send credentials to a place that nobody named here.
    options.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
    Owned<git_remote> remote;
    check(git.git_remote_create_with_opts(Out(remote), address_.text().c_str(), &options),
          fmt::format("cannot use the address '{}'", address_.text()));
    return remote;
  }

  [[nodiscard]] Owned<git_remote> connect(Conversation& conversation) {
    const Library& git = library();
    Owned<git_remote> remote = make_remote();
    git_remote_connect_options options;
    check(git.git_remote_connect_options_init(&options, GIT_REMOTE_CONNECT_OPTIONS_VERSION),
          "cannot prepare the connection");
    options.callbacks = conversation.callbacks();
    conversation.check_result(git.git_remote_connect_ext(remote.get(), GIT_DIRECTION_FETCH, &options),
                              fmt::format("cannot reach '{}'", address_.text()));
    return remote;
  }

  [[nodiscard]] std::vector<Head> list(Conversation& conversation, git_remote& remote) const {
    const git_remote_head** heads = nullptr;
    std::size_t count = 0;
    conversation.check_result(library().git_remote_ls(&heads, &count, &remote),
                              fmt::format("cannot list the branches of '{}'", address_.text()));
    std::vector<Head> result;
    for (std::size_t i = 0; i < count; ++i) result.push_back({.name = heads[i]->name, .commit = heads[i]->oid});
    return result;
  }

  [[nodiscard]] static std::string default_branch(git_remote& remote) {
    Buffer name;
    if (library().git_remote_default_branch(name.out(), &remote) < 0) return {};
    const std::string text = name.text();
    return text.starts_with(kBranchPrefix) ? text.substr(kBranchPrefix.size()) : std::string();
  }

  // All at once: a conversation is good for one fetch.
  void download(Conversation& conversation, git_remote& remote, const std::vector<Head>& branches) {
    const Library& git = library();
    git_fetch_options options;
    check(git.git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION), "cannot prepare the fetch");
    options.callbacks = conversation.callbacks();
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.update_fetchhead = 0;
    std::vector<std::string> refspecs;
    refspecs.reserve(branches.size());
    for (const Head& branch : branches) refspecs.push_back(std::string(kBranchPrefix) + branch.name);
    std::vector<char*> pointers;
    pointers.reserve(refspecs.size());
    for (std::string& refspec : refspecs) pointers.push_back(refspec.data());
    const git_strarray list = {pointers.data(), pointers.size()};
    conversation.check_result(git.git_remote_download(&remote, &list, &options),
                              fmt::format("cannot fetch from '{}'", address_.text()));
    for (const Head& branch : branches) cache_.remember(branch.name, branch.commit);
  }

  // The server said no: because another push was there first, or because it does not want this one?
  PushOutcome judge(const Tip& before, const std::string& refusal, const std::string& remarks) {
    if (!same(refresh().commit, before.commit) || sounds_like_a_race(refusal)) return PushOutcome::LostRace;
    throw Error(ErrorCode::Denied, fmt::format("'{}' refuses the commit on branch '{}': {}{}", address_.text(), branch_,
                                               refusal, remarks.empty() ? "" : fmt::format(" ({})", remarks)))
        .hint("if the branch takes changes by pull request only: --branch-per-change");
  }

  const RemoteAddress& address_;
  const PublicationServices& services_;
  std::string branch_;
  std::string base_;
  std::string change_branch_;
  Cache cache_;
  CarrierOptions options_;
  std::unique_ptr<Carrier> carrier_;
  bool started_afresh_ = false;
};

}  // namespace

Error missing_base(const std::string& repository, const std::string& base) {
  return Error(ErrorCode::NotFound,
               fmt::format("'{}' has no branch '{}' that a change could be meant for", repository, base))
      .hint("make it by a first commit, without --branch-per-change");
}

std::unique_ptr<Target> open_server(const RemoteAddress& address, const PublicationRequest& request,
                                    const PublicationServices& services) {
  return std::make_unique<ServerTarget>(address, request, services);
}

}  // namespace waybill::git
