#include "oci/credentials.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/bytes.h"
#include "core/error.h"
#include "core/file_system.h"
#include "oci/credential_helper.h"

namespace waybill::oci {
namespace {

class CredentialsTest : public ::testing::Test {
 protected:
  void write(const std::string& text) { write_file(folder_.path() / "auth.json", text, Overwrite::Yes); }
  std::optional<Credentials> find(const std::string& registry, const std::string& repository = "team/app") {
    CredentialEnvironment environment;
    environment.variable = [this](const std::string& name) {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    };
    environment.run_helper = [this](const std::string& helper, HelperVerb,
                                    std::string_view server) -> std::optional<SecretBytes> {
      helpers_run_.push_back(helper + " " + std::string(server));
      if (helper_answer_.empty()) return std::nullopt;
      return SecretBytes::copy_of(helper_answer_);
    };
    return find_credentials(registry, repository, environment);
  }
  static std::string entry(const std::string& user_and_password) {
    return R"({"auth":")" + to_base64(as_bytes(user_and_password)) + R"("})";
  }

  TemporaryFolder folder_;
  std::map<std::string, std::string> variables_{{"REGISTRY_AUTH_FILE", (folder_.path() / "auth.json").string()}};
  std::string helper_answer_;
  std::vector<std::string> helpers_run_;
};

TEST_F(CredentialsTest, AreThoseOfTheMostSpecificEntry) {
  write(R"({"auths":{"a.b":)" + entry("host:1") + R"(,"a.b/team":)" + entry("team:2") + R"(,"a.b/te":)" +
        entry("no:3") + R"(,"https://c.d/v2/":)" + entry("old:4:5") + "}}");
  EXPECT_EQ(find("a.b")->user, "team");
  EXPECT_EQ(find("a.b", "other/app")->user, "host");
  EXPECT_EQ(find("c.d")->password.view(), "4:5");
  EXPECT_FALSE(find("e.f"));
  EXPECT_FALSE(find("a.b.c"));
}

TEST_F(CredentialsTest, OfTheEnvironmentComeFirst) {
  write(R"({"auths":{"a.b":)" + entry("file:1") + "}}");
  variables_["DOCKER_AUTH_CONFIG"] = R"({"auths":{"a.b":)" + entry("inline:1") + "}}";
  EXPECT_EQ(find("a.b")->user, "inline");
  variables_["WAYBILL_REGISTRY_USER"] = "me";
  EXPECT_THROW(find("a.b"), Error);
  variables_["WAYBILL_REGISTRY_PASSWORD"] = "word";
  EXPECT_EQ(find("a.b")->user, "me");
}

TEST_F(CredentialsTest, ComeFromHelpersBeforeEntries) {
  write(R"({"credHelpers":{"a.b":"ring"},"credsStore":"all","auths":{"c.d":)" + entry("file:1") + "}}");
  helper_answer_ = R"({"ServerURL":"a.b","Username":"<token>","Secret":"refresh"})";
  EXPECT_EQ(find("a.b")->identity_token.view(), "refresh");
  helper_answer_.clear();
  EXPECT_EQ(find("c.d")->user, "file");
  EXPECT_EQ(helpers_run_, (std::vector<std::string>{"ring a.b", "all c.d"}));
}

TEST_F(CredentialsTest, InABrokenFileAreAnErrorThatNamesItAndNoSecret) {
  for (const char* text : {"{", R"({"auths":{"a.b":{"auth":"c2VjcmV0"}}})", R"({"credHelpers":{"a.b":"../evil"}})"}) {
    write(text);
    try {
      static_cast<void>(find("a.b"));
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.message().find("secret"), std::string::npos);
    }
  }
}

TEST(CredentialHelper, IsAProgramInThePath) {
  const TemporaryFolder folder;
  const char* path = std::getenv("PATH");
  ASSERT_NE(path, nullptr);
  const std::string old = path;
  const auto install = [&](const std::string& name, const std::string& script) {
    write_file(folder.path() / ("docker-credential-" + name), "#!/bin/sh\n" + script, Overwrite::Yes, 0777);
  };
  install("good", "read server; echo \"{\\\"Secret\\\":\\\"$1 $server\\\"}\"\n");
  install("empty", "echo credentials not found in native keychain; exit 1\n");
  install("bad", "exit 3\n");
  ::setenv("PATH", (folder.path().string() + ":" + old).c_str(), 1);
  EXPECT_EQ(run_credential_helper("good", HelperVerb::Get, "a.b:5000")->view(), "{\"Secret\":\"get a.b:5000\"}\n");
  EXPECT_FALSE(run_credential_helper("empty", HelperVerb::Get, "a.b"));
  EXPECT_THROW(static_cast<void>(run_credential_helper("bad", HelperVerb::Get, "a.b")), Error);
  EXPECT_THROW(static_cast<void>(run_credential_helper("missing", HelperVerb::Get, "a.b")), Error);
  EXPECT_THROW(static_cast<void>(run_credential_helper("a/b", HelperVerb::Get, "a.b")), Error);
  ::setenv("PATH", old.c_str(), 1);
}

}  // namespace
}  // namespace waybill::oci
