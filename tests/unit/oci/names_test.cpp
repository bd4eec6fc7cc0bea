#include <fmt/core.h>
#include <gmock/gmock.h>

#include "core/error.h"
#include "oci/auth.h"
#include "oci/reference.h"
#include "oci/target.h"

namespace waybill::oci {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kLongDigest = "sha512:" + std::string(64, 'a') + std::string(64, 'b');

TEST(Reference, IsPrintedAsItWasRead) {
  for (const std::string& text :
       {std::string("localhost:5000/a"), std::string("registry.example.com/team/app-x__y.z:1.0_b"),
        "[::1]:5000/a/b@" + kDigest, "127.0.0.1/a:v1@" + kDigest, "a.b/c@" + kLongDigest}) {
    EXPECT_EQ(Reference::parse(text).to_string(), text);
  }
}

TEST(Reference, RefusesWhatIsNone) {
  for (const std::string& text : {std::string(),
                                  std::string("app"),
                                  std::string("team/app"),
                                  std::string("a.b/"),
                                  std::string("a.b/App"),
                                  std::string("a.b/a..b"),
                                  std::string("a.b/-a"),
                                  std::string("a.b/a-"),
                                  std::string("a.b/a//b"),
                                  std::string("a.b/a:"),
                                  std::string("a.b/a:.x"),
                                  std::string("a.b/a@sha256:abc"),
                                  std::string("a.b:0/a"),
                                  std::string("a.b:99999/a"),
                                  std::string("user@a.b/a"),
                                  std::string("a b.c/a"),
                                  "a.b/" + std::string(300, 'a'),
                                  "a.b/a:" + std::string(129, 'a'),
                                  "a.b/a@sha256:" + std::string(64, 'A'),
                                  "a.b/a@" + kLongDigest + "0",
                                  "a.b/a@sha512:" + std::string(64, 'a')}) {
    EXPECT_THROW(static_cast<void>(Reference::parse(text)), Error) << text;
  }
}

TEST(DigestTag, IsTold) {
  const Digest digest = Digest::parse(kDigest);
  EXPECT_TRUE(is_digest_tag(digest_tag(digest)));
  EXPECT_TRUE(is_digest_tag(digest_tag(digest, ".sig")));
  EXPECT_FALSE(is_digest_tag(digest_tag(digest) + "0"));
  EXPECT_FALSE(is_digest_tag("sha256-abc"));
  // distribution-spec 1.1, "Referrers Tag Schema": of a longer one the first 64 digits.
  EXPECT_EQ(digest_tag(Digest::parse(kLongDigest), ".sig"), "sha512-" + std::string(64, 'a') + ".sig");
  EXPECT_TRUE(is_digest_tag(digest_tag(Digest::parse(kLongDigest))));
}

TEST(Loopback, IsThisMachineOnly) {
  for (const char* name : {"localhost", "localhost:5000", "127.0.0.1:1", "127.9.9.9", "[::1]:80", "a.localhost"})
    EXPECT_TRUE(is_loopback(name)) << name;
  for (const char* name : {"localhost.example.com", "10.0.0.1", "127.0.0.1.nip.io", "[::2]"})
    EXPECT_FALSE(is_loopback(name)) << name;
}

TEST(Target, IsOfTheWrittenKind) {
  EXPECT_EQ(std::get<RegistryTarget>(parse_target("oci://localhost:5000/a:v1")).reference.tag, "v1");
  const auto layout = std::get<LayoutTarget>(parse_target("oci-layout:out/site:v1@" + kDigest));
  EXPECT_EQ(layout.folder, "out/site");
  EXPECT_EQ(layout.tag, "v1");
  EXPECT_TRUE(layout.digest);
  EXPECT_EQ(std::get<LayoutTarget>(parse_target("oci-layout:a:b/c")).folder, "a:b/c");
  EXPECT_EQ(std::get<LayoutTarget>(parse_target("oci-layout:me@home")).folder, "me@home");
  EXPECT_EQ(std::get<ArchiveTarget>(parse_target("oci-archive:out.tar:v1")).file, "out.tar");
  EXPECT_EQ(std::get<DockerArchiveTarget>(parse_target("docker-archive:out.tar")).tag, std::nullopt);
  EXPECT_EQ(std::get<PathTarget>(parse_target("./bundle")).path, "./bundle");
}

TEST(Target, IsPrintedAsItWasRead) {
  for (const std::string& text :
       {"oci://localhost:5000/a:v1@" + kDigest, "oci-layout:out:v1@" + kDigest, std::string("oci-layout:out"),
        std::string("oci-archive:out.tar:v1"), std::string("docker-archive:out.tar"), std::string("bundle")}) {
    EXPECT_EQ(to_string(parse_target(text)), text);
  }
}

TEST(Target, SaysWhatWasExpected) {
  for (const std::string& text :
       {std::string(), std::string("docker://a.b/c"), std::string("oci:folder"), std::string("oci-layout:"),
        std::string("oci-layout::v1"), std::string("oci-archive:a:?"), std::string("oci-layout:a@sha256:12")}) {
    try {
      static_cast<void>(parse_target(text));
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
      EXPECT_THAT(error.hint(), HasSubstr("oci-layout:FOLDER"));
    }
  }
}

TEST(Challenges, AreReadWithQuotesEscapesAndSeveralInALine) {
  const auto found = parse_challenges(
      R"(BASIC realm="a, \"b\"", Bearer realm="https://auth.example.com/t",service=s,scope="x y" , Negotiate)");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].scheme, "basic");
  EXPECT_THAT(found[0].parameters, ElementsAre(Pair("realm", "a, \"b\"")));
  EXPECT_THAT(found[1].parameters,
              ElementsAre(Pair("realm", "https://auth.example.com/t"), Pair("scope", "x y"), Pair("service", "s")));
  EXPECT_EQ(found[2].scheme, "negotiate");
}

TEST(Challenges, EndWhereTheyCannotBeRead) { EXPECT_TRUE(parse_challenges(R"(Bearer realm="open)").empty()); }

// Asks for a token after a challenge that names `realm`, and returns the addresses that were asked.
std::vector<std::string> asked_for(const std::string& registry, const std::string& realm) {
  std::vector<std::string> asked;
  Authenticator authenticator(http::Url::parse(registry), "team/app", std::nullopt, system_clock(),
                              [&](const http::Request& request) {
                                asked.push_back(http::Url::parse(request.url).authority());
                                http::Response response;
                                response.status = 200;
                                response.body = R"({"access_token":"t"})";
                                return response;
                              });
  http::Response unauthorized;
  unauthorized.status = 401;
  unauthorized.headers = {{"Www-Authenticate", fmt::format("Bearer realm=\"{}\"", realm)}};
  authenticator.answer(unauthorized, Access::Pull);
  EXPECT_EQ(authenticator.authorization(Access::Pull)->view(), "Bearer t");
  EXPECT_EQ(authenticator.authorization(Access::Push), nullptr);
  return asked;
}

TEST(Authenticator, AsksForTokensOnlyWhereTheyMayBeAskedFor) {
  EXPECT_THAT(asked_for("https://registry.example.com", "https://auth.example.com/t"), ElementsAre("auth.example.com"));
  EXPECT_THAT(asked_for("http://127.0.0.1:5000", "http://127.0.0.1:5001/t"), ElementsAre("127.0.0.1:5001"));
  for (const char* realm :
       {"http://auth.example.com/t", "https://127.0.0.1/t", "https://10.1.2.3/t", "https://169.254.169.254/t",
        "https://[::1]/t", "https://127.1/t", "ftp://auth.example.com", "https://user:word@auth.example.com/t"}) {
    EXPECT_THROW(asked_for("https://registry.example.com", realm), Error) << realm;
  }
}

}  // namespace
}  // namespace waybill::oci
