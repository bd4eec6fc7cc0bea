#include "core/http/client.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <array>
#include <cstdlib>

#include "core/error.h"
#include "tests/support/fake_server.h"

namespace waybill::http {
namespace {

using testing::FakeRequest;
using testing::FakeResponse;
using testing::FakeServer;
using ::testing::SizeIs;

template <typename Body>
ErrorCode code_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::Internal;
}

TEST(HttpClient, SendsABodyAndReadsTheAnswer) {
  const FakeServer server([](const FakeRequest& request) {
    return FakeResponse{201, {{"X-Answer", " yes "}}, request.body + "!"};
  });
  SpanSource body{std::string_view("content")};
  Request request;
  request.method = "PUT";
  request.url = server.url() + "/a?b=c%2Fd";
  request.headers = {{"Content-Type", "text/plain"}};
  request.body = &body;
  request.body_size = 7;
  const Response response = make_client({})->send(request);
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "content!");
  EXPECT_EQ(response.header("x-ANSWER"), "yes");
  const FakeRequest seen = server.requests().at(0);
  EXPECT_EQ(seen.target, "/a?b=c%2Fd");
  EXPECT_EQ(seen.header("content-length"), "7");
  EXPECT_EQ(seen.header("expect"), "");
  EXPECT_EQ(seen.header("accept-encoding"), "identity");
}

TEST(HttpClient, StreamsOnlyGoodAnswersIntoTheSink) {
  const FakeServer server([](const FakeRequest& request) {
    return FakeResponse{request.target == "/good" ? 200 : 404, {}, "words"};
  });
  const auto client = make_client({});
  StringSink sink;
  EXPECT_EQ(client->send({.url = server.url() + "/good"}, &sink).body, "");
  EXPECT_EQ(client->send({.url = server.url() + "/bad"}, &sink).body, "words");
  EXPECT_EQ(sink.text(), "words");
}

TEST(HttpClient, FollowsRedirectsButKeepsTheSecretAtHome) {
  const SecretBytes secret = SecretBytes::copy_of("Bearer abc");
  const FakeServer other([](const FakeRequest&) { return FakeResponse{200, {}, "there"}; });
  const FakeServer server([&](const FakeRequest& request) {
    if (request.target == "/away") return FakeResponse{307, {{"Location", other.url() + "/x"}}, ""};
    if (request.target == "/near") return FakeResponse{302, {{"Location", "here"}}, ""};
    return FakeResponse{200, {}, "here"};
  });
  const auto client = make_client({});
  EXPECT_EQ(client->send({.url = server.url() + "/away", .authorization = &secret}).body, "there");
  EXPECT_EQ(client->send({.url = server.url() + "/near", .authorization = &secret}).final_url, server.url() + "/here");
  ASSERT_THAT(other.requests(), SizeIs(1));
  EXPECT_EQ(other.requests().at(0).header("authorization"), "");
  for (const FakeRequest& request : server.requests())
    EXPECT_EQ(request.header("authorization"), "Bearer abc") << request.target;
}

TEST(HttpClient, EndsALoopOfRedirects) {
  const FakeServer server([](const FakeRequest&) { return FakeResponse{301, {{"Location", "/again"}}, ""}; });
  EXPECT_EQ(code_of([&] { static_cast<void>(make_client({})->send({.url = server.url(), .redirects = 3})); }),
            ErrorCode::Unavailable);
  EXPECT_EQ(server.count("GET"), 4U);
}

TEST(HttpClient, TakesNoMoreThanTheLimit) {
  const FakeServer server([](const FakeRequest&) { return FakeResponse{200, {}, std::string(1000, 'x')}; });
  const auto client = make_client({});
  EXPECT_EQ(client->send({.url = server.url(), .response_limit = 1000}).body.size(), 1000U);
  EXPECT_EQ(code_of([&] { static_cast<void>(client->send({.url = server.url(), .response_limit = 999})); }),
            ErrorCode::InvalidInput);
}

