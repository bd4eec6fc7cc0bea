#include "core/yaml/plain_scalar.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

namespace waybill::yaml {
namespace {

TEST(PlainScalar, Null) {
  for (const char* text : {"", "~", "null", "Null", "NULL"}) EXPECT_TRUE(resolve_plain(text).is_null()) << text;
  for (const char* text : {"nULL", "nil", "none", "NULl"}) EXPECT_EQ(resolve_plain(text), Value(text));
}

TEST(PlainScalar, Booleans) {
  for (const char* text : {"true", "True", "TRUE"}) EXPECT_EQ(resolve_plain(text), Value(true)) << text;
  for (const char* text : {"false", "False", "FALSE"}) EXPECT_EQ(resolve_plain(text), Value(false)) << text;
  for (const char* text : {"yes", "No", "ON", "off", "y", "n", "tRUE"}) EXPECT_EQ(resolve_plain(text), Value(text));
}

TEST(PlainScalar, Integers) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"0", 0},
      {"12", 12},
      {"-7", -7},
      {"+7", 7},
      {"0x1F", 31},
      {"0X1f", 31},
      {"-0x10", -16},
      {"0o17", 15},
      {"017", 15},
      {"-017", -15},
      {"0b101", 5},
      {"1_000", 1000},
      {"0_7", 7},
      {"00", 0},
      {"-0", 0},
      {"0x_f", 15},
      {"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()}};
  for (const auto& [text, number] : cases) EXPECT_EQ(resolve_plain(text), Value(number)) << text;
  EXPECT_EQ(resolve_plain("18446744073709551615"), Value(std::numeric_limits<std::uint64_t>::max()));
}

TEST(PlainScalar, Floats) {
  const std::pair<const char*, double> cases[] = {{"1.5", 1.5},
                                                  {"-1.5", -1.5},
                                                  {"1.", 1.0},
                                                  {".5", 0.5},
                                                  {"1e3", 1000.0},
                                                  {"1E+3", 1000.0},
                                                  {"1e-2", 0.01},
                                                  {"08", 8.0},
                                                  {"1_0.5", 10.5},
                                                  {"82.10", 82.1},
                                                  {"+.5", 0.5},
                                                  {"1e-999", 0.0},
                                                  {"0.0e999", 0.0},
                                                  {"-1e-999", 0.0},
                                                  {"18446744073709551616", 18446744073709551616.0},
                                                  {"-9223372036854775809", -9223372036854775809.0}};
  for (const auto& [text, number] : cases) {
    const Value value = resolve_plain(text);
    ASSERT_TRUE(value.is_double()) << text;
    EXPECT_EQ(value.as_double(), number) << text;
  }
  for (const char* text : {".inf", ".Inf", ".INF", "+.inf"})
    EXPECT_EQ(resolve_plain(text), Value(std::numeric_limits<double>::infinity())) << text;
  EXPECT_EQ(resolve_plain("-.inf"), Value(-std::numeric_limits<double>::infinity()));
  for (const char* text : {".nan", ".NaN", ".NAN"}) EXPECT_TRUE(std::isnan(resolve_plain(text).as_double())) << text;
}

TEST(PlainScalar, EverythingElseIsText) {
  for (const char* text :
       {"580.105.08", "1.2.3", "12:30", "v1",         "-",  "+",   ".",    "..",    "e5",    "1e",     "1e+",
        "0x",         "0xg",   "0o8",   "0b2",        "_1", "--1", "+-1",  ".e5",   "1e999", "-1e999", ".Nan",
        "inf",        "nan",   "+.nan", "2024-01-02", "=",  "<<",  "0o-5", "1 000", "1,5"}) {
    EXPECT_EQ(resolve_plain(text), Value(text)) << text;
  }
}

TEST(PlainScalar, KnowsWhatReadersDisagreeOn) {
  for (const char* text : {"yes",
                           "No",
                           "ON",
                           "off",
                           "y",
                           "N",
                           "012",
                           "0o7",
                           "1:30",
                           "-1:30",
                           "12:30:45",
                           "1:30.5",
                           "2024-01-02",
                           "2024-1-2 10:00:00",
                           "2024-01-02T10:00:00Z",
                           "1_000",
                           "=",
                           "1e3",
                           "08",
                           "0b1",
                           "0_7"}) {
    EXPECT_TRUE(readers_disagree(text)) << text;
  }
  for (const char* text : {"", "1", "-5", "0", "0.5", "0x1f", "1.5", "1.5e+3", "text", "true", "null", "~", "v1.2",
                           "1.2.3", "580.105.08", "a:b", "10.0.0.1", "0abc"}) {
    EXPECT_FALSE(readers_disagree(text)) << text;
  }
}

TEST(PlainScalar, SafePlainTextIsNarrow) {
  for (const char* text : {"gpu-operator", "v1.17.2", "82.8.0", "1.2.3-rc.1", "nvidia/driver:580.105", "/etc/x", "_a",
                           "a@b", "eks", "10.0.0.1", "true-ish", "e5x", "https://x.y/z"}) {
    EXPECT_TRUE(is_safe_plain_text(text)) << text;
  }
  for (const char* text :
       {"",           " ",       "a b",  "a ",   ">= 1.30", "1.30",   "1",       "1.2",      "1.2.",
        "1..2",       "1.2.3e5", "yes",  "Null", "NONE",    "nil",    "y",       "e5",       "E-3.0",
        "a:",         "a: b",    "-a",   "#a",   "a#b",     "~",      "=",       "<<",       "---",
        "2024-01-02", "12:30",   "0x1f", "ä",    "a\n",     ".5.5.5", "1.2.3:4", "infinity", "nAn"}) {
    EXPECT_FALSE(is_safe_plain_text(text)) << text;
  }
}

}  // namespace
}  // namespace waybill::yaml
