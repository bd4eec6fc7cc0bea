// Pull requests over the APIs of GitHub and GitLab, played by a small server that keeps requests as they do; Gitea
// itself is asked in tests/interop/publish_gitea_test.cpp.
#include "git/forge.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "tests/support/fake_server.h"

namespace waybill::git {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using waybill::testing::FakeRequest;
using waybill::testing::FakeResponse;
using waybill::testing::FakeServer;

constexpr const char* kToken = "t0ken-word";

// The requests of one project: listed by branches, made, changed.
class FakeForge {
 public:
  explicit FakeForge(ForgeKind kind)
      : kind_(kind), server_([this](const FakeRequest& request) { return answer(request); }) {}

  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] FakeServer& server() noexcept { return server_; }
  // The next request is answered so instead.
  void answer_next(FakeResponse response) { next_.push_back(std::move(response)); }
  // Somebody else makes the request just before ours arrives.
  bool overtake = false;
  std::vector<Value> requests;

 private:
  [[nodiscard]] bool is_gitlab() const { return kind_ == ForgeKind::GitLab; }
  [[nodiscard]] std::string collection() const {
    return is_gitlab() ? "/api/v4/projects/group%2Fsub%2Fsite/merge_requests" : "/api/v3/repos/owner/site/pulls";
  }

  Value stored(const Value& body, std::int64_t number) const {
    Value request = Value::map({});
    if (is_gitlab()) {
      request = body;
      request.set("iid", number);
      request.set("web_url", fmt::format("https://forge.example/-/merge_requests/{}", number));
      return request;
    }
    request.set("number", number);
    request.set("title", body.text_or("title", {}));
    request.set("body", body.text_or("body", {}));
    request.set("head", Value::map({{"ref", body.text_or("head", {})}}));
    request.set("base", Value::map({{"ref", body.text_or("base", {})}}));
    request.set("html_url", fmt::format("https://forge.example/pull/{}", number));
    return request;
  }

  FakeResponse answer(const FakeRequest& request) {
    if (!next_.empty()) {
      FakeResponse response = next_.front();
      next_.erase(next_.begin());
      return response;
    }
    if (request.header("authorization") != fmt::format("Bearer {}", kToken))
      return json(401, "{\"message\":\"Bad credentials\"}");
    if (request.method == "GET" && request.path() == collection()) {
      Value list = Value::list();
      for (const Value& known : requests) list.push_back(known);
      return json(200, json::write(list));
    }
    if (request.method == "POST" && request.path() == collection()) {
      const auto number = static_cast<std::int64_t>(requests.size()) + 1;
      requests.push_back(stored(json::parse(request.body, "request"), number));
      if (overtake) return json(is_gitlab() ? 409 : 422, "{\"message\":\"Validation Failed\",\"errors\":[\"exists\"]}");
      return json(201, json::write(requests.back()));
    }
    if (request.method == (is_gitlab() ? "PUT" : "PATCH") && request.path() == collection() + "/1") {
      const Value body = json::parse(request.body, "request");
      for (const Value::Member& member : body.members()) requests.at(0).set(member.key, member.value);
      return json(200, json::write(requests.at(0)));
    }
    return json(404, "{\"message\":\"Not Found\"}");
  }
  static FakeResponse json(int status, std::string body) {
    return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
  }

  ForgeKind kind_;
  std::vector<FakeResponse> next_;
  FakeServer server_;
};

class ForgeTest : public ::testing::TestWithParam<ForgeKind> {
 protected:
  [[nodiscard]] ForgePlace place() const {
    const std::string project = GetParam() == ForgeKind::GitLab ? "/group/sub/site.git" : "/owner/site.git";
    return *find_forge(RemoteAddress::parse(forge_.url() + project),
                       GetParam() == ForgeKind::GitLab ? "gitlab" : "github", "");
  }
  [[nodiscard]] PullRequest propose(const PullRequestText& text, const std::string& token = kToken) {
    const auto client = http::make_client({.user_agent = "tests"});
    const auto credentials = default_credentials([&](std::string_view name) -> std::optional<std::string> {
      return name == "WAYBILL_GIT_TOKEN" ? std::optional(token) : std::nullopt;
    });
    return open_or_update(place(), text,
                          {.client = *client, .credentials = *credentials, .sleep = [this](auto) { ++pauses_; }});
  }
  [[nodiscard]] ErrorCode failure(const std::string& token = kToken) {
    try {
      static_cast<void>(propose(kText, token));
    } catch (const Error& error) {
      message_ = error.message() + " " + error.hint();
      return error.code();
    }
    ADD_FAILURE() << "nothing was refused";
    return ErrorCode::Internal;
  }

  const PullRequestText kText{.head = "waybill/a/0123", .base = "main", .title = "Roll out", .body = "one\n\n- two\n"};
  FakeForge forge_{GetParam()};
  int pauses_ = 0;
  std::string message_;
};

