// Publishing over ssh to a real sshd on loopback: keys of every kind, the agent, and hosts that are not who they should
// be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <thread>

#include "core/error.h"
#include "core/file_system.h"
#include "tests/support/git_publication.h"
#include "tests/support/git_repository.h"
#include "tests/support/ssh_server.h"

namespace fs = std::filesystem;

namespace waybill::git {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using waybill::testing::Background;
using waybill::testing::GitRepository;
using waybill::testing::publication_request;
using waybill::testing::SshServer;

class GitSsh : public ::testing::Test {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("git");
    WAYBILL_REQUIRE_PEER("sshd");
    // No agent of whoever runs the tests.
    ASSERT_EQ(::unsetenv("SSH_AUTH_SOCK"), 0);
    server_ = std::make_unique<SshServer>(folder_.path() / "ssh");
    remote_ = std::make_unique<GitRepository>(GitRepository::create_bare(folder_.path() / "remote.git"));
    services_.cache_folder = folder_.path() / "cache";
    services_.known_hosts = server_->known_hosts();
    services_.sleep = [](std::chrono::milliseconds) {};
  }
  [[nodiscard]] Publication publish_to(const fs::path& folder, const std::string& content) const {
    PublicationRequest request = publication_request("a", {{"f", content}});
    request.repository = server_->url(folder.string());
    return publish(request, services_);
  }
  [[nodiscard]] ErrorCode failure(const fs::path& folder) {
    try {
      static_cast<void>(publish_to(folder, "never"));
    } catch (const Error& error) {
      message_ = error.message();
      hint_ = error.hint();
      return error.code();
    }
    ADD_FAILURE() << "nothing was refused";
    return ErrorCode::Internal;
  }
  [[nodiscard]] bool remote_is_empty() const {
    return remote_->try_git({"rev-parse", "--verify", "-q", "main"}).exit_status != 0;
  }

  TemporaryFolder folder_;
  std::unique_ptr<SshServer> server_;
  std::unique_ptr<GitRepository> remote_;
  PublicationServices services_;
  std::string message_;
  std::string hint_;
};

TEST_F(GitSsh, KeyFilesOfEveryKindAreTaken) {
  int count = 0;
  for (const std::string type : {"ed25519", "ecdsa", "rsa"}) {
    services_.ssh_key = server_->make_key(type, type);
    const Publication done = publish_to(remote_->folder(), type);
    EXPECT_TRUE(done.pushed) << type;
    EXPECT_EQ(remote_->git({"rev-parse", "main"}), done.commit);
    EXPECT_EQ(remote_->git({"rev-list", "--count", "main"}), std::to_string(++count));
  }
  EXPECT_FALSE(publish_to(remote_->folder(), "rsa").changed);
  EXPECT_THAT(remote_->complaints(), IsEmpty());
}

TEST_F(GitSsh, TheAgentIsAsked) {
  const fs::path key = server_->make_key("agent-key", "ed25519", true, "a passphrase");
  const std::string socket = (folder_.path() / "agent").string();
  const Background agent({"ssh-agent", "-D", "-a", socket}, (folder_.path() / "agent.log").string());
  for (int i = 0; i < 200 && !fs::exists(socket); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const fs::path askpass = folder_.path() / "askpass";
  write_file(askpass, "#!/bin/sh\necho 'a passphrase'\n", Overwrite::Yes, 0700);
  const auto added = waybill::testing::run(
      {"ssh-add", key.string()},
      {.environment = {
           {"SSH_AUTH_SOCK", socket}, {"SSH_ASKPASS", askpass.string()}, {"SSH_ASKPASS_REQUIRE", "force"}}});
  ASSERT_EQ(added.exit_status, 0) << added.err;
  ASSERT_EQ(::setenv("SSH_AUTH_SOCK", socket.c_str(), 1), 0);
  EXPECT_TRUE(publish_to(remote_->folder(), "1").pushed);
  ASSERT_EQ(::unsetenv("SSH_AUTH_SOCK"), 0);
}

TEST_F(GitSsh, AnUnknownHostIsNeverAccepted) {
  services_.ssh_key = server_->make_key("key", "ed25519");
  services_.known_hosts = folder_.path() / "nobody";
  write_file(services_.known_hosts, "", Overwrite::Yes);
  EXPECT_EQ(failure(remote_->folder()), ErrorCode::Untrusted) << message_;
  EXPECT_THAT(message_, HasSubstr("is not known"));
  EXPECT_THAT(hint_, HasSubstr("ssh-keyscan -p " + std::to_string(server_->port()) + " 127.0.0.1"));
  EXPECT_TRUE(remote_is_empty());
  EXPECT_EQ(read_file(services_.known_hosts), "") << "nor remembered";
}

TEST_F(GitSsh, AHostWithAnotherKeyIsNeverAccepted) {
  services_.ssh_key = server_->make_key("key", "ed25519");
  services_.known_hosts = server_->wrong_known_hosts();
  EXPECT_EQ(failure(remote_->folder()), ErrorCode::Untrusted) << message_;
  EXPECT_THAT(message_, HasSubstr("not the one that is known"));
  EXPECT_THAT(hint_, HasSubstr("ssh-keygen -R"));
  EXPECT_TRUE(remote_is_empty());
}

TEST_F(GitSsh, AKeyThatIsNotLetInIsDenied) {
  services_.ssh_key = server_->make_key("stranger", "ed25519", false);
  EXPECT_EQ(failure(remote_->folder()), ErrorCode::Denied) << message_;
  EXPECT_THAT(message_, HasSubstr("Permission denied"));
  EXPECT_THAT(hint_, HasSubstr("--ssh-key"));
}

TEST_F(GitSsh, AKeyWithAPassphraseIsNotAskedFor) {
  services_.ssh_key = server_->make_key("locked", "ed25519", true, "a passphrase");
  EXPECT_EQ(failure(remote_->folder()), ErrorCode::Denied) << message_;
  EXPECT_THAT(hint_, HasSubstr("ssh-add"));
}

TEST_F(GitSsh, AnUnknownRepositoryIsNotFound) {
  services_.ssh_key = server_->make_key("key", "ed25519");
  EXPECT_EQ(failure(folder_.path() / "nowhere.git"), ErrorCode::NotFound) << message_;
}

TEST_F(GitSsh, APathWithQuotesReachesTheOtherShellAsItIs) {
  services_.ssh_key = server_->make_key("key", "ed25519");
  const GitRepository odd = GitRepository::create_bare(folder_.path() / "it's; touch $HOME !here.git");
  EXPECT_TRUE(publish_to(odd.folder(), "1").pushed);
  EXPECT_EQ(odd.git({"rev-list", "--count", "main"}), "1");
}

TEST_F(GitSsh, ARefusingHookIsDeniedWithItsWords) {
  services_.ssh_key = server_->make_key("key", "ed25519");
  remote_->add_hook("pre-receive", "echo 'frozen until Monday' >&2; exit 1");
  EXPECT_EQ(failure(remote_->folder()), ErrorCode::Denied) << message_;
  EXPECT_THAT(message_, HasSubstr("frozen until Monday"));
}

TEST_F(GitSsh, AServerThatIsNotThereIsUnavailable) {
  services_.ssh_key = server_->make_key("key", "ed25519");
  server_.reset();
  PublicationRequest request = publication_request("a", {{"f", "1"}});
  request.repository = "ssh://git@127.0.0.1:" + std::to_string(waybill::testing::free_port()) + "/x.git";
  try {
    static_cast<void>(publish(request, services_));
    FAIL() << "nobody listens there";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Unavailable) << error.message();
  }
}

}  // namespace
}  // namespace waybill::git
