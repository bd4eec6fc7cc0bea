#include "core/yaml/writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "core/error.h"
#include "core/yaml/reader.h"

namespace waybill::yaml {
namespace {

TEST(YamlWriter, WritesBlockStyle) {
  const Value value = Value::map({{"name", "gpu-operator"},
                                  {"list", Value::list({1, Value::map({{"a", true}, {"b", Value::list({"x"})}}),
                                                        Value::list({1, 2}), Value::map(), Value::list()})},
                                  {"empty", Value::map()},
                                  {"none", Value::list()},
                                  {"null", nullptr},
                                  {"inner", Value::map({{"deep", Value::map({{"x", 1.5}})}})}});
  EXPECT_EQ(write(value),
            "name: gpu-operator\n"
            "list:\n"
            "  - 1\n"
            "  - a: true\n"
            "    b:\n"
            "      - x\n"
            "  - - 1\n"
            "    - 2\n"
            "  - {}\n"
            "  - []\n"
            "empty: {}\n"
            "\"none\": []\n"
            "\"null\": null\n"
            "inner:\n"
            "  deep:\n"
            "    x: 1.5\n");
}

TEST(YamlWriter, IndentsByMore) {
  const Value value = Value::map(
      {{"inner", Value::map({{"deep", Value::map({{"x", "a\nb"}})}})},
       {"list", Value::list({Value::map({{"a", Value::map({{"b", 1}})}, {"c", Value::list({" x\ny", "z"})}})})}});
  const std::string text = write(value, 4);
  EXPECT_EQ(text,
            "inner:\n"
            "    deep:\n"
            "        x: |-\n"
            "            a\n"
            "            b\n"
            "list:\n"
            "    - a:\n"
            "        b: 1\n"
            "      c:\n"
            "        - |2-\n"
            "           x\n"
            "          y\n"
            "        - z\n");
  EXPECT_EQ(parse(text, "x").to_value(), value);
}

TEST(YamlWriter, QuotesWhatAnyReaderCouldMistake) {
  const std::pair<const char*, const char*> cases[] = {{"", "\"\""},
                                                       {"true", "\"true\""},
                                                       {"yes", "\"yes\""},
                                                       {"1.10", "\"1.10\""},
                                                       {"82.8.0", "82.8.0"},
                                                       {"v1.17.2", "v1.17.2"},
                                                       {">= 1.30", "\">= 1.30\""},
                                                       {"a \"b\" \\c", "\"a \\\"b\\\" \\\\c\""},
                                                       {"tab\there", "\"tab\\there\""},
                                                       {"bell\x07", "\"bell\\u0007\""},
                                                       {"ä€😀", "\"ä€😀\""},
                                                       {"\u00a0\u2028\ufeff", "\"\\u00A0\\u2028\\uFEFF\""},
                                                       {"carriage\r\nreturn", "\"carriage\\u000D\\nreturn\""},
                                                       {"blank before \nbreak", "\"blank before \\nbreak\""},
                                                       {"\n", "\"\\n\""}};
  for (const auto& [text, written] : cases) {
    EXPECT_EQ(write(text), std::string(written) + "\n");
    EXPECT_EQ(parse(write(text), "f").to_value(), Value(text));
  }
}

TEST(YamlWriter, WritesLiteralBlocks) {
  EXPECT_EQ(write(Value::map(
                {{"a", "x\ny"}, {"b", "x\n"}, {"c", "x\n\ny\n\n"}, {"d", " x\ny\n"}, {"e", "\nx"}, {"f", "\tx\n"}})),
            "a: |-\n  x\n  y\nb: |\n  x\nc: |+\n  x\n\n  y\n\nd: |2\n   x\n  y\n\"e\": |2-\n\n  x\nf: |2\n  \tx\n");
  EXPECT_EQ(write(Value::list({"x\ny", Value::map({{"k", "1\n2\n"}})})), "- |-\n  x\n  y\n- k: |\n    1\n    2\n");
  EXPECT_EQ(write("---\n...\n"), "|\n  ---\n  ...\n");
}

TEST(YamlWriter, WritesNumbers) {
  EXPECT_EQ(write(Value::list({0, -5, std::numeric_limits<std::uint64_t>::max(), 1.0, 0.1, 1e21, 1e-7, 1.5e300, -0.0})),
            "- 0\n- -5\n- 18446744073709551615\n- 1.0\n- 0.1\n- 1.0e+21\n- 1.0e-7\n- 1.5e+300\n- -0.0\n");
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(write(Value::list({kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN()})),
            "- .inf\n- -.inf\n- .nan\n");
}

TEST(YamlWriter, WritesVeryLongKeys) {
  const std::string key(2000, 'k');
  const Value value = Value::map({{"a", 1}, {key, Value::map({{key, Value::list({1})}})}, {key + "2", "x\ny"}});
  EXPECT_EQ(parse(write(value), "f").to_value(), value);
}

TEST(YamlWriter, IndentsForInsertionUnderKey) {
  const Value value = Value::map({{"a", Value::list({1})}, {"b", "x\n y\n"}});
  EXPECT_EQ(write_indented(value, 4), "    a:\n      - 1\n    b: |\n      x\n       y");
  EXPECT_EQ(parse("outer:\n  key:\n" + write_indented(value, 4) + "\n", "f").find("outer")->find("key")->to_value(),
            value);
  for (const char* text : {" x\ny", "x\n\n", "plain"}) {
    EXPECT_EQ(parse("key:\n" + write_indented(text, 2) + "\n", "f").find("key")->to_value(), Value(text)) << text;
  }
}

TEST(YamlWriter, RefusesTextThatIsNotUtf8) {
  EXPECT_THROW(static_cast<void>(write("a\xff")), Error);
  EXPECT_THROW(static_cast<void>(write("a\n\xff")), Error);
  EXPECT_THROW(static_cast<void>(write(Value::map({{"\xff", 1}}))), Error);
}

}  // namespace
}  // namespace waybill::yaml