TEST_P(ForgeTest, ARequestIsOpenedOnceAndFoundAgain) {
  const PullRequest first = propose(kText);
  EXPECT_EQ(first.state, PullRequestState::Opened);
  EXPECT_EQ(first.number, 1);
  EXPECT_THAT(first.url, HasSubstr("forge.example"));
  const PullRequest second = propose(kText);
  EXPECT_EQ(second.state, PullRequestState::Unchanged);
  EXPECT_EQ(second.number, 1);
  EXPECT_EQ(forge_.requests.size(), 1U);
}

TEST_P(ForgeTest, OtherWordsUpdateTheOpenRequest) {
  static_cast<void>(propose(kText));
  PullRequestText text = kText;
  text.title = "Roll out again";
  const PullRequest updated = propose(text);
  EXPECT_EQ(updated.state, PullRequestState::Updated);
  EXPECT_EQ(updated.number, 1);
  EXPECT_EQ(forge_.requests.at(0).text_or("title", {}), "Roll out again");
  EXPECT_EQ(forge_.requests.size(), 1U);
}

TEST_P(ForgeTest, ARequestOfOtherBranchesIsNotTaken) {
  static_cast<void>(propose(kText));
  PullRequestText text = kText;
  text.head = "waybill/b/0123";
  EXPECT_EQ(propose(text).state, PullRequestState::Opened);
  EXPECT_EQ(forge_.requests.size(), 2U);
}

TEST_P(ForgeTest, WhoeverWasFasterIsFound) {
  forge_.overtake = true;
  EXPECT_EQ(propose(kText).state, PullRequestState::Unchanged);
  EXPECT_EQ(forge_.requests.size(), 1U);
}

TEST_P(ForgeTest, AWeakTokenIsDeniedAndNeverShown) {
  EXPECT_EQ(failure("wr0ng-word"), ErrorCode::Denied);
  EXPECT_THAT(message_, Not(HasSubstr("wr0ng-word")));
  forge_.answer_next({.status = 403, .headers = {}, .body = "{\"message\":\"Resource not accessible\"}"});
  EXPECT_EQ(failure(), ErrorCode::Denied);
  EXPECT_THAT(message_, HasSubstr("Resource not accessible"));
}

TEST_P(ForgeTest, AProjectThatCannotBeSeenIsNotFound) {
  forge_.answer_next({.status = 404, .headers = {}, .body = "{\"message\":\"Not Found\"}"});
  EXPECT_EQ(failure(), ErrorCode::NotFound);
  EXPECT_THAT(message_, HasSubstr("token"));
}

TEST_P(ForgeTest, ALimitIsToldAsOne) {
  forge_.answer_next({.status = 429, .headers = {}, .body = ""});
  EXPECT_EQ(failure(), ErrorCode::RateLimited);
  forge_.answer_next({.status = 403, .headers = {{"X-RateLimit-Remaining", "0"}}, .body = "{}"});
  EXPECT_EQ(failure(), ErrorCode::RateLimited);
}

TEST_P(ForgeTest, APassingFailureIsTriedAgain) {
  forge_.answer_next({.status = 502, .headers = {}, .body = "bad gateway"});
  forge_.answer_next({.status = 503, .headers = {}, .body = ""});
  EXPECT_EQ(propose(kText).state, PullRequestState::Opened);
  EXPECT_EQ(pauses_, 2);
}

TEST_P(ForgeTest, ALastingFailureIsUnavailable) {
  for (int i = 0; i < 3; ++i) forge_.answer_next({.status = 500, .headers = {}, .body = "{\"message\":\"boom\"}"});
  EXPECT_EQ(failure(), ErrorCode::Unavailable);
  EXPECT_THAT(message_, HasSubstr("boom"));
}

TEST_P(ForgeTest, AnAnswerThatIsNoneIsUnavailable) {
  for (const char* body : {"<html>", "{}",
                           "[{\"head\":{\"ref\":\"waybill/a/0123\"},\"base\":{\"ref\":\"main\"},"
                           "\"source_branch\":\"waybill/a/0123\",\"target_branch\":\"main\"}]"}) {
    forge_.answer_next({.status = 200, .headers = {}, .body = body});
    EXPECT_EQ(failure(), ErrorCode::Unavailable) << body << ": " << message_;
  }
}

TEST_P(ForgeTest, ARefusalIsAConflictInTheForgesWords) {
  forge_.answer_next({.status = 200, .headers = {}, .body = "[]"});
  forge_.answer_next({.status = 422, .headers = {}, .body = "{\"message\":\"No commits between main and x\"}"});
  EXPECT_EQ(failure(), ErrorCode::Conflict);
  EXPECT_THAT(message_, HasSubstr("No commits between main and x"));
}

