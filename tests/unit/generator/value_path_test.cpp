#include "generator/value_path.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"

namespace waybill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Step = ValuePath::Step;

Step key(const char* text) { return std::string(text); }
Step index(std::size_t number) { return number; }

std::vector<Step> steps(std::string_view text) { return ValuePath::parse(text).steps(); }

template <typename Body>
std::string refusal(Body body) {
  try {
    body();
  } catch (const Error& error) {
    return error.code() == ErrorCode::InvalidInput ? error.message() : "of another kind";
  }
  return "accepted";
}

// What is at the top after a put, as JSON.
std::string after(const char* before, const char* path, Value value) {
  Value values = json::parse(before, "values");
  put(values, ValuePath::parse(path), std::move(value));
  return json::canonical(values);
}

TEST(ValuePath, HasKeysAndIndexesAsHelmWritesThem) {
  EXPECT_THAT(steps("driver.version"), ElementsAre(key("driver"), key("version")));
  EXPECT_THAT(steps("a[0].b[12][3]"), ElementsAre(key("a"), index(0), key("b"), index(12), index(3)));
  EXPECT_THAT(steps(R"(nodeSelector.nvidia\.com/gpu\.count)"),
              ElementsAre(key("nodeSelector"), key("nvidia.com/gpu.count")));
  EXPECT_THAT(steps(R"(a\[0\].b\\c\=d\"e)"), ElementsAre(key("a[0]"), key("b\\c=d\"e")));
  EXPECT_THAT(steps("a b.ключ"), ElementsAre(key("a b"), key("ключ")));
}

TEST(ValuePath, HasKeysAsExplainPrintsThem) {
  EXPECT_THAT(steps(R"(nodeSelector["nvidia.com/gpu.count"])"),
              ElementsAre(key("nodeSelector"), key("nvidia.com/gpu.count")));
  EXPECT_THAT(steps(R"(["a\"]b"].c)"), ElementsAre(key("a\"]b"), key("c")));
  EXPECT_THAT(steps(R"(a[""])"), ElementsAre(key("a"), key("")));
}

TEST(ValuePath, RefusesWhatIsNoPath) {
  for (const char* text :
       {"",      ".",     "a.",   ".a",     "a..b",    "a[",   "a[]", "a[-1]", "a[01]", "a[1",
        "a]",    "a[1]b", "a[x]", "a[\"x]", "a[\"x\"", "a\\b", "a\\", "a=b",   "a\"b",  "a[99999999999999999999]",
        "a[1].", "a.[0]"})
    EXPECT_THAT(refusal([&] { static_cast<void>(ValuePath::parse(text)); }), HasSubstr("is no path to a value"))
        << text;
}

TEST(ValuePath, IsNoDeeperThanItsLimit) {
  std::string path = "a";
  for (std::size_t i = 1; i < ValuePath::kDeepest; ++i) path += ".a";
  EXPECT_EQ(steps(path).size(), ValuePath::kDeepest);
  EXPECT_THAT(refusal([&] { static_cast<void>(ValuePath::parse(path + "[0]")); }), HasSubstr("more than 32 steps"));
}

TEST(ValuePath, HasOneSpellingThatReadsBack) {
  for (const auto& [written, printed] :
       std::vector<std::pair<const char*, const char*>>{{"a.b", "a.b"},
                                                        {"a[0].b", "a[0].b"},
                                                        {R"(a.x\.y)", R"(a["x.y"])"},
                                                        {R"(["a"]["b"])", "a.b"},
                                                        {R"(a.b\=c)", R"(a["b=c"])"},
                                                        {R"(a.b\\c)", R"(a["b\\c"])"}}) {
    EXPECT_EQ(ValuePath::parse(written).text(), printed);
    EXPECT_EQ(ValuePath::parse(printed), ValuePath::parse(written));
  }
}

TEST(ValuePath, EndsAtTheFirstEqualsSignOutsideOfKeys) {
  EXPECT_EQ(ValuePath::end_in_assignment("a.b=c=d"), 3U);
  EXPECT_EQ(ValuePath::end_in_assignment(R"(a\=b=c)"), 4U);
  EXPECT_EQ(ValuePath::end_in_assignment(R"(a["x=y"]=c)"), 8U);
  EXPECT_EQ(ValuePath::end_in_assignment("=a"), 0U);
  EXPECT_EQ(ValuePath::end_in_assignment("ab"), std::string_view::npos);
}

TEST(ValuePath, KnowsWhatLiesBelowIt) {
  EXPECT_TRUE(ValuePath::parse("a.b[0]").is_within(ValuePath::parse("a.b")));
  EXPECT_TRUE(ValuePath::parse("a.b").is_within(ValuePath::parse("a.b")));
  EXPECT_FALSE(ValuePath::parse("a").is_within(ValuePath::parse("a.b")));
  EXPECT_FALSE(ValuePath::parse("ab").is_within(ValuePath::parse("a")));
}

TEST(Put, MakesMappingsAndListsOnTheWay) {
  EXPECT_EQ(after("{}", "a.b", 1), R"({"a":{"b":1}})");
  EXPECT_EQ(after("{}", "a[0].k", "v"), R"({"a":[{"k":"v"}]})");
  EXPECT_EQ(after("{}", "a[0][0]", 1), R"({"a":[[1]]})");
  EXPECT_EQ(after(R"({"a":null})", "a.b", 1), R"({"a":{"b":1}})") << "null stands for nothing";
  EXPECT_EQ(after(R"({"a":{"b":1,"c":2}})", "a.b", nullptr), R"({"a":{"b":null,"c":2}})");
}

TEST(Put, ChangesAndAppendsElements) {
  EXPECT_EQ(after(R"({"a":[1,2]})", "a[0]", 9), R"({"a":[9,2]})");
  EXPECT_EQ(after(R"({"a":[1,2]})", "a[2]", 3), R"({"a":[1,2,3]})");
  EXPECT_EQ(after(R"({"a":[{"k":1,"m":2}]})", "a[0].k", 5), R"({"a":[{"k":5,"m":2}]})");
  EXPECT_EQ(after(R"({"a":[1,2]})", "a", Value::list({3})), R"({"a":[3]})");
}

TEST(Put, RefusesWhatHasNoSuchPlace) {
  EXPECT_EQ(refusal([] { after(R"({"a":{"b":"x"}})", "a.b.c", 1); }), "cannot set 'a.b.c': 'a.b' is a text");
  EXPECT_EQ(refusal([] { after(R"({"a":5})", "a[0]", 1); }), "cannot set 'a[0]': 'a' is an integer");
  EXPECT_EQ(refusal([] { after(R"({"a":[1]})", "a.b", 1); }), "cannot set 'a.b': 'a' is a list of 1");
  EXPECT_EQ(refusal([] { after(R"({"a":[1]})", "a[2]", 1); }), "cannot set 'a[2]': 'a' is a list of 1");
  EXPECT_EQ(refusal([] { after(R"({"a":{}})", "a[0]", 1); }), "cannot set 'a[0]': 'a' is a mapping");
}

}  // namespace
}  // namespace waybill
