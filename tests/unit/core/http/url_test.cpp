#include "core/http/url.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace waybill::http {
namespace {

TEST(Url, IsTakenApart) {
  const Url url = Url::parse("HTTPS://Registry.Example.com:5000/v2/?a=b#c");
  EXPECT_EQ(url.to_string(), "https://registry.example.com:5000/v2/?a=b");
  EXPECT_EQ(Url::parse("http://a:80").to_string(), "http://a/");
  EXPECT_EQ(Url::parse("https://[::1]:443/x").authority(), "[::1]");
}

TEST(Url, RefusesWhatTwoReadersCouldUnderstandInTwoWays) {
  for (const char* text : {"", "a.b/c", "ftp://a/", "http://", "http:///x", "http://u@a/", "http://a:/", "http://a:0/",
                           "http://a:65536/", "http://a:1x/", "http://a\\b/", "http://a b/", "http://a/\n",
                           "http://[::1/", "http://[zz]/", "http://a%41/", "http://-a/"}) {
    EXPECT_THROW(static_cast<void>(Url::parse(text)), Error) << text;
  }
}

TEST(Url, ResolvesWhatServersAnswer) {
  const Url base = Url::parse("https://a:5000/v2/x/list?n=1");
  EXPECT_EQ(base.resolve("/v2/y").to_string(), "https://a:5000/v2/y");
  EXPECT_EQ(base.resolve("y?last=2").to_string(), "https://a:5000/v2/x/y?last=2");
  EXPECT_EQ(base.resolve("?last=2").to_string(), "https://a:5000/v2/x/list?last=2");
  EXPECT_EQ(base.resolve("//b/c").to_string(), "https://b/c");
  EXPECT_EQ(base.resolve("http://b/c").to_string(), "http://b/c");
  EXPECT_EQ(base.resolve("/v2/y?next=http://b").to_string(), "https://a:5000/v2/y?next=http://b");
  EXPECT_THROW(static_cast<void>(base.resolve("javascript:x")), Error);
}

TEST(Url, ComparesSchemeHostAndPort) {
  const Url url = Url::parse("https://a/x");
  EXPECT_TRUE(url.same_origin(Url::parse("https://A:443/y")));
  for (const char* other : {"http://a/x", "https://b/x", "https://a:444/x", "http://a:443/x"})
    EXPECT_FALSE(url.same_origin(Url::parse(other))) << other;
}

TEST(Url, KnowsPrivateAddresses) {
  for (const char* host :
       {"127.0.0.1", "10.0.0.1", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "[::1]",
        "[fd00::1]", "[fe80::1]", "[::ffff:10.0.0.1]", "localhost", "2130706433", "127.1", "0x7f.1"}) {
    EXPECT_TRUE(Url::parse("https://" + std::string(host)).is_private_address()) << host;
  }
  for (const char* host : {"8.8.8.8", "172.32.0.1", "example.com", "[2001:db8::1]"}) {
    EXPECT_FALSE(Url::parse("https://" + std::string(host)).is_private_address()) << host;
  }
}

TEST(PercentEncode, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encode("a-Z_.~ /:&=+\xC3\xA9"), "a-Z_.~%20%2F%3A%26%3D%2B%C3%A9");
}

}  // namespace
}  // namespace waybill::http
