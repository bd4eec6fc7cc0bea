#include "core/json/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "core/error.h"

namespace waybill::json {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string failure(std::string_view text, const Limits& limits = {}) {
  try {
    static_cast<void>(parse(text, "file.json", limits));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    return to_string(error.location().value_or(SourceLocation{})) + ": " + error.message();
  }
  return "no error";
}

TEST(JsonReader, ReadsAllKinds) {
  EXPECT_EQ(parse(R"( {"a": [1, -2, 2.5, 1e2, true, false, null, "x"], "b": {}} )", "f"),
            Value::map({{"a", Value::list({1, -2, 2.5, 100.0, true, false, nullptr, "x"})}, {"b", Value::map()}}));
  EXPECT_EQ(parse("\"alone\"", "f"), Value("alone"));
  EXPECT_EQ(parse("18446744073709551615", "f"), Value(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_EQ(parse("-9223372036854775808", "f"), Value(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(parse("18446744073709551616", "f"), Value(18446744073709551616.0));
  EXPECT_EQ(parse(R"("\u00e4\ud83d\ude00\n\"\\\/")", "f"), Value("ä😀\n\"\\/"));
}

TEST(JsonReader, RemembersLines) {
  const Value value = parse("{\n  \"a\": 1,\n  \"b\": [\n    2\n  ]\n}", "f");
  EXPECT_EQ(value.mark().line, 1U);
  EXPECT_EQ(value.find("a")->mark().line, 2U);
  EXPECT_EQ(value.find("b")->mark().line, 3U);
  EXPECT_EQ(value.find("b")->items()[0].mark().line, 4U);
}

TEST(JsonReader, RefusesDuplicateKeys) {
  EXPECT_THAT(failure("{\"a\": 1,\n \"b\": 2, \"a\": 3}"),
              HasSubstr("file.json:2:13: the key 'a' appears twice in one object"));
  EXPECT_EQ(failure(R"([{"a": 1}, {"a": 1, "b": {"a": 1}}])"), "no error");
}

TEST(JsonReader, RefusesWhatIsNotJson) {
  for (const char* text : {"",      " ",      "{",           "[1,]",    "{\"a\":1,}", "{a:1}",         "'x'", "nul",
                           "01",    "1.",     ".5",          "+1",      "NaN",        "Infinity",      "1 2", "// c\n1",
                           "[1] x", "\"\t\"", "\"\\ud800\"", "\"\\x\"", "1e999",      "\xef\xbb\xbf{}"}) {
    EXPECT_THAT(failure(text), HasSubstr("invalid JSON: ")) << text;
  }
  EXPECT_EQ(failure(std::string_view("{}\0", 3)), "file.json:1:3: invalid JSON: a zero byte");
  EXPECT_EQ(failure("[\"ä\xff\"]"), "file.json:1:4: invalid JSON: the text is not UTF-8");
}

TEST(JsonReader, SaysWhereAndWhatWithoutQuotingSecrets) {
  const std::string message = failure("{\n  \"auth\": \"hunter2\" \"password-text\"\n}");
  EXPECT_THAT(message, HasSubstr("file.json:2:"));
  EXPECT_THAT(message, HasSubstr("expected '}'"));
  EXPECT_THAT(message, Not(HasSubstr("password-text")));
  EXPECT_THAT(failure("{\"a\": tru-secret}"), Not(HasSubstr("tru")));
}

TEST(JsonReader, LimitsDepthAndSize) {
  EXPECT_EQ(failure("[[[1]]]", {.depth = 3}), "no error");
  EXPECT_EQ(failure("[[[1]]]", {.depth = 2}), "file.json:1:3: more than 2 lists and objects inside each other");
  EXPECT_THAT(failure(std::string(1'000'000, '[')), HasSubstr("more than 100"));
  EXPECT_EQ(failure("[1,2]", {.bytes = 4}), "file.json: 'file.json' is larger than 4 bytes");
}

TEST(JsonReader, HoldsLargeObjects) {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  EXPECT_EQ(parse(text + "}", "f").members().size(), 200'000U);
}

}  // namespace
}  // namespace waybill::json
