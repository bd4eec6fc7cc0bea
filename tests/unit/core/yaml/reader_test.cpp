#include "core/yaml/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "core/error.h"

namespace waybill::yaml {
namespace {

using ::testing::HasSubstr;

Value read(std::string_view text) { return parse(text, "file.yaml").to_value(); }

// The error that reading this text gives, "file:line:column: message".
std::string failure(std::string_view text, const Limits& limits = {}) {
  try {
    static_cast<void>(parse(text, "file.yaml", Documents::One, limits));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    return to_string(error.location().value_or(SourceLocation{})) + ": " + error.message();
  }
  return "no error";
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(YamlReader, ReadsListsMapsAndScalars) {
  EXPECT_EQ(read("a: 1\nb: [x, 2.5, true, ~]\nc:\n  d: 'text'\n"),
            Value::map({{"a", 1}, {"b", Value::list({"x", 2.5, true, nullptr})}, {"c", Value::map({{"d", "text"}})}}));
}

TEST(YamlReader, KeepsPlacesAndQuotes) {
  const Node root = parse("# note\na: \"1\"\nb: 1\n", "file.yaml");
  ASSERT_EQ(root.members.size(), 2U);
  const Node* quoted = root.find("a");
  EXPECT_FALSE(quoted->plain);
  EXPECT_EQ(quoted->line, 2U);
  EXPECT_EQ(quoted->column, 4U);
  EXPECT_TRUE(root.find("b")->plain);
  EXPECT_EQ(root.to_value(7).find("b")->mark(), (Mark{7, 3}));
}

TEST(YamlReader, EmptyFileIsNull) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "\xef\xbb\xbf"}) {
    const Node root = parse(text, "file.yaml");
    EXPECT_TRUE(root.is_null()) << text;
    EXPECT_TRUE(parse_all(text, "file.yaml").empty()) << text;
  }
}

TEST(YamlReader, SkipsByteOrderMarkOfUtf8Only) {
  EXPECT_EQ(read("\xef\xbb\xbf"
                 "a: 1\n"),
            Value::map({{"a", 1}}));
  EXPECT_EQ(failure(std::string_view("\xff\xfe"
                                     "a\0",
                                     4)),
            "file.yaml:1:1: the text is not UTF-8");
}

TEST(YamlReader, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(failure("a: 1\nb: ä\xc3\n"), "file.yaml:2:5: the text is not UTF-8");
}

TEST(YamlReader, RefusesControlCharacters) {
  EXPECT_THAT(failure("a: 1\nb: x\x07y\n"),
              HasSubstr("file.yaml:2:5: invalid YAML: control characters are not allowed (U+0007)"));
}

TEST(YamlReader, RefusesDuplicateKeysInSmallAndLargeMaps) {
  EXPECT_EQ(failure("a: 1\nb: 2\n'a': 3\n"),
            "file.yaml:3:1: the key 'a' appears twice in one mapping, first in line 1");
  std::string large;
  for (int i = 0; i < 100; ++i) large += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(failure(large), "no error");
  EXPECT_EQ(failure(large + "k50: 2\nk60: 2\n"),
            "file.yaml:101:1: the key 'k50' appears twice in one mapping, first in line 51");
  EXPECT_EQ(failure("x: {a: 1, a: 2}"), "file.yaml:1:11: the key 'a' appears twice in one mapping, first in line 1");
}

TEST(YamlReader, RefusesKeysThatAreNotScalars) {
  EXPECT_EQ(failure("[1, 2]: x\n"), "file.yaml:1:1: a list is used as a key");
  EXPECT_EQ(failure("? {a: 1}\n: x\n"), "file.yaml:1:3: a mapping is used as a key");
  EXPECT_EQ(failure("a: {{ .Values.x }}\n"), "file.yaml:1:5: a mapping is used as a key");
}

TEST(YamlReader, RefusesSecondDocument) {
  EXPECT_EQ(failure("a: 1\n---\nb: 2\n"), "file.yaml:3:1: a second document begins here, but the file should hold one");
  EXPECT_EQ(failure("a: 1\n---\n# nothing\n---\n"), "no error");
  EXPECT_THAT(failure(" a: 1\nb: 2\n"), HasSubstr("file.yaml:2:1: invalid YAML: did not find expected"));
}

TEST(YamlReader, FirstIgnoresWhatFollows) {
  EXPECT_EQ(parse("a: 1\n---\nb: [broken\n", "f", Documents::First).to_value(), Value::map({{"a", 1}}));
  EXPECT_THROW(static_cast<void>(parse("a: [broken\n---\nb: 1\n", "f", Documents::First)), Error);
}

TEST(YamlReader, ReadsAllDocuments) {
  const std::vector<Node> all = parse_all("# head\n---\na: 1\n---\n---\n# nothing\n---\n- x\n...\n", "f");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].to_value(), Value::map({{"a", 1}}));
  EXPECT_EQ(all[1].to_value(), Value::list({"x"}));
  EXPECT_EQ(all[1].line, 8U);
}

