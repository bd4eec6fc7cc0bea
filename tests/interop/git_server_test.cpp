// Publishing to real git servers on loopback: git daemon and git http-backend, judged by git.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <memory>

#include "core/error.h"
#include "core/file_system.h"
#include "tests/support/git_publication.h"
#include "tests/support/git_repository.h"
#include "tests/support/source_path.h"

namespace waybill::git {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using waybill::testing::Background;
using waybill::testing::GitRepository;
using waybill::testing::publication_request;
using waybill::testing::publish_in_child;

constexpr const char* kPassword = "s3cret-word";

class GitServer : public ::testing::Test {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("git");
    remote_ = std::make_unique<GitRepository>(GitRepository::create_bare(folder_.path() / "served/remote.git"));
    remote_->git({"config", "http.receivepack", "true"});
  }

  void start_daemon() {
    port_ = waybill::testing::free_port();
    const std::string root = (folder_.path() / "served").string();
    start({"git", "daemon", "--export-all", "--enable=receive-pack", "--reuseaddr", "--listen=127.0.0.1",
           "--port=" + std::to_string(port_), "--base-path=" + root, root});
  }
  void start_http(const std::string& login = "", const std::vector<std::string>& tls = {}) {
    port_ = waybill::testing::free_port();
    std::vector<std::string> command = {"python3", testing::source_path("tests/support/git_http_server.py"),
                                        std::to_string(port_), (folder_.path() / "served").string()};
    if (!login.empty()) command.push_back(login);
    command.insert(command.end(), tls.begin(), tls.end());
    start(command);
  }

  [[nodiscard]] std::string url(const std::string& scheme, const std::string& path = "/remote.git",
                                const std::string& login = "") const {
    return scheme + "://" + (login.empty() ? "" : login + "@") + "127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] Publication publish_to(const std::string& address, PublicationRequest request,
                                       CredentialProvider* credentials = nullptr) {
    request.repository = address;
    return publish(request, {.cache_folder = folder_.path() / "cache",
                             .credentials = credentials,
                             .sleep = [this](std::chrono::milliseconds) { ++pauses_; }});
  }
  [[nodiscard]] ErrorCode failure(const std::string& address, PublicationRequest request,
                                  CredentialProvider* credentials = nullptr) {
    try {
      static_cast<void>(publish_to(address, std::move(request), credentials));
    } catch (const Error& error) {
      message_ = error.message() + " " + error.hint();
      return error.code();
    }
    ADD_FAILURE() << "nothing was refused";
    return ErrorCode::Internal;
  }
  // Only what a test sets, so that no helper of the user is asked.
  static Lookup environment(std::map<std::string, std::string> values) {
    return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
      const auto found = values.find(std::string(name));
      return found == values.end() ? std::nullopt : std::optional(found->second);
    };
  }

  TemporaryFolder folder_;
  std::unique_ptr<GitRepository> remote_;
  std::unique_ptr<Background> server_;
  int port_ = 0;
  int pauses_ = 0;
  std::string message_;

 private:
  void start(const std::vector<std::string>& command) {
    server_ = std::make_unique<Background>(
        command, (folder_.path() / "server.log").string(),
        waybill::testing::ProcessOptions{
            .input = {}, .folder = {}, .environment = waybill::testing::isolated_git_environment()});
    ASSERT_TRUE(waybill::testing::wait_for_port(port_)) << read_file(folder_.path() / "server.log");
  }
};

