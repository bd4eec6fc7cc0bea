#include "signing/strict_document.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace waybill::signing {
namespace {

const StrictDocument kDocument("file.yaml");

// "line:column message (hint)"
template <typename Body>
std::string complaint(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    const SourceLocation at = error.location().value_or(SourceLocation{});
    EXPECT_EQ(at.file, "file.yaml");
    return std::to_string(at.line) + ":" + std::to_string(at.column) + " " + error.message() + " (" + error.hint() +
           ")";
  }
  return "accepted";
}

TEST(StrictDocument, NamesTheUnknownFieldItsPlaceAndTheNearestRight) {
  const yaml::Node root = kDocument.parse("kind: x\nruels: []\n");
  EXPECT_EQ(complaint([&] {
              kDocument.require_fields(root, "the policy", {"kind", "rules"});
            }),
            "2:1 the policy has an unknown field 'ruels' (did you mean 'rules'?)");
  EXPECT_EQ(complaint([&] { kDocument.require_fields(kDocument.parse("[]"), "the policy", {"kind"}); }),
            "1:1 the policy must be a mapping, not a list ()");
}

TEST(StrictDocument, ReadsJsonWithTheSameEyes) {
  const yaml::Node root = kDocument.parse("{\n\t\"kind\": \"x\",\n\t\"more\": [1, 2]\n}");
  EXPECT_EQ(kDocument.required_text(root, "kind"), "x");
  EXPECT_EQ(kDocument.list(root, "more", 2).size(), 2U);
  EXPECT_EQ(complaint([&] { kDocument.require_fields(root, "it", {"kind"}); }).substr(0, 4), "3:2 ");
}

TEST(StrictDocument, RefusesWhatIsNotAsExpected) {
  const yaml::Node root = kDocument.parse("text: \"a\\u0007b\"\nnumber: 007\nlist: {}\nlong: [1, 2, 3]\nempty: ''\n");
  EXPECT_EQ(complaint([&] { (void)kDocument.required_text(root, "text"); }), "1:7 'text' holds control characters ()");
  EXPECT_EQ(complaint([&] { (void)kDocument.number(*root.find("number"), "'number'"); }),
            "2:9 'number' must be a whole number from 0 on ()");
  EXPECT_EQ(complaint([&] { (void)kDocument.list(root, "list", 2); }), "3:7 'list' must be a list, not a mapping ()");
  EXPECT_EQ(complaint([&] { (void)kDocument.list(root, "long", 2); }), "4:7 'long' has more than 2 items ()");
  EXPECT_EQ(complaint([&] { (void)kDocument.required_text(root, "empty"); }), "5:8 'empty' is empty ()");
  EXPECT_EQ(complaint([&] { (void)kDocument.required_text(root, "none"); }), "1:1 'none' is missing here ()");
}

TEST(StrictDocument, HasLimits) {
  EXPECT_NE(complaint([] { (void)kDocument.parse(std::string(kLargestTrustInput + 1, ' ')); }), "accepted");
  EXPECT_NE(complaint([] { (void)kDocument.parse(std::string(40, '[') + std::string(40, ']')); }), "accepted");
  std::string many = "a: [";
  for (int i = 0; i < 10'000; ++i) many += "1,";
  EXPECT_NE(complaint([&] { (void)kDocument.parse(many + "1]"); }), "accepted");
}

}  // namespace
}  // namespace waybill::signing