TEST(HttpClient, SaysUnavailableForACutAnswerAndASilentPort) {
  const FakeServer server([](const FakeRequest&) { return FakeResponse{200, {}, "words", 2}; });
  const auto client = make_client({});
  EXPECT_EQ(code_of([&] { static_cast<void>(client->send({.url = server.url()})); }), ErrorCode::Unavailable);
  EXPECT_EQ(code_of([&] { static_cast<void>(client->send({.url = "http://127.0.0.1:1/"})); }), ErrorCode::Unavailable);
}

TEST(HttpClient, RefusesRequestsThatCouldSmuggle) {
  const FakeServer server([](const FakeRequest&) { return FakeResponse{}; });
  const auto client = make_client({});
  EXPECT_THROW(static_cast<void>(client->send({.url = server.url(), .headers = {{"X", "a\r\nY: b"}}})), Error);
  EXPECT_THROW(static_cast<void>(client->send({.url = server.url() + "/a b"})), Error);
  EXPECT_THROW(static_cast<void>(client->send({.url = "file:///etc/passwd"})), Error);
  EXPECT_THROW(static_cast<void>(client->send({.url = "http://user:word@127.0.0.1/"})), Error);
  EXPECT_THAT(server.requests(), SizeIs(0));
}

TEST(HttpClient, PassesOnTheFailureOfASourceOrASink) {
  class Broken final : public ByteSource, public ByteSink {
   public:
    std::size_t read(std::span<std::byte>) override { throw Error(ErrorCode::NoSpace, "broken"); }
    void write(Bytes) override { throw Error(ErrorCode::NoSpace, "broken"); }
  } broken;
  const FakeServer server([](const FakeRequest&) { return FakeResponse{200, {}, "words"}; });
  const auto client = make_client({});
  EXPECT_EQ(code_of([&] { static_cast<void>(client->send({.url = server.url()}, &broken)); }), ErrorCode::NoSpace);
  EXPECT_EQ(code_of([&] {
              static_cast<void>(client->send({.method = "PUT", .url = server.url(), .body = &broken, .body_size = 5}));
            }),
            ErrorCode::NoSpace);
}

// Proxies are named by variables in lower case; loopback addresses never go through one.
TEST(HttpClient, GoesThroughTheProxyThatTheEnvironmentNames) {
  const FakeServer proxy([](const FakeRequest& request) { return FakeResponse{200, {}, "proxy: " + request.target}; });
  const FakeServer server([](const FakeRequest&) { return FakeResponse{200, {}, "direct"}; });
  const auto set = [](const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); };
  set("http_proxy", proxy.url());
  EXPECT_EQ(make_client({})->send({.url = "http://registry.invalid/v2/"}).body, "proxy: http://registry.invalid/v2/");
  EXPECT_EQ(make_client({})->send({.url = server.url()}).body, "direct");
  set("no_proxy", "registry.invalid");
  EXPECT_EQ(code_of([] { static_cast<void>(make_client({})->send({.url = "http://registry.invalid/"})); }),
            ErrorCode::Unavailable);
  ::unsetenv("no_proxy");
  ::unsetenv("http_proxy");
  set("HTTP_PROXY", proxy.url());  // a CGI program's visitor can set it
  EXPECT_EQ(code_of([] { static_cast<void>(make_client({})->send({.url = "http://registry.invalid/"})); }),
            ErrorCode::Unavailable);
  ::unsetenv("HTTP_PROXY");
}

// What nobody reads waits at the server, and an answer that is dropped halfway ends its connection.
TEST(HttpClient, GivesABodyAsItComes) {
  std::string body(std::size_t{3} << 20, ' ');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
  const FakeServer server([&](const FakeRequest& request) {
    return request.path() == "/good" ? FakeResponse{200, {}, body} : FakeResponse{404, {}, "words"};
  });
  const auto client = make_client({});
  const Exchange bad = client->open({.url = server.url() + "/bad"});
  EXPECT_EQ(bad.response.body, "words");
  EXPECT_EQ(bad.body, nullptr);
  { const Exchange dropped = client->open({.url = server.url() + "/good"}); }
  Exchange good = client->open({.url = server.url() + "/good"});
  std::string read;
  std::array<std::byte, 10'007> buffer{};
  while (const std::size_t count = good.body->read(buffer)) read += as_text(Bytes(buffer).first(count));
  EXPECT_EQ(read, body);
}

}  // namespace
}  // namespace waybill::http
