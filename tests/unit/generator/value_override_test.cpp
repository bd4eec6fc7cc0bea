#include "generator/value_override.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "core/json/writer.h"

namespace waybill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Each override as "component path JSON".
std::vector<std::string> read(std::string_view text, Setter setter) {
  std::vector<std::string> result;
  for (const ValueOverride& change : parse_overrides(text, setter))
    result.push_back(change.component + " " + change.path.text() + " " + json::canonical(change.value));
  return result;
}

std::string refusal(std::string_view text, Setter setter) {
  try {
    static_cast<void>(parse_overrides(text, setter));
  } catch (const Error& error) {
    return error.code() == ErrorCode::InvalidInput ? error.message() + " | " + error.hint() : "of another kind";
  }
  return "accepted";
}

Value set(const std::string& text) { return parse_overrides("a:b=" + text, Setter::Set).front().value; }
Value set_string(const std::string& text) { return parse_overrides("a:b=" + text, Setter::SetString).front().value; }

TEST(ValueOverride, KeepsTextsThatDoNotSurviveARoundTrip) {
  for (const char* text : {"1.10",
                           "570.20",
                           "007",
                           "+1",
                           "-0",
                           "1e5",
                           "nan",
                           "inf",
                           ".5",
                           "0x10",
                           "0x1p4",
                           "True",
                           "FALSE",
                           "Null",
                           "~",
                           "yes",
                           "99999999999999999999",
                           "v1.2.3",
                           "2024-01-02",
                           "1:30"})
    EXPECT_EQ(set(text), Value(text)) << text;
  EXPECT_EQ(set("7"), Value(7));
  EXPECT_EQ(set("-3"), Value(-3));
  EXPECT_EQ(set("0.5"), Value(0.5));
  EXPECT_EQ(set("true"), Value(true));
  EXPECT_EQ(set("null"), Value());
}

TEST(ValueOverride, OfSetStringIsAlwaysText) {
  for (const char* text : {"7", "true", "null", "", "[1]"}) EXPECT_EQ(set_string(text), Value(text));
}

TEST(ValueOverride, SplitsAtTheFirstColonAndEqualsSign) {
  EXPECT_THAT(read(R"(a:x.y\.z=k=v:w)", Setter::Set), ElementsAre(R"(a x["y.z"] "k=v:w")"));
  EXPECT_THAT(read("a:x:y=1", Setter::Set), ElementsAre(R"(a x:y 1)"));
  EXPECT_THAT(read(R"(a:nodeSelector["b=c,d"]=1)", Setter::Set), ElementsAre(R"(a nodeSelector["b=c,d"] 1)"));
}

// aicr's scripts write several into one flag; a list of words or of addresses is one value.
TEST(ValueOverride, IsFollowedByAnotherOnlyWhereAnEqualsSignComesBeforeTheNextComma) {
  EXPECT_THAT(read("a:x=1,b:y=2", Setter::Set), ElementsAre("a x 1", "b y 2"));
  EXPECT_THAT(read("a:x=1,2,b:y=z,", Setter::Set), ElementsAre(R"(a x "1,2")", R"(b y "z,")"));
  EXPECT_THAT(read("a:x=k,l,m", Setter::SetString), ElementsAre(R"(a x "k,l,m")"));
  EXPECT_THAT(read(R"(a:gates=A=true\,B=false,b:y=1)", Setter::Set),
              ElementsAre(R"(a gates "A=true,B=false")", "b y 1"));
  EXPECT_THAT(read(R"(a:x=1\,2\{3\}\\4\5)", Setter::Set), ElementsAre(R"(a x "1,2{3}\\4\\5")"));
}

TEST(ValueOverride, IsNeverGuessedAtAComma) {
  EXPECT_EQ(refusal("a:x=1,y=2", Setter::Set),
            "'y=2' sets no value: no ':' | a comma that belongs to a value before it is written '\\,'");
  EXPECT_THAT(refusal("a:gates=A=true,B=true", Setter::SetString), HasSubstr("written '\\,'"));
  EXPECT_THAT(refusal("a:l={1},", Setter::Set), HasSubstr("a comma at its end"));
  EXPECT_THAT(refusal("a:l={1},b", Setter::Set), HasSubstr("no ':'"));
}

