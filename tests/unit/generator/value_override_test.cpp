#include "generator/value_override.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace waybill {
namespace {

Value guessed(const std::string& text) { return parse_value_override("a:b=" + text, ValueTyping::Guess).value; }

TEST(ValueOverride, KeepsTextsThatDoNotSurviveARoundTrip) {
  for (const char* text : {"1.10", "007", "+1", "1e5", "nan", "inf", "0x10", "True", "99999999999999999999", "v1.2.3"})
    EXPECT_EQ(guessed(text), Value(text)) << text;
  EXPECT_EQ(guessed("7"), Value(7));
  EXPECT_EQ(guessed("-3"), Value(-3));
  EXPECT_EQ(guessed("0.5"), Value(0.5));
  EXPECT_EQ(guessed("true"), Value(true));
  EXPECT_EQ(guessed("null"), Value());
  EXPECT_EQ(parse_value_override("a:b=7", ValueTyping::Text).value, Value("7"));
}

TEST(ValueOverride, SplitsAtTheFirstColonAndEqualsSign) {
  const ValueOverride change = parse_value_override("a:x.y\\.z=k=v:w", ValueTyping::Guess);
  EXPECT_EQ(change.component, "a");
  EXPECT_THAT(change.path, ::testing::ElementsAre("x", "y.z"));
  EXPECT_EQ(change.value, Value("k=v:w"));
}

TEST(ValueOverride, RefusesEmptyPartsAndLists) {
  for (const char* text : {"", "a", "a:", "a:b", "a:b=", ":b=1", "a:=1", "a:b..c=1", "a:b[0]=1", "a=b:c"})
    EXPECT_THROW(static_cast<void>(parse_value_override(text, ValueTyping::Guess)), Error) << text;
}

TEST(ValueOverride, DoesNotWriteBelowAScalar) {
  Value values = Value::map({{"x", 1}, {"n", nullptr}});
  EXPECT_THROW(apply_override(parse_value_override("a:x.y=1", ValueTyping::Guess), values), Error);
  apply_override(parse_value_override("a:n.y=1", ValueTyping::Guess), values);
  EXPECT_EQ(values.find("n")->find("y")->as_int(), 1);
}

}  // namespace
}  // namespace waybill
