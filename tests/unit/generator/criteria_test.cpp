#include "generator/criteria.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace waybill {
namespace {

TEST(Criteria, StartsWithAnyEverywhere) {
  const Criteria criteria;
  EXPECT_TRUE(criteria.all_any());
  for (const Dimension dimension : kDimensions) EXPECT_EQ(criteria.get(dimension), "any");
}

TEST(Criteria, IgnoresCaseAndBlanksAndResolvesAliases) {
  Criteria criteria;
  criteria.set(Dimension::Service, "  EKS\t");
  criteria.set(Dimension::Os, "AL2023");
  EXPECT_EQ(criteria.get(Dimension::Service), "eks");
  EXPECT_EQ(criteria.get(Dimension::Os), "amazonlinux");
  criteria.set(Dimension::Service, "self-managed");
  EXPECT_TRUE(criteria.is_any(Dimension::Service));
  criteria.set(Dimension::Os, "");
  EXPECT_TRUE(criteria.is_any(Dimension::Os));
}

TEST(Criteria, NamesTheNearestValueForAMisspelling) {
  Criteria criteria;
  try {
    criteria.set(Dimension::Accelerator, "gb20");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    EXPECT_EQ(error.message(), "'gb20' is not a known accelerator");
    EXPECT_EQ(error.hint(), "did you mean 'gb200'?");
  }
}

TEST(Criteria, TakesValuesThatACatalogueUses) {
  Criteria criteria;
  EXPECT_THROW(criteria.set(Dimension::Service, "metal"), Error);
  criteria.set(Dimension::Service, "Metal", {"metal"});
  EXPECT_EQ(criteria.get(Dimension::Service), "metal");
}

TEST(Criteria, RefusesNegativeNodes) {
  Criteria criteria;
  EXPECT_THROW(criteria.set_nodes(-1), Error);
  criteria.set_nodes(8);
  EXPECT_FALSE(criteria.all_any());
  EXPECT_EQ(criteria.to_value().find("nodes")->as_int(), 8);
}

}  // namespace
}  // namespace waybill