TEST_P(ForgeTest, TheTokenIsNotSentAlongARedirect) {
  const FakeServer elsewhere(
      [](const FakeRequest&) { return FakeResponse{.status = 200, .headers = {}, .body = "[]"}; });
  forge_.answer_next({.status = 302, .headers = {{"Location", elsewhere.url() + "/api"}}, .body = ""});
  static_cast<void>(propose(kText));
  ASSERT_EQ(elsewhere.requests().size(), 1U);
  EXPECT_EQ(elsewhere.requests()[0].header("authorization"), "");
}

INSTANTIATE_TEST_SUITE_P(Kinds, ForgeTest, ::testing::Values(ForgeKind::GitHub, ForgeKind::GitLab),
                         [](const ::testing::TestParamInfo<ForgeKind>& kind) {
                           return kind.param == ForgeKind::GitHub ? "GitHub" : "GitLab";
                         });

std::string described(std::string_view repository, std::string_view kind = {}, std::string_view url = {}) {
  const auto place = find_forge(RemoteAddress::parse(repository), kind, url);
  return place ? fmt::format("{} {} {}", place->api, place->project, place->account.text()) : "nobody says";
}

TEST(FindForge, KnowsHostsByTheirNames) {
  EXPECT_EQ(described("https://github.com/owner/site.git"),
            "https://api.github.com owner/site https://github.com/owner/site.git");
  EXPECT_EQ(described("git@github.com:owner/site.git"),
            "https://api.github.com owner/site https://github.com/owner/site");
  EXPECT_EQ(described("ssh://git@ssh.github.com:443/owner/site.git"),
            "https://api.github.com owner/site https://github.com/owner/site");
  EXPECT_EQ(described("https://gitlab.example.org:8443/a/b/c.git"),
            "https://gitlab.example.org:8443/api/v4 a/b/c https://gitlab.example.org:8443/a/b/c.git");
  EXPECT_EQ(described("ssh://git@gitlab.example.org:2222/a/b.git"),
            "https://gitlab.example.org/api/v4 a/b https://gitlab.example.org/a/b");
  EXPECT_EQ(described("https://codeberg.org/owner/site"),
            "https://codeberg.org/api/v1 owner/site https://codeberg.org/owner/site");
}

TEST(FindForge, AsksWhereTheNameSaysNothing) {
  EXPECT_EQ(described("https://git.example.org/owner/site.git"), "nobody says");
  EXPECT_EQ(described("https://notgithub.com/owner/site.git"), "nobody says");
  EXPECT_EQ(described("https://gitlabx.example.org/owner/site.git"), "nobody says");
  EXPECT_EQ(described("/srv/site.git"), "nobody says");
  EXPECT_EQ(described("https://git.example.org/owner/site.git", "github"),
            "https://git.example.org/api/v3 owner/site https://git.example.org/owner/site.git");
  EXPECT_EQ(described("ssh://git@127.0.0.1:2222/owner/site.git", "gitea", "http://127.0.0.1:3000/"),
            "http://127.0.0.1:3000/api/v1 owner/site http://127.0.0.1:3000/owner/site");
  EXPECT_EQ(described("https://example.org/forge/owner/site.git", "gitea", "https://example.org/forge"),
            "https://example.org/forge/api/v1 owner/site https://example.org/forge/owner/site.git");
}

TEST(FindForge, ThePasswordOfAnAddressStaysAtItsHost) {
  const auto same = find_forge(RemoteAddress::parse("https://u:s3cret@git.example.org/o/s.git"), "gitea", "");
  EXPECT_EQ(same->account.password().view(), "s3cret");
  const auto other = find_forge(RemoteAddress::parse("https://u:s3cret@git.example.org/o/s.git"), "gitea",
                                "https://forge.example.org");
  EXPECT_TRUE(other->account.password().empty());
}

TEST(FindForge, RefusesWhatNamesNoProject) {
  const auto code = [](std::string_view repository, std::string_view kind, std::string_view url) {
    try {
      static_cast<void>(find_forge(RemoteAddress::parse(repository), kind, url));
      return std::string("nothing");
    } catch (const Error& error) {
      return error.message();
    }
  };
  EXPECT_THAT(code("https://github.com/site.git", "", ""), HasSubstr("does not name a project"));
  EXPECT_THAT(code("https://github.com/a/b/c.git", "", ""), HasSubstr("does not name a project"));
  EXPECT_THAT(code("https://github.com/a/b.git", "githib", ""), HasSubstr("'githib'"));
  EXPECT_THAT(code("/srv/site.git", "gitea", ""), HasSubstr("lies on no forge"));
  EXPECT_THAT(code("https://git.example.org/a/b.git", "", "https://git.example.org"), HasSubstr("what kind of forge"));
}

}  // namespace
}  // namespace waybill::git
