#include "generator/free_data.h"

#include <gmock/gmock.h>

#include "core/json/writer.h"
#include "core/yaml/reader.h"

namespace waybill {
namespace {

FreeData read(const std::string& text) { return read_free_data(yaml::parse(text, "values.yaml"), 7); }

std::string laid(const std::string& base, const std::string& over) {
  FreeData data = read(base);
  lay_over(data, read(over));
  return json::canonical(data.value);
}

TEST(FreeData, DatesWithoutQuotesAreTimeStamps) {
  EXPECT_EQ(timestamp_text("2024-2-3"), "2024-02-03T00:00:00Z");
  EXPECT_EQ(timestamp_text("2024-02-29"), "2024-02-29T00:00:00Z");
  EXPECT_EQ(timestamp_text("2024-02-03T04:05:06Z"), "2024-02-03T04:05:06Z");
  EXPECT_EQ(timestamp_text("2024-02-03t4:5:6.500+02:00"), "2024-02-03T04:05:06.5+02:00");
  EXPECT_EQ(timestamp_text("2024-02-03 04:05:06"), "2024-02-03T04:05:06Z");
  for (const char* text : {"", "2024", "2024-13-01", "2023-02-29", "2024-02-03T04:05:06", "2024-02-03 04:05:06Z",
                           "2024-02-03x", "24-02-03", "2024-02", "2024-02-03T25:00:00Z", "2024-02-03T04:05:06+2"})
    EXPECT_EQ(timestamp_text(text), "") << text;
  EXPECT_EQ(json::canonical(read("a: [2024-2-3, \"2024-2-3\"]").value), R"({"a":["2024-02-03T00:00:00Z","2024-2-3"]})");
}

TEST(FreeData, MappingsMergeAndEverythingElseReplaces) {
  EXPECT_EQ(laid("a: {b: 1, c: [1, 2]}", "a: {c: [3], d: null}"), R"({"a":{"b":1,"c":[3],"d":null}})");
  EXPECT_EQ(laid("a: {b: 1}", "a: 2"), R"({"a":2})");
  EXPECT_EQ(laid("a: null", "a: {b: 1}"), R"({"a":{"b":1}})");
}

TEST(FreeData, MappingsWithOtherKeysThanTextsNeverMerge) {
  EXPECT_EQ(laid("ports: {80: http, x: 1}", "ports: {x: 2}"), R"({"ports":{"x":2}})");
  EXPECT_EQ(laid("ports: {x: 1}", "ports: {true: yes}"), R"({"ports":{"true":"yes"}})");
  EXPECT_EQ(laid("ports: {'80': http}", "ports: {\"443\": https}"), R"({"ports":{"443":"https","80":"http"}})");
  EXPECT_EQ(laid("a: {b: {2024-01-01: 1}}", "a: {b: {c: 1}}"), R"({"a":{"b":{"c":1}}})");
  // The keys at the top are texts whatever they look like.
  EXPECT_EQ(laid("1: {a: 1}", "1: {b: 2}"), R"({"1":{"a":1,"b":2}})");
}

TEST(FreeData, WhatReplacesAMappingBringsItsOwnNature) {
  FreeData data = read("a: {1: x}");
  lay_over(data, read("a: {b: 1}"));
  lay_over(data, read("a: {c: 2}"));
  EXPECT_EQ(json::canonical(data.value), R"({"a":{"b":1,"c":2}})");
  lay_over(data, read("a: {d: {3: y}}"));
  lay_over(data, read("a: {d: {e: 1}}"));
  EXPECT_EQ(json::canonical(data.value), R"({"a":{"b":1,"c":2,"d":{"e":1}}})");
}

TEST(FreeData, MarksNameTheSource) { EXPECT_EQ(read("a: 1").value.find("a")->mark(), (Mark{7, 1})); }

}  // namespace
}  // namespace waybill
