#include "git/remote_address.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace waybill::git {
namespace {

TEST(RemoteAddress, TheSecretsOfAUrlAreTakenOut) {
  const RemoteAddress address = RemoteAddress::parse("https://me:p%40ss@Git.Example:8443/a/b.git");
  EXPECT_EQ(address.transport(), Transport::Https);
  EXPECT_EQ(address.host(), "git.example");
  EXPECT_EQ(address.port(), 8443);
  EXPECT_EQ(address.user(), "me");
  EXPECT_EQ(address.password().view(), "p@ss");
  EXPECT_EQ(address.text(), "https://git.example:8443/a/b.git");
}

TEST(RemoteAddress, TheShortFormIsSsh) {
  const RemoteAddress address = RemoteAddress::parse("forge@host.example:team/repo.git");
  EXPECT_EQ(address.transport(), Transport::Ssh);
  EXPECT_EQ(address.user(), "forge");
  EXPECT_EQ(address.host(), "host.example");
  EXPECT_EQ(address.text(), "forge@host.example:team/repo.git");
  EXPECT_EQ(RemoteAddress::parse("ssh://h/x").user(), "git");
}

TEST(RemoteAddress, AFileUrlAndAPathAreFolders) {
  EXPECT_EQ(RemoteAddress::parse("file:///srv/my%20repo").path(), "/srv/my repo");
  EXPECT_EQ(RemoteAddress::parse("file://localhost/srv/x%41").path(), "/srv/xA");
  EXPECT_TRUE(RemoteAddress::parse("./a:b").is_folder());
  EXPECT_TRUE(RemoteAddress::parse("repo.git").is_folder());
}

TEST(RemoteAddress, Loopback) {
  EXPECT_TRUE(RemoteAddress::parse("http://127.0.0.1:3000/x").is_loopback());
  EXPECT_TRUE(RemoteAddress::parse("http://[::1]:3000/x").is_loopback());
  EXPECT_FALSE(RemoteAddress::parse("http://127.example.com/x").is_loopback());
}

TEST(RemoteAddress, WhatIsNoAddressIsRefusedWithoutBeingQuoted) {
  for (const char* text : {"", "ftp://host/x", "ext::sh -c id", "https:///x", "https://host", "https://host:99999/x",
                           "https://u:secret@ho st/x", "ssh://-oProxyCommand=x/y", "-x@host:path", "git@host:-x",
                           "https://h/a?private_token=secret", "https://u:sec%zzret@h/x", "http://h/a\nb",
                           "file://other/x", "https://[::1/x"}) {
    try {
      static_cast<void>(RemoteAddress::parse(text));
      // The remote helper syntax of git is no scheme of ours: it must not have become anything but a name of a folder
      // or host.
      ADD_FAILURE() << text << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::InvalidInput) << text;
      EXPECT_EQ(error.message().find("sec"), std::string::npos) << error.message();
    }
  }
}

TEST(RemoteAddress, AServiceIsAskedForThePathAsItsShellKnowsIt) {
  const auto path = [](std::string_view text) { return RemoteAddress::parse(text).service_path(); };
  EXPECT_EQ(path("ssh://git@host.example/srv/site.git"), "/srv/site.git");
  EXPECT_EQ(path("ssh://git@host.example/~/site.git"), "~/site.git");
  EXPECT_EQ(path("ssh://git@host.example/with%20space.git"), "/with space.git");
  EXPECT_EQ(path("git@host.example:owner/site.git"), "owner/site.git");
  EXPECT_EQ(path("git@host.example:/srv/site.git"), "/srv/site.git");
  EXPECT_EQ(path("git@host.example:100%25.git"), "100%25.git") << "the short form has no escapes";
  EXPECT_EQ(path("git://host.example/site.git"), "/site.git");
}

}  // namespace
}  // namespace waybill::git
