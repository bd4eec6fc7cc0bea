#include "core/value.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/error.h"

namespace waybill {
namespace {

TEST(Value, KnowsItsKind) {
  EXPECT_EQ(Value().kind_name(), "null");
  EXPECT_EQ(Value(true).kind_name(), "boolean");
  EXPECT_EQ(Value(1).kind_name(), "integer");
  EXPECT_EQ(Value(std::numeric_limits<std::uint64_t>::max()).kind_name(), "integer");
  EXPECT_EQ(Value(1.0).kind_name(), "number");
  EXPECT_EQ(Value("x").kind_name(), "text");
  EXPECT_EQ(Value::list().kind_name(), "list");
  EXPECT_EQ(Value::map().kind_name(), "mapping");
}

TEST(Value, RefusesUseAsAnotherKind) {
  EXPECT_THROW(static_cast<void>(Value("1").as_int()), Error);
  EXPECT_THROW(static_cast<void>(Value(1).as_string()), Error);
  EXPECT_THROW(static_cast<void>(Value(1).as_bool()), Error);
  EXPECT_THROW(static_cast<void>(Value("x").as_double()), Error);
  EXPECT_THROW(static_cast<void>(Value::map().items()), Error);
  EXPECT_THROW(static_cast<void>(Value::list().members()), Error);
  EXPECT_THROW(static_cast<void>(Value(std::numeric_limits<std::uint64_t>::max()).as_int()), Error);
  EXPECT_THROW(Value(1).set("a", 1), Error);
  EXPECT_THROW(Value("x").push_back(1), Error);
}

TEST(Value, KeepsSmallUnsignedNumbersAsSigned) {
  EXPECT_EQ(Value(std::uint64_t{5}), Value(5));
  EXPECT_EQ(Value(std::uint64_t{5}).as_int(), 5);
  EXPECT_EQ(Value(std::uint64_t{1} << 63).as_double(), 9223372036854775808.0);
}

TEST(Value, SetReplacesInPlaceAndAppends) {
  Value map;
  map.set("b", 1);
  map.set("a", 2);
  map.set("b", "new").mark({3, 4});
  ASSERT_EQ(map.members().size(), 2U);
  EXPECT_EQ(map.members()[0].key, "b");
  EXPECT_EQ(map.members()[0].value, Value("new"));
  EXPECT_EQ(map.find("b")->mark(), (Mark{3, 4}));
  EXPECT_TRUE(map.erase("b"));
  EXPECT_FALSE(map.erase("b"));
  EXPECT_EQ(map.find("b"), nullptr);
  Value list;
  list.push_back(1);
  list.push_back("x");
  EXPECT_EQ(list, Value::list({1, "x"}));
}

TEST(Value, FindsByPath) {
  const Value value = Value::map({{"a", Value::map({{"b", 7}, {"t", "text"}})}});
  const std::vector<std::string> path{"a", "b"};
  ASSERT_NE(value.find_path(path), nullptr);
  EXPECT_EQ(value.find_path(path)->as_int(), 7);
  EXPECT_EQ(value.find_path(std::vector<std::string>{"a", "x"}), nullptr);
  EXPECT_EQ(value.find_path(std::vector<std::string>{"a", "b", "c"}), nullptr);
  EXPECT_EQ(value.find_path({}), &value);
  EXPECT_EQ(value.find("a")->text_or("t", "-"), "text");
  EXPECT_EQ(value.find("a")->text_or("b", "-"), "-");
}

TEST(Value, EqualityIgnoresOrderAndMarks) {
  Value a = Value::map({{"x", 1}, {"y", Value::list({1, 2})}});
  const Value b = Value::map({{"y", Value::list({1, 2})}, {"x", 1}});
  a.mark({1, 1});
  EXPECT_EQ(a, b);
  EXPECT_NE(a, Value::map({{"x", 1}, {"z", Value::list({1, 2})}}));
  EXPECT_NE(a, Value::map({{"x", 1}}));
  EXPECT_NE(Value::list({1, 2}), Value::list({2, 1}));
  EXPECT_NE(Value(1), Value(1.0));
  EXPECT_NE(Value(), Value(false));
  EXPECT_NE(Value(""), Value());
}

TEST(Value, SortsAtEveryDepth) {
  const Value value = sorted(Value::map({{"b", Value::list({Value::map({{"z", 1}, {"Z", 2}})})}, {"a", 1}}));
  EXPECT_EQ(value.members()[0].key, "a");
  EXPECT_EQ(value.members()[1].value.items()[0].members()[0].key, "Z");
}

TEST(Value, MergesMapsAndReplacesTheRest) {
  const Value base =
      Value::map({{"keep", 1}, {"map", Value::map({{"a", 1}, {"b", 2}})}, {"list", Value::list({1, 2})}, {"gone", 1}});
  Value over = Value::map(
      {{"new", 9}, {"map", Value::map({{"b", 3}, {"c", 4}})}, {"list", Value::list({3})}, {"gone", nullptr}});
  over.find("map")->find("b")->mark({2, 7});
  const Value result = merged(base, over);
  EXPECT_EQ(result, Value::map({{"keep", 1},
                                {"map", Value::map({{"a", 1}, {"b", 3}, {"c", 4}})},
                                {"list", Value::list({3})},
                                {"gone", nullptr},
                                {"new", 9}}));
  EXPECT_EQ(result.members().back().key, "new");
  EXPECT_EQ(result.find("map")->find("b")->mark(), (Mark{2, 7}));
  EXPECT_EQ(merged(Value(1), over), over);
  EXPECT_EQ(merged(over, Value("x")), Value("x"));
}

TEST(Value, LargeMapsBehaveAsSmallOnes) {
  Value base = Value::map();
  Value over = Value::map();
  for (int i = 0; i < 100; ++i) base.set("k" + std::to_string(i), i);
  for (int i = 50; i < 150; ++i) over.set("k" + std::to_string(i), -i);
  const Value result = merged(base, over);
  ASSERT_EQ(result.members().size(), 150U);
  EXPECT_EQ(result.find("k49")->as_int(), 49);
  EXPECT_EQ(result.find("k50")->as_int(), -50);
  EXPECT_EQ(result.members().back().key, "k149");
  EXPECT_EQ(result, sorted(result));
  EXPECT_NE(result, base);
}

TEST(Shortest, WritesAsGoDoes) {
  const std::pair<double, const char*> cases[] = {{0.0, "0"},
                                                  {-0.0, "-0"},
                                                  {1.0, "1"},
                                                  {1000.0, "1000"},
                                                  {0.1, "0.1"},
                                                  {-1.5, "-1.5"},
                                                  {1e20, "100000000000000000000"},
                                                  {1e21, "1e+21"},
                                                  {1e-6, "0.000001"},
                                                  {1e-7, "1e-7"},
                                                  {1.5e-9, "1.5e-9"},
                                                  {1e-10, "1e-10"},
                                                  {1.7976931348623157e308, "1.7976931348623157e+308"},
                                                  {5e-324, "5e-324"},
                                                  {123456789.125, "123456789.125"}};
  for (const auto& [number, text] : cases) EXPECT_EQ(shortest(number), text);
  EXPECT_THROW(static_cast<void>(shortest(std::numeric_limits<double>::infinity())), Error);
  EXPECT_THROW(static_cast<void>(shortest(std::numeric_limits<double>::quiet_NaN())), Error);
}

}  // namespace
}  // namespace waybill
