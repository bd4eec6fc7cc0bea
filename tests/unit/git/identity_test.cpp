#include "git/identity.h"

#include <gtest/gtest.h>

#include <map>

#include "core/error.h"
#include "core/file_system.h"

namespace waybill::git {
namespace {

Lookup values(std::map<std::string, std::string> entries) {
  return [entries = std::move(entries)](std::string_view name) -> std::optional<std::string> {
    const auto found = entries.find(std::string(name));
    return found == entries.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Identity, TheFlagComesBeforeTheEnvironmentAndThatBeforeTheConfiguration) {
  const Lookup environment = values({{"GIT_AUTHOR_NAME", "Env"}, {"GIT_COMMITTER_EMAIL", "ce@x"}});
  const Lookup configuration = values({{"user.name", "Conf"}, {"user.email", "conf@x"}});
  const Identities both =
      resolve_identities({.author = "Flag <flag@x>", .date = "@7", .now = 0}, environment, configuration);
  EXPECT_EQ(both.author, (Signature{.name = "Flag", .email = "flag@x", .when = {.seconds = 7, .offset_minutes = 0}}));
  EXPECT_EQ(both.committer, (Signature{.name = "Conf", .email = "ce@x", .when = {.seconds = 7, .offset_minutes = 0}}));
  const Identities without = resolve_identities({.author = {}, .date = {}, .now = 9}, environment, configuration);
  EXPECT_EQ(without.author, (Signature{.name = "Env", .email = "conf@x", .when = {.seconds = 9, .offset_minutes = 0}}));
}

TEST(Identity, TheAuthorCommitsWhenNobodyElseIsNamed) {
  const Identities both = resolve_identities({.author = "A <a@x>", .date = {}, .now = 1}, values({}), values({}));
  EXPECT_EQ(both.committer, both.author);
}

TEST(Identity, DatesComeFromTheEnvironmentBeforeTheClock) {
  const Identities both =
      resolve_identities({.author = "A <a@x>", .date = {}, .now = 1},
                         values({{"SOURCE_DATE_EPOCH", "5"}, {"GIT_COMMITTER_DATE", "@6"}}), values({}));
  EXPECT_EQ(both.author.when.seconds, 5);
  EXPECT_EQ(both.committer.when.seconds, 6);
}

TEST(Identity, NobodyIsInvalidInputWithTheWaysOut) {
  try {
    static_cast<void>(resolve_identities({}, values({}), values({})));
    FAIL() << "an author was made up";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    EXPECT_NE(error.hint().find("GIT_AUTHOR_NAME"), std::string::npos);
  }
}

TEST(Identity, MalformedPeopleAreRefused) {
  for (const char* text : {"", "Ada", "<>", "Ada <>", " <a@x>", "A <a@x> b", "A\nB <a@x>", "A <a>b@x>", ". <a@x>"})
    EXPECT_THROW(static_cast<void>(parse_person(text)), Error) << text;
  EXPECT_EQ(parse_person(" Ada L <a@x> "), (PersonName{.name = "Ada L", .email = "a@x"}));
}

TEST(Identity, GitsOwnConfigurationIsRead) {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "config").string();
  write_file(file, "[user]\n\tname = Conf Person\n", Overwrite::No);
  const Lookup configuration = git_configuration(values({{"GIT_CONFIG_GLOBAL", file}, {"GIT_CONFIG_NOSYSTEM", "1"}}));
  EXPECT_EQ(configuration("user.name"), "Conf Person");
  EXPECT_EQ(configuration("user.email"), std::nullopt);
  write_file(file, "[user\n", Overwrite::Yes);
  EXPECT_THROW(static_cast<void>(
                   git_configuration(values({{"GIT_CONFIG_GLOBAL", file}, {"GIT_CONFIG_NOSYSTEM", "1"}}))("user.name")),
               Error);
}

}  // namespace
}  // namespace waybill::git
