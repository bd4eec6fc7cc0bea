// The built program and a real forge: Gitea over http and ssh, tokens, a protected branch, and pull requests.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "core/file_system.h"
#include "core/json/reader.h"
#include "tests/support/gitea_server.h"
#include "tests/support/published_bundle.h"

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class PublishGitea : public ::testing::Test {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("gitea");
    WAYBILL_REQUIRE_PEER("git");
    WAYBILL_REQUIRE_PEER("openssl");
    if (!server_) server_ = std::make_unique<GiteaServer>(folder_->path() / "gitea");
    place_ = std::make_unique<Workplace>(WAYBILL_PROGRAM);
    repository_ = fmt::format("site-{}", ++count_);
    ASSERT_EQ(server_
                  ->call("POST", "/user/repos",
                         fmt::format("{{\"name\":\"{}\",\"private\":true,\"auto_init\":true,"
                                     "\"default_branch\":\"main\",\"readme\":\"Default\"}}",
                                     repository_))
                  .status,
              201);
  }
  static void SetUpTestSuite() { folder_ = std::make_unique<TemporaryFolder>(); }
  static void TearDownTestSuite() {
    server_.reset();
    folder_.reset();
  }

  [[nodiscard]] std::string http_url() const { return fmt::format("{}/owner/{}.git", server_->url(), repository_); }
  [[nodiscard]] std::string api(const std::string& path) const {
    return fmt::format("/repos/owner/{}{}", repository_, path);
  }
  [[nodiscard]] ProcessResult publish(Words more, const std::string& token = server_->token(),
                                      const std::string& intent = "training") const {
    Words command = {"env",           "WAYBILL_GIT_TOKEN=" + token,
                     WAYBILL_PROGRAM, "publish",
                     "--service",     "eks",
                     "--accelerator", "gb200",
                     "--os",          "ubuntu",
                     "--intent",      intent,
                     "--path",        "clusters/a",
                     "--author",      "Ada <ada@example.org>",
                     "--repo"};
    command.insert(command.end(), more.begin(), more.end());
    return place_->run(command);
  }
  [[nodiscard]] Value published(Words more, const std::string& intent = "training") const {
    more.insert(more.end(), {"--format", "json"});
    const ProcessResult done = publish(std::move(more), server_->token(), intent);
    EXPECT_EQ(done.exit_status, 0) << done.err;
    return done.exit_status == 0 ? json::parse(done.out, "the result") : Value();
  }
  [[nodiscard]] std::string tip(const std::string& branch = "main") const {
    const Value answer = server_->call("GET", api("/branches/" + branch)).body;
    const Value* commit = answer.find("commit");
    return commit == nullptr ? "" : commit->text_or("id", {});
  }
  void protect_main() const {
    ASSERT_EQ(
        server_->call("POST", api("/branch_protections"), "{\"rule_name\":\"main\",\"enable_push\":false}").status,
        201);
  }
  static std::string text(const Value& result, const std::string& member) {
    return result.find("git")->text_or(member, {});
  }

  static inline std::unique_ptr<TemporaryFolder> folder_;
  static inline std::unique_ptr<GiteaServer> server_;
  static inline int count_ = 0;
  std::unique_ptr<Workplace> place_;
  std::string repository_;
};

TEST_F(PublishGitea, CommitsOverHttpWithAToken) {
  const Value done = published({http_url()});
  EXPECT_EQ(tip(), text(done, "commit"));
  EXPECT_FALSE(published({http_url()}).find("git")->find("changed")->as_bool());
}

TEST_F(PublishGitea, RefusesAWrongTokenWithoutShowingIt) {
  const ProcessResult refused = publish({http_url()}, "0123456789abcdef0123456789abcdef01234567");
  EXPECT_EQ(refused.exit_status, 4) << refused.err;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("WAYBILL_GIT_TOKEN"), Not(HasSubstr("0123456789abcdef"))));
  EXPECT_EQ(refused.out, "");
}

TEST_F(PublishGitea, RefusesATokenThatMayOnlyRead) {
  const std::string token = server_->make_token("reader-" + repository_, "read:repository");
  const ProcessResult refused = publish({http_url()}, token);
  EXPECT_EQ(refused.exit_status, 4) << refused.err;
  EXPECT_THAT(refused.err, Not(HasSubstr(token)));
}