// As git's own commands do: what was accepted may be kept, what was refused is to be forgotten.
TEST_F(GitServer, ACredentialHelperIsToldWhatBecameOfItsAnswer) {
  start_http("ada:" + std::string(kPassword));
  const std::string log = (folder_.path() / "log").string();
  const std::string word = (folder_.path() / "word").string();
  const std::string helper = (folder_.path() / "helper").string();
  write_file(helper,
             "#!/bin/sh\n{ echo \"$1\"; cat; echo end; } >>'" + log +
                 "'\nif [ \"$1\" = get ]; then echo username=ada; echo \"password=$(cat '" + word + "')\"; fi\n",
             Overwrite::No, 0700);
  write_file(folder_.path() / "gitconfig", "[credential]\n helper = " + helper + "\n", Overwrite::No);
  ASSERT_EQ(::setenv("GIT_CONFIG_GLOBAL", (folder_.path() / "gitconfig").c_str(), 1), 0);
  const auto credentials = default_credentials(environment({}));

  write_file(word, "wr0ng-word", Overwrite::Yes);
  EXPECT_EQ(failure(url("http"), publication_request("a", {{"f", "1"}}), credentials.get()), ErrorCode::Denied);
  std::string said = read_file(log);
  EXPECT_THAT(said, HasSubstr("erase\nprotocol=http\nhost=127.0.0.1:" + std::to_string(port_) +
                              "\nusername=ada\npassword=wr0ng-word\n"));
  EXPECT_THAT(said, Not(HasSubstr("store")));

  write_file(word, kPassword, Overwrite::Yes);
  std::filesystem::remove(log);
  EXPECT_TRUE(publish_to(url("http"), publication_request("a", {{"f", "1"}}), credentials.get()).pushed);
  said = read_file(log);
  const std::size_t stored = said.find("store\n");
  ASSERT_NE(stored, std::string::npos) << said;
  EXPECT_THAT(said.substr(stored), HasSubstr("username=ada\npassword=" + std::string(kPassword) + "\n"));
  EXPECT_EQ(said.find("store\n", stored + 1), std::string::npos) << "once is enough: " << said;
  EXPECT_THAT(said, Not(HasSubstr("erase")));
}

TEST_F(GitServer, DaemonTakesTheFirstCommitAndTheNextOnTopOfOthers) {
  start_daemon();
  const Publication first = publish_to(url("git"), publication_request("a", {{"f", "1"}}));
  EXPECT_TRUE(first.pushed);
  EXPECT_EQ(remote_->git({"rev-parse", "main"}), first.commit);
  remote_->commit_file("by-hand", "x");
  const Publication second = publish_to(url("git"), publication_request("a", {{"g", "2"}}));
  EXPECT_EQ(remote_->git({"rev-list", "--count", "main"}), "3");
  EXPECT_EQ(remote_->listing(second.commit), "100644 a/.waybill.lock.json\n100644 a/g\n100644 by-hand");
  EXPECT_FALSE(publish_to(url("git"), publication_request("a", {{"g", "2"}})).changed);
  EXPECT_THAT(remote_->complaints(), IsEmpty());
}

TEST_F(GitServer, LocksThatAKilledProcessLeftInTheCacheAreRemoved) {
  start_daemon();
  static_cast<void>(publish_to(url("git"), publication_request("a", {{"f", "1"}})));
  int locks = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path() / "cache")) {
    if (!entry.is_directory()) continue;
    for (const char* file : {"config.lock", "packed-refs.lock", "refs/waybill/push.lock"}) {
      write_file(entry.path() / file, "", Overwrite::No);
      ++locks;
    }
  }
  EXPECT_EQ(locks, 3);
  EXPECT_TRUE(publish_to(url("git"), publication_request("a", {{"f", "2"}})).pushed);
  EXPECT_EQ(pauses_, 0);
}

TEST_F(GitServer, ANewBranchStartsFromTheHeadOfTheRemote) {
  start_daemon();
  remote_->commit_file("by-hand", "x");
  PublicationRequest request = publication_request("a", {{"f", "1"}});
  request.branch = "waybill/change";
  const Publication done = publish_to(url("git"), std::move(request));
  EXPECT_EQ(remote_->git({"rev-parse", "waybill/change^"}), remote_->git({"rev-parse", "main"}));
  EXPECT_EQ(remote_->git({"rev-parse", "waybill/change"}), done.commit);
}