TEST(ValueOverride, InBracesIsAList) {
  EXPECT_THAT(read("a:l={x,1,true,1.10}", Setter::Set), ElementsAre(R"(a l ["x",1,true,"1.10"])"));
  EXPECT_THAT(read("a:l={x,1}", Setter::SetString), ElementsAre(R"(a l ["x","1"])"));
  EXPECT_THAT(read("a:l={},b:y={x=1,z=2}", Setter::Set), ElementsAre("a l []", R"(b y ["x=1","z=2"])"));
  EXPECT_THAT(read(R"(a:l={x\,y,\{z\}})", Setter::Set), ElementsAre(R"(a l ["x,y","{z}"])"));
  for (const char* value : {"{", "{a", "{a}b", "{{ .x }}", "{{a},b}", R"({"a":1})", "{a,}", "{,a}"})
    EXPECT_THAT(refusal("a:l=" + std::string(value), Setter::Set), HasSubstr("sets no value")) << value;
  EXPECT_EQ(set(R"(\{{ .x }})"), Value("{{ .x }}"));
}

TEST(ValueOverride, IsNoTextByMistake) {
  EXPECT_THAT(refusal("a:l=[1]", Setter::Set), HasSubstr("'[1]' would be a text"));
  EXPECT_THAT(refusal(R"(a:l=[{"a":1}])", Setter::Set), HasSubstr("would be a text"));
}

TEST(ValueOverride, OfSetJsonIsOneDocument) {
  EXPECT_THAT(read(R"(a:l=[{"k":"a,b=c"},null,1.5])", Setter::SetJson), ElementsAre(R"(a l [{"k":"a,b=c"},null,1.5])"));
  EXPECT_THAT(read("a:l=null", Setter::SetJson), ElementsAre("a l null"));
  for (const char* value : {"", "x", "{", "1 2", "1,b:c=2", R"({"a":1,"a":2})", "NaN", "'x'"})
    EXPECT_NE(refusal("a:l=" + std::string(value), Setter::SetJson), "accepted") << value;
  const std::string deep(ValuePath::kDeepest + 1, '[');
  EXPECT_NE(refusal("a:l=" + deep + std::string(deep.size(), ']'), Setter::SetJson), "accepted");
}

TEST(ValueOverride, OfSetFileIsWhatStandsThere) {
  EXPECT_THAT(read(R"(a:f=x,b:y={1}\,)", Setter::SetFile), ElementsAre(R"(a f "x,b:y={1}\\,")"));
}

TEST(ValueOverride, RefusesEmptyParts) {
  for (const Setter setter : {Setter::Set, Setter::SetString, Setter::SetJson, Setter::SetFile}) {
    for (const char* text : {"", "a", "a:", "a:b", ":b=1", "a:=1", "a:b..c=1", "a:b[x]=1", "a=b:c", "a,b:c=1"})
      EXPECT_NE(refusal(text, setter), "accepted") << text;
  }
  EXPECT_EQ(refusal("a:b=", Setter::Set),
            "'a:b=' sets no value: no value | --set-string sets an empty text, null removes a default of the chart");
  EXPECT_THAT(refusal("a:b=", Setter::SetJson), HasSubstr("component:path.to.field=JSON"));
}

TEST(ValueOverride, IsTextInUtf8) {
  EXPECT_EQ(set("grün"), Value("grün"));
  EXPECT_THAT(refusal("a:b=\xff", Setter::SetString), HasSubstr("no text in UTF-8"));
  EXPECT_THAT(refusal(std::string_view("a:b=\0", 5), Setter::SetString), HasSubstr("no text in UTF-8"));
}

}  // namespace
}  // namespace waybill