TEST_F(PublishGitea, CommitsOverSshWithAKey) {
  WAYBILL_REQUIRE_PEER("ssh-keygen");
  place_->must({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "id"});
  std::string half = read_file(place_->path("id.pub"));
  half.pop_back();
  ASSERT_EQ(
      server_->call("POST", "/user/keys", fmt::format("{{\"title\":\"{}\",\"key\":\"{}\"}}", repository_, half)).status,
      201);
  write_file(place_->path("hosts"), server_->host_key(), Overwrite::Yes);
  const std::string address = server_->ssh_url(fmt::format("/owner/{}.git", repository_));
  const Value done = published({address, "--ssh-key", "id", "--known-hosts", "hosts"});
  EXPECT_EQ(tip(), text(done, "commit"));
  // The pull request goes over http all the same.
  const Value proposed = published({address, "--ssh-key", "id", "--known-hosts", "hosts", "--branch-per-change",
                                    "--forge", "gitea", "--forge-url", server_->url()},
                                   "inference");
  EXPECT_EQ(proposed.find("git")->find("pullRequest")->text_or("state", {}), "opened");
}

TEST_F(PublishGitea, AProtectedBranchRefusesAndAPullRequestDoesIt) {
  protect_main();
  const std::string before = tip();
  const ProcessResult refused = publish({http_url()});
  EXPECT_EQ(refused.exit_status, 4) << refused.err;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("protected branch"), HasSubstr("--branch-per-change")));
  EXPECT_EQ(tip(), before);

  const Words by_request = {http_url(), "--branch-per-change", "--forge", "gitea"};
  const Value first = published(by_request);
  EXPECT_EQ(tip(), before);
  EXPECT_EQ(text(first, "base"), "main");
  EXPECT_EQ(tip(text(first, "branch")), text(first, "commit"));
  const Value* request = first.find("git")->find("pullRequest");
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(request->text_or("state", {}), "opened");
  const std::string number = std::to_string(request->find("number")->as_int());

  // The same change is the same request, and words that somebody changed are put right.
  EXPECT_EQ(published(by_request).find("git")->find("pullRequest")->text_or("state", {}), "unchanged");
  ASSERT_EQ(server_->call("PATCH", api("/pulls/" + number), "{\"title\":\"Something else\"}").status, 201);
  const Value updated = published(by_request);
  EXPECT_EQ(updated.find("git")->find("pullRequest")->text_or("state", {}), "updated");
  EXPECT_EQ(updated.find("git")->find("pullRequest")->text_or("url", {}), request->text_or("url", {}));
  EXPECT_THAT(server_->call("GET", api("/pulls/" + number)).body.text_or("title", {}), HasSubstr("Roll out"));
  EXPECT_EQ(server_->call("GET", api("/pulls?state=all")).body.items().size(), 1U);

  // Merged, nothing is left to do; another change is another request.
  int status = 0;
  for (int i = 0; i < 100 && status != 200; ++i)
    status = server_
                 ->call("POST", api(fmt::format("/pulls/{}/merge", number)),
                        "{\"Do\":\"merge\",\"delete_branch_after_merge\":true}")
                 .status;
  ASSERT_EQ(status, 200);
  const Value merged = published(by_request);
  EXPECT_FALSE(merged.find("git")->find("changed")->as_bool());
  EXPECT_EQ(merged.find("git")->find("pullRequest"), nullptr);
  EXPECT_EQ(text(merged, "branch"), "main");
  EXPECT_EQ(published(by_request, "inference").find("git")->find("pullRequest")->text_or("state", {}), "opened");
}

TEST_F(PublishGitea, WithoutATokenNothingIsPushed) {
  const ProcessResult refused = publish({http_url(), "--branch-per-change", "--forge", "gitea"}, "");
  EXPECT_EQ(refused.exit_status, 4) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("WAYBILL_GIT_TOKEN"));
  EXPECT_EQ(server_->call("GET", api("/branches")).body.items().size(), 1U);
}

}  // namespace
}  // namespace waybill::testing
