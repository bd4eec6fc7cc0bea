// Signed commits, judged by git itself with the public keys of the signers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>

#include "core/error.h"
#include "core/file_system.h"
#include "git/commit_signer.h"
#include "tests/support/git_publication.h"
#include "tests/support/git_repository.h"

namespace fs = std::filesystem;

namespace waybill::git {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using waybill::testing::GitRepository;
using waybill::testing::ProcessResult;
using waybill::testing::publication_request;

class GitSigning : public ::testing::Test {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("git");
    remote_ = std::make_unique<GitRepository>(GitRepository::create_bare(folder_.path() / "remote.git"));
  }
  [[nodiscard]] Publication publish_signed(const std::string& content) {
    PublicationRequest request = publication_request("a", {{"f", content}});
    request.repository = remote_->folder().string();
    request.sign = make_commit_signer(
        request.committer,
        [this](std::string_view key) -> std::optional<std::string> {
          const auto found = configuration_.find(std::string(key));
          return found == configuration_.end() ? std::nullopt : std::optional(found->second);
        },
        [](std::string_view) -> std::optional<std::string> { return std::nullopt; });
    return publish(request, {.cache_folder = folder_.path() / "cache"});
  }
  [[nodiscard]] ErrorCode failure() {
    try {
      static_cast<void>(publish_signed("never"));
    } catch (const Error& error) {
      message_ = error.message() + " " + error.hint();
      return error.code();
    }
    ADD_FAILURE() << "nothing was refused";
    return ErrorCode::Internal;
  }
  // An Ed25519 key for Ada in a keyring of its own; the agent that gpg starts for it ends with the folder.
  void make_gpg_key() {
    const fs::path home = folder_.path() / "gnupg";
    fs::create_directories(home);
    fs::permissions(home, fs::perms::owner_all);
    ASSERT_EQ(::setenv("GNUPGHOME", home.c_str(), 1), 0);
    const ProcessResult made =
        waybill::testing::run({"gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key",
                               "Ada <ada@example.org>", "ed25519", "sign"});
    ASSERT_EQ(made.exit_status, 0) << made.err;
  }
  [[nodiscard]] fs::path make_ssh_key() const {
    const fs::path key = folder_.path() / "signer";
    const ProcessResult made =
        waybill::testing::run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", key.string()});
    if (made.exit_status != 0) throw std::runtime_error(made.err);
    write_file(folder_.path() / "allowed", "ada@example.org " + read_file(key.string() + ".pub"), Overwrite::Yes);
    return key;
  }
  [[nodiscard]] ProcessResult verified_by_git(std::vector<std::string> command = {}) const {
    command.insert(command.end(), {"verify-commit", "-v", "main"});
    return remote_->try_git(command);
  }

  TemporaryFolder folder_;
  std::unique_ptr<GitRepository> remote_;
  std::map<std::string, std::string> configuration_;
  std::string message_;
};

TEST_F(GitSigning, GnupgSignsWithTheKeyOfTheCommitter) {
  WAYBILL_REQUIRE_PEER("gpg");
  make_gpg_key();
  EXPECT_TRUE(publish_signed("1").pushed);
  const ProcessResult judged = verified_by_git();
  EXPECT_EQ(judged.exit_status, 0) << judged.err;
  EXPECT_THAT(judged.err, HasSubstr("Good signature"));
  EXPECT_EQ(remote_->git({"log", "-1", "--format=%G?", "main"}), "G") << "what Argo CD asks for";
  EXPECT_THAT(remote_->git({"log", "-1", "--show-signature", "main"}), HasSubstr("Ada <ada@example.org>"));
  EXPECT_THAT(remote_->complaints(), IsEmpty());
  EXPECT_FALSE(publish_signed("1").changed) << "an equal tree makes no commit, signed or not";
}

TEST_F(GitSigning, GnupgSignsWithTheKeyThatIsNamed) {
  WAYBILL_REQUIRE_PEER("gpg");
  make_gpg_key();
  configuration_["user.signingKey"] = "ada@example.org";
  configuration_["gpg.program"] = "gpg";
  EXPECT_TRUE(publish_signed("1").pushed);
  EXPECT_EQ(verified_by_git().exit_status, 0);
  configuration_["user.signingKey"] = "nobody@example.org";
  EXPECT_EQ(failure(), ErrorCode::Denied);
  EXPECT_THAT(message_, HasSubstr("gpg"));
  EXPECT_EQ(remote_->git({"rev-list", "--count", "main"}), "1");
}

TEST_F(GitSigning, SshSignsWithAKeyFile) {
  WAYBILL_REQUIRE_PEER("ssh-keygen");
  configuration_ = {{"gpg.format", "ssh"}, {"user.signingKey", make_ssh_key().string()}};
  EXPECT_TRUE(publish_signed("1").pushed);
  const ProcessResult judged =
      verified_by_git({"-c", "gpg.ssh.allowedSignersFile=" + (folder_.path() / "allowed").string()});
  EXPECT_EQ(judged.exit_status, 0) << judged.err;
  EXPECT_THAT(judged.err, HasSubstr("Good \"git\" signature for ada@example.org"));
  EXPECT_THAT(remote_->complaints(), IsEmpty());
}

TEST_F(GitSigning, SshSignsWithTheAgentForAKeyWrittenOut) {
  WAYBILL_REQUIRE_PEER("ssh-agent");
  const fs::path key = make_ssh_key();
  const std::string socket = (folder_.path() / "agent").string();
  const waybill::testing::Background agent({"ssh-agent", "-D", "-a", socket}, (folder_.path() / "agent.log").string());
  const auto wait_for_agent = [&] {
    for (int i = 0; i < 500; ++i) {
      if (waybill::testing::run({"ssh-add", key.string()}, {.environment = {{"SSH_AUTH_SOCK", socket}}}).exit_status ==
          0)
        return true;
    }
    return false;
  };
  ASSERT_TRUE(wait_for_agent());
  ASSERT_EQ(::setenv("SSH_AUTH_SOCK", socket.c_str(), 1), 0);
  std::string half = read_file(key.string() + ".pub");
  half.pop_back();
  configuration_ = {{"gpg.format", "ssh"}, {"user.signingKey", "key::" + half}};
  EXPECT_TRUE(publish_signed("1").pushed);
  EXPECT_EQ(verified_by_git({"-c", "gpg.ssh.allowedSignersFile=" + (folder_.path() / "allowed").string()}).exit_status,
            0);
  ASSERT_EQ(::unsetenv("SSH_AUTH_SOCK"), 0);
}

TEST_F(GitSigning, WhatCannotSignIsRefusedBeforeAnythingIsWritten) {
  configuration_ = {{"gpg.format", "ssh"}};
  EXPECT_EQ(failure(), ErrorCode::InvalidInput);
  configuration_ = {{"gpg.format", "x509"}};
  EXPECT_EQ(failure(), ErrorCode::InvalidInput);
  configuration_ = {{"gpg.program", "/no/such/program"}};
  EXPECT_EQ(failure(), ErrorCode::Unavailable);
  configuration_ = {{"gpg.program", "true"}};
  EXPECT_EQ(failure(), ErrorCode::Denied) << "a program that says nothing has not signed";
  EXPECT_NE(remote_->try_git({"rev-parse", "--verify", "-q", "main"}).exit_status, 0);
}

}  // namespace
}  // namespace waybill::git