TEST_F(GitServer, ADamagedCacheIsThrownAway) {
  start_daemon();
  static_cast<void>(publish_to(url("git"), publication_request("a", {{"f", "1"}})));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path() / "cache")) {
    if (entry.path().extension() != ".pack") continue;
    std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all);
    std::filesystem::resize_file(entry.path(), 20);
  }
  EXPECT_TRUE(publish_to(url("git"), publication_request("a", {{"f", "2"}})).pushed);
  EXPECT_EQ(remote_->git({"rev-list", "--count", "main"}), "2");
  EXPECT_THAT(remote_->complaints(), IsEmpty());
}

TEST_F(GitServer, AnUnknownRepositoryIsNotFoundByDaemonAndHttp) {
  start_daemon();
  EXPECT_EQ(failure(url("git", "/nowhere.git"), publication_request("a", {{"f", "1"}})), ErrorCode::NotFound)
      << message_;
  start_http();
  EXPECT_EQ(failure(url("http", "/nowhere.git"), publication_request("a", {{"f", "1"}})), ErrorCode::NotFound)
      << message_;
}

TEST_F(GitServer, AnUnreachableServerIsTriedAFewTimes) {
  port_ = waybill::testing::free_port();
  EXPECT_EQ(failure(url("git"), publication_request("a", {{"f", "1"}})), ErrorCode::Unavailable) << message_;
  EXPECT_EQ(pauses_, 2);
}

TEST_F(GitServer, ARefusingHookIsDeniedWithItsWords) {
  start_daemon();
  static_cast<void>(publish_to(url("git"), publication_request("a", {{"f", "1"}})));
  const std::string before = remote_->git({"rev-parse", "main"});
  for (const std::string hook : {"update", "pre-receive"}) {
    remote_->add_hook(hook, "echo 'frozen until Monday' >&2; exit 1");
    EXPECT_EQ(failure(url("git"), publication_request("a", {{"f", "2"}})), ErrorCode::Denied);
    EXPECT_THAT(message_, HasSubstr("frozen until Monday"));
    EXPECT_THAT(message_, HasSubstr("hook declined"));
  }
  EXPECT_EQ(remote_->git({"rev-parse", "main"}), before);
}

TEST_F(GitServer, HttpTakesThePasswordOfTheAddressAndNeverShowsIt) {
  start_http(std::string("user:") + kPassword);
  const auto credentials = default_credentials(environment({}));
  const Publication done = publish_to(url("http", "/remote.git", std::string("user:") + kPassword),
                                      publication_request("a", {{"f", "1"}}), credentials.get());
  EXPECT_EQ(remote_->git({"rev-parse", "main"}), done.commit);
  EXPECT_EQ(done.repository, url("http"));
  EXPECT_THAT(remote_->complaints(), IsEmpty());
}

TEST_F(GitServer, HttpTakesTheTokenOfTheEnvironment) {
  start_http(std::string("oauth2:") + kPassword);
  const auto credentials = default_credentials(environment({{"WAYBILL_GIT_TOKEN", kPassword}}));
  EXPECT_TRUE(publish_to(url("http"), publication_request("a", {{"f", "1"}}), credentials.get()).pushed);
}

TEST_F(GitServer, AWrongPasswordIsDeniedWithoutBeingShown) {
  start_http("user:right");
  ASSERT_EQ(::setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1), 0);
  const auto credentials = default_credentials(environment({}));
  EXPECT_EQ(failure(url("http", "/remote.git", std::string("user:") + kPassword),
                    publication_request("a", {{"f", "1"}}), credentials.get()),
            ErrorCode::Denied)
      << message_;
  EXPECT_THAT(message_, Not(HasSubstr(kPassword)));
  EXPECT_EQ(failure(url("http"), publication_request("a", {{"f", "1"}})), ErrorCode::Denied) << message_;
}

