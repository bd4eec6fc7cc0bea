// Git servers that say nothing, break off, or say what is not so: every wait is bounded, nothing hangs, nothing
// crashes, and no secret goes astray.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "core/error.h"
#include "core/file_system.h"
#include "tests/support/fake_server.h"
#include "tests/support/git_publication.h"
#include "tests/support/process.h"
#include "tests/support/silent_server.h"

namespace waybill::git {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using waybill::testing::FakeRequest;
using waybill::testing::FakeResponse;
using waybill::testing::FakeServer;
using waybill::testing::publication_request;
using waybill::testing::SilentServer;

constexpr const char* kToken = "t0ken-word";
constexpr std::chrono::milliseconds kSilence{1000};

class GitMisbehaviour : public ::testing::Test {
 protected:
  [[nodiscard]] ErrorCode failure(const std::string& address) {
    const auto credentials = default_credentials([](std::string_view name) -> std::optional<std::string> {
      return name == "WAYBILL_GIT_TOKEN" ? std::optional<std::string>(kToken) : std::nullopt;
    });
    PublicationRequest request = publication_request("a", {{"f", "1"}});
    request.repository = address;
    const auto begin = std::chrono::steady_clock::now();
    ErrorCode code = ErrorCode::Internal;
    try {
      static_cast<void>(publish(request, {.cache_folder = folder_.path() / "cache",
                                          .credentials = credentials.get(),
                                          .silence = kSilence,
                                          .sleep = [](std::chrono::milliseconds) {}}));
      ADD_FAILURE() << "nothing was refused";
    } catch (const Error& error) {
      code = error.code();
      message_ = error.message() + " " + error.hint();
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
    EXPECT_THAT(message_, Not(HasSubstr(kToken)));
    return code;
  }
  // A server that answers every request with this.
  [[nodiscard]] ErrorCode failure_with(const FakeResponse& response) {
    const FakeServer server([&](const FakeRequest&) { return response; });
    return failure(server.url() + "/site.git");
  }
  static FakeResponse advertisement(std::string body) {
    return {.status = 200,
            .headers = {{"Content-Type", "application/x-git-upload-pack-advertisement"}},
            .body = std::move(body)};
  }

  TemporaryFolder folder_;
  std::string message_;
};

TEST_F(GitMisbehaviour, ASilentServerIsLeftAfterATime) {
  const SilentServer server;
  for (const std::string scheme : {"git", "http", "https"})
    EXPECT_EQ(failure(scheme + "://" + server.host() + "/site.git"), ErrorCode::Timeout) << scheme << ": " << message_;
}

TEST_F(GitMisbehaviour, ASilentSshServerIsLeftAfterATime) {
  WAYBILL_REQUIRE_PEER("ssh");
  const SilentServer server;
  EXPECT_EQ(failure("ssh://git@" + server.host() + "/site.git"), ErrorCode::Timeout) << message_;
}

TEST_F(GitMisbehaviour, AnAnswerThatIsNoGitIsNotFound) {
  EXPECT_EQ(failure_with({.status = 200, .headers = {{"Content-Type", "text/html"}}, .body = "<html>Log in</html>"}),
            ErrorCode::NotFound);
  EXPECT_THAT(message_, HasSubstr("not as a git server"));
}

TEST_F(GitMisbehaviour, StatusesAreToldApart) {
  EXPECT_EQ(failure_with({.status = 403, .headers = {{"Content-Type", "text/plain"}}, .body = "no\nway\x1b[31m"}),
            ErrorCode::Denied);
  EXPECT_THAT(message_, HasSubstr("no way [31m"));
  EXPECT_EQ(failure_with({.status = 404, .headers = {}, .body = ""}), ErrorCode::NotFound);
  EXPECT_EQ(failure_with({.status = 429, .headers = {}, .body = ""}), ErrorCode::RateLimited);
  EXPECT_EQ(failure_with({.status = 503, .headers = {}, .body = ""}), ErrorCode::Unavailable);
  EXPECT_EQ(failure_with({.status = 401, .headers = {}, .body = ""}), ErrorCode::Denied);
}

TEST_F(GitMisbehaviour, BrokenAdvertisementsAreRefused) {
  for (const std::string& body :
       {std::string(), std::string("zzzz"), std::string("ffff"), std::string("001e# service=git-upload-pack\n"),
        std::string("001e# service=git-upload-pack\n0000"),
        std::string("001e# service=git-upload-pack\n00000032nothex\n"),
        std::string("001e# service=git-upload-pack\n0000") +
            "003f0123456789012345678901234567890123456789 refs/heads/main\n0000",
        std::string(1 << 20, '0')}) {
    EXPECT_THAT(failure_with(advertisement(body)), AnyOf(ErrorCode::Unclassified, ErrorCode::Unavailable))
        << body.substr(0, 80) << ": " << message_;
  }
}

TEST_F(GitMisbehaviour, AConnectionThatBreaksOffIsUnavailable) {
  FakeResponse response = advertisement(std::string(1000, '0'));
  response.cut = 500;
  EXPECT_EQ(failure_with(response), ErrorCode::Unavailable) << message_;
}

TEST_F(GitMisbehaviour, ATokenIsNotSentToWhereAServerPoints) {
  FakeServer elsewhere([](const FakeRequest&) {
    return FakeResponse{.status = 401, .headers = {{"WWW-Authenticate", "Basic realm=\"x\""}}, .body = ""};
  });
  const FakeServer server([&](const FakeRequest& request) {
    if (request.header("authorization").empty())
      return FakeResponse{.status = 401, .headers = {{"WWW-Authenticate", "Basic realm=\"x\""}}, .body = ""};
    return FakeResponse{.status = 302, .headers = {{"Location", elsewhere.url() + request.target}}, .body = ""};
  });
  static_cast<void>(failure(server.url() + "/site.git"));
  ASSERT_FALSE(elsewhere.requests().empty());
  for (const FakeRequest& request : elsewhere.requests()) EXPECT_EQ(request.header("authorization"), "");
}

TEST_F(GitMisbehaviour, ATokenIsNotSentOverPlainHttpToAnotherHost) {
  const auto credentials = default_credentials([](std::string_view name) -> std::optional<std::string> {
    return name == "WAYBILL_GIT_TOKEN" ? std::optional<std::string>(kToken) : std::nullopt;
  });
  ASSERT_EQ(::setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1), 0);
  EXPECT_FALSE(credentials->credential(RemoteAddress::parse("http://git.example.org/site.git"), 0));
  EXPECT_THAT(credentials->remark(), HasSubstr("plain http"));
  EXPECT_TRUE(credentials->credential(RemoteAddress::parse("https://git.example.org/site.git"), 0));
}

}  // namespace
}  // namespace waybill::git