TEST(YamlReader, ExpandsAliases) {
  EXPECT_EQ(read("a: &x {k: [1]}\nb: *x\nc: &y name\nd: {*y : 2}\n"),
            Value::map({{"a", Value::map({{"k", Value::list({1})}})},
                        {"b", Value::map({{"k", Value::list({1})}})},
                        {"c", "name"},
                        {"d", Value::map({{"name", 2}})}}));
  EXPECT_EQ(read("- &a 1\n- &a 2\n- *a\n"), Value::list({1, 2, 2}));
  EXPECT_EQ(failure("a: *x\n"), "file.yaml:1:4: the alias '*x' has no anchor before it");
  EXPECT_EQ(failure("- &a 1\n- &a [*a]\n"), "file.yaml:2:7: the alias '*a' has no anchor before it");
  EXPECT_EQ(failure("- &a 1\n---\n- *a\n"), "file.yaml:3:3: the alias '*a' has no anchor before it");
}

TEST(YamlReader, MergesAsGoDoes) {
  EXPECT_EQ(read("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  x: 9\n").find("use")->find("x")->as_int(), 9);
  EXPECT_EQ(*read("p: &p {x: 1}\nq: &q {x: 2, y: 3}\nuse: {<<: [*p, *q]}\n").find("use"),
            Value::map({{"x", 1}, {"y", 3}}));
  EXPECT_EQ(read("{'<<': {x: 1}}"), Value::map({{"<<", Value::map({{"x", 1}})}}));
  EXPECT_EQ(failure("a: {<<: 1}\n"),
            "file.yaml:1:5: the value of a merge key ('<<') is not a mapping or a list of mappings");
  EXPECT_EQ(failure("a: {<<: {x: 1}, <<: {x: 1}}\n"),
            "file.yaml:1:17: the key '<<' appears twice in one mapping, first in line 1");
}

TEST(YamlReader, HonoursCoreTagsOnly) {
  EXPECT_EQ(read("[!!str 1, ! 2, !!int 3, !!float 4.5, !!bool true, !!null ~, !!map {}, !!seq []]"),
            Value::list({"1", "2", 3, 4.5, true, nullptr, Value::map(), Value::list()}));
  EXPECT_EQ(failure("a: !!binary AA==\n"), "file.yaml:1:4: the tag 'tag:yaml.org,2002:binary' is not supported here");
  EXPECT_EQ(failure("a: !secret x\n"), "file.yaml:1:4: the tag '!secret' is not supported here");
  EXPECT_EQ(failure("a: !!int x\n"), "file.yaml:1:4: the tag 'tag:yaml.org,2002:int' is not supported here");
  EXPECT_EQ(failure("!!seq {}\n"), "file.yaml:1:1: the tag 'tag:yaml.org,2002:seq' is not supported here");
}

TEST(YamlReader, SaysWhatIsWrongWithTabs) {
  try {
    static_cast<void>(parse("a:\n\tb: 1\n", "file.yaml"));
    FAIL() << "a tab was taken for indentation";
  } catch (const Error& error) {
    EXPECT_EQ(to_string(*error.location()), "file.yaml:2:1");
    EXPECT_THAT(error.hint(), HasSubstr("not with tabs"));
  }
}

TEST(YamlReader, LimitsSize) {
  EXPECT_EQ(failure("a: 12345", Limits{.bytes = 7}), "file.yaml: the file is larger than 7 bytes");
}

TEST(YamlReader, LimitsDepth) {
  EXPECT_EQ(failure("[[[1]]]", Limits{.depth = 4}), "no error");
  EXPECT_EQ(failure("[[[1]]]", Limits{.depth = 3}), "file.yaml:1:4: more than 3 levels of nesting");
  EXPECT_THAT(failure(repeated("[", 1'000'000)), HasSubstr("more than 100 levels"));
  EXPECT_THAT(failure(repeated("{a: ", 1'000'000)), HasSubstr("more than 100 levels"));
  EXPECT_THAT(failure(repeated("- ", 1'000'000)), HasSubstr("more than 100 levels"));
}

TEST(YamlReader, LimitsDepthThatAliasesBuild) {
  std::string text = "a0: &a0 [[[[1]]]]\n";
  for (int i = 1; i < 40; ++i)
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [[[[*a" + std::to_string(i - 1) + "]]]]\n";
  EXPECT_THAT(failure(text), HasSubstr("more than 100 levels of nesting"));
}

TEST(YamlReader, LimitsExpansionOfAliases) {
  std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1) + " ";
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + repeated("," + before, 9) + "]\n";
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(failure(laughs), HasSubstr("counted with aliases expanded"));
  const std::string large = "a: &a \"" + std::string(1 << 20, 'x') + "\"\nb: [" + repeated("*a ,", 100'000) + "]\n";
  EXPECT_THAT(failure(large), HasSubstr("bytes, counted with aliases expanded"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(YamlReader, HoldsLargeMapsInLinearTime) {
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += "key-" + std::to_string(i) + ": 1\n";
  const auto start = std::chrono::steady_clock::now();
  const Value value = parse(text, "f").to_value();
  EXPECT_EQ(value.members().size(), 300'000U);
  EXPECT_EQ(value, sorted(value));
  EXPECT_EQ(merged(value, value), value);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30)) << "something is quadratic";
}

}  // namespace
}  // namespace waybill::yaml