TEST_F(GitServer, ARedirectIsFollowedOnTheSameHostOnly) {
  start_http();
  EXPECT_TRUE(publish_to(url("http", "/moved/remote.git"), publication_request("a", {{"f", "0"}})).pushed);
  static_cast<void>(failure(url("http", "/away/remote.git"), publication_request("a", {{"f", "1"}})));
  EXPECT_THAT(message_, HasSubstr("redirect"));
}

TEST_F(GitServer, TlsNeedsATrustedCertificate) {
  WAYBILL_REQUIRE_PEER("openssl");
  const std::string certificate = (folder_.path() / "certificate.pem").string();
  const std::string key = (folder_.path() / "key.pem").string();
  const auto made = waybill::testing::run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                                           "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                                           "-keyout", key, "-out", certificate});
  ASSERT_EQ(made.exit_status, 0) << made.err;
  start_http("user:x", {certificate, key});
  const std::string address = "https://user:x@localhost:" + std::to_string(port_) + "/remote.git";
  const auto credentials = default_credentials(environment({}));
  EXPECT_EQ(failure(address, publication_request("a", {{"f", "1"}}), credentials.get()), ErrorCode::Denied) << message_;
  EXPECT_THAT(message_, HasSubstr("--ca-file"));
  PublicationRequest request = publication_request("a", {{"f", "1"}});
  request.repository = address;
  const Publication done = publish(
      request, {.cache_folder = folder_.path() / "cache", .credentials = credentials.get(), .ca_file = certificate});
  EXPECT_EQ(remote_->git({"rev-parse", "main"}), done.commit);
}

TEST_F(GitServer, TwoProcessesOnDifferentPathsLoseNothing) {
  start_daemon();
  constexpr int kCommits = 4;
  const pid_t one = publish_in_child(url("git"), "one", kCommits, folder_.path() / "cache-one");
  const pid_t two = publish_in_child(url("git"), "two", kCommits, folder_.path() / "cache-two");
  for (const pid_t pid : {one, two}) {
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(remote_->git({"rev-list", "--count", "main"}), std::to_string(2 * kCommits));
  EXPECT_EQ(remote_->git({"show", "main:one/f"}), std::to_string(kCommits));
  EXPECT_EQ(remote_->git({"show", "main:two/f"}), std::to_string(kCommits));
  EXPECT_THAT(remote_->complaints(), IsEmpty());
}

TEST_F(GitServer, TenClustersLoseNothing) {
  start_http();
  constexpr int kClusters = 10;
  std::vector<pid_t> writers;
  for (int i = 0; i < kClusters; ++i) {
    const std::string name = "cluster-" + std::to_string(i);
    writers.push_back(publish_in_child(url("http"), name, 2, folder_.path() / name));
  }
  for (const pid_t pid : writers) {
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(remote_->git({"rev-list", "--count", "main"}), std::to_string(2 * kClusters));
  for (int i = 0; i < kClusters; ++i)
    EXPECT_EQ(remote_->git({"show", "main:cluster-" + std::to_string(i) + "/f"}), "2");
  EXPECT_THAT(remote_->complaints(), IsEmpty());
}

TEST_F(GitServer, AChangeBranchIsBuiltOnTheBranchThatDeploys) {
  start_http();
  remote_->commit_file("by-hand", "x");
  PublicationRequest request = publication_request("a", {{"f", "1"}});
  request.change_branch = "waybill/a/0123";
  const Publication done = publish_to(url("http"), request);
  EXPECT_EQ(done.base, "main");
  EXPECT_EQ(remote_->git({"rev-parse", "waybill/a/0123^"}), remote_->git({"rev-parse", "main"}));
  remote_->commit_file("more-by-hand", "x");
  EXPECT_FALSE(publish_to(url("http"), request).changed);
  remote_->git({"update-ref", "refs/heads/main", "waybill/a/0123"});
  EXPECT_EQ(publish_to(url("http"), request).branch, "main") << "it was merged";
  request.branch = "nowhere";
  EXPECT_EQ(failure(url("http"), request), ErrorCode::NotFound) << message_;
}

}  // namespace
}  // namespace waybill::git
