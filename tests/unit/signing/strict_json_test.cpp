#include "signing/strict_json.h"

#include <gtest/gtest.h>

#include "tests/unit/signing/refusal.h"

namespace waybill::signing {
namespace {

const Value kObject = Value::map({{"text", "AAE="}, {"number", 1}, {"list", Value::list({1, 2})}});

TEST(StrictJson, GivesMembersOfTheRightKind) {
  require_object(kObject, "it", {"text", "number", "list", "absent"});
  EXPECT_EQ(require_text(kObject, "it", "text"), "AAE=");
  EXPECT_EQ(require_base64(kObject, "it", "text"), std::string("\0\1", 2));
  EXPECT_EQ(require_list(kObject, "it", "list", 2).size(), 2U);
}

TEST(StrictJson, RefusesTheRestByName) {
  const auto refused = [](auto body) {
    return refusal([&] {
      body();
      return 0;
    });
  };
  EXPECT_EQ(refused([] { require_object(kObject, "it", {"text", "list"}); }), "it has an unknown member 'number'");
  EXPECT_EQ(refused([] { require_object(Value(1), "it", {}); }), "it must be an object, not a integer");
  EXPECT_EQ(refused([] { (void)require_member(kObject, "it", "absent"); }), "it has no 'absent'");
  EXPECT_EQ(refused([] { (void)require_text(kObject, "it", "number"); }),
            "'number' of it must be a text, not a integer");
  EXPECT_EQ(refused([] { (void)require_list(kObject, "it", "text", 1); }), "'text' of it must be a list, not a text");
  EXPECT_EQ(refused([] { (void)require_list(kObject, "it", "list", 1); }), "'list' of it has more than 1 items");
  EXPECT_EQ(refused([] { (void)require_base64(Value::map({{"b", "AAE"}}), "it", "b"); }), "'b' of it is not base64");
}

}  // namespace
}  // namespace waybill::signing
