#include "core/json/writer.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"

namespace waybill::json {
namespace {

TEST(JsonWriter, WritesCompact) {
  EXPECT_EQ(write(Value::map(
                {{"critical", Value::map({{"type", "cosign container image signature"}})}, {"optional", nullptr}})),
            R"({"critical":{"type":"cosign container image signature"},"optional":null})");
  EXPECT_EQ(write(Value::list(
                {1, 2.5, 1000.0, 1e21, true, Value::list(), Value::map(), std::numeric_limits<std::uint64_t>::max()})),
            "[1,2.5,1000,1e+21,true,[],{},18446744073709551615]");
}

TEST(JsonWriter, EscapesAsGoDoes) {
  EXPECT_EQ(write(">= 1.30 <a&b> \u2028\u2029"), R"("\u003e= 1.30 \u003ca\u0026b\u003e \u2028\u2029")");
  EXPECT_EQ(write(">= 1.30 <a&b> \u2028", HtmlEscape::No), "\">= 1.30 <a&b> \u2028\"");
  EXPECT_EQ(write("\"\\\n\r\t\b\f\x01\x7fä😀/"), "\"\\\"\\\\\\n\\r\\t\\u0008\\u000c\\u0001\x7fä😀/\"");
  EXPECT_EQ(write(Value::map({{"<k>", 1}})), R"({"\u003ck\u003e":1})");
}

TEST(JsonWriter, WritesPretty) {
  EXPECT_EQ(write_pretty(Value::map({{"a", Value::list({1, Value::map({{"b", "<"}})})}, {"c", Value::map()}})),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"<\"\n    }\n  ],\n  \"c\": {}\n}\n");
}

TEST(JsonWriter, CanonicalTextDependsOnTheDataAlone) {
  EXPECT_EQ(canonical(Value::map({{"b", 1}, {"a", Value::map({{"d", "<"}, {"c", 2}})}})),
            R"({"a":{"c":2,"d":"<"},"b":1})");
}

TEST(JsonWriter, RefusesWhatJsonCannotHold) {
  EXPECT_THROW(static_cast<void>(write(std::numeric_limits<double>::infinity())), Error);
  EXPECT_THROW(static_cast<void>(write("\xff")), Error);
}

}  // namespace
}  // namespace waybill::json
