#include "core/bytes.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill {
namespace {

TEST(Hex, WritesAndReads) {
  EXPECT_EQ(to_hex(as_bytes(std::string_view("\x00\xff\x1a", 3))), "00ff1a");
  EXPECT_EQ(from_hex("00FF1a"), std::string("\x00\xff\x1a", 3));
  EXPECT_EQ(from_hex(""), "");
  for (const char* text : {"0", "0g", " 0", "0x"}) EXPECT_EQ(from_hex(text), std::nullopt) << text;
}

TEST(Base64, MatchesTheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(to_base64(as_bytes(bytes)), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, ReadsUrlSafeWithAndWithoutPadding) {
  EXPECT_EQ(from_base64("-_8="), std::string("\xfb\xff"));
  EXPECT_EQ(from_base64("-_8"), std::string("\xfb\xff"));
  EXPECT_EQ(from_base64("+/8="), std::string("\xfb\xff"));
}

TEST(Base64, RefusesEverySecondSpelling) {
  for (const char* text :
       {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "+/8", "-/8=", "Zm9v\n", " Zm9v", "Zm=v", "=", "A", "Z!=="})
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

TEST(Utf8, FindsTheFirstBadByte) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("plain text that is longer than one word, then ä€😀\u07ff\uffff\U0010ffff"));
  const std::pair<const char*, std::size_t> bad[] = {{"\x80", 0},
                                                     {"abcdefgh\xff", 8},
                                                     {"ab\xc0\x80", 2},
                                                     {"\xc1\xbf", 0},
                                                     {"\xe0\x80\x80", 0},
                                                     {"\xed\xa0\x80", 0},
                                                     {"\xf0\x80\x80\x80", 0},
                                                     {"\xf4\x90\x80\x80", 0},
                                                     {"\xf8\x88\x80\x80\x80", 0},
                                                     {"a\xe2\x82", 1},
                                                     {"a\xe2\x28\xa1", 1}};
  for (const auto& [text, offset] : bad) EXPECT_EQ(utf8_prefix(text), offset);
}

}  // namespace
}  // namespace waybill
