#include <gtest/gtest.h>

#include <set>

#include "tests/corpus/mutation.h"

namespace waybill::signing::corpus {
namespace {

void expect_all(const Mutations& mutations) {
  std::size_t good = 0;
  for (const Mutation& mutation : mutations) {
    EXPECT_EQ(mutation.found, mutation.expected) << mutation.rule;
    if (mutation.expected == kAccepted) ++good;
  }
  EXPECT_GE(good, 1U) << "no good one beside the bad ones";
}

TEST(Corpus, Signatures) { expect_all(signature_mutations()); }
TEST(Corpus, Bundles) { expect_all(bundle_mutations()); }
TEST(Corpus, Statements) { expect_all(statement_mutations()); }
TEST(Corpus, PayloadsOfTheTagForm) { expect_all(payload_mutations()); }
TEST(Corpus, LogEntries) { expect_all(log_entry_mutations()); }
TEST(Corpus, Manifests) { expect_all(manifest_mutations()); }
TEST(Corpus, ChecksumsAndTrees) { expect_all(tree_mutations()); }

TEST(Corpus, IsLargeAndNamesEveryRuleOnce) {
  std::set<std::string> rules;
  std::size_t bad = 0;
  for (const Mutations& mutations :
       {signature_mutations(), bundle_mutations(), statement_mutations(), payload_mutations(), log_entry_mutations(),
        manifest_mutations(), tree_mutations()}) {
    for (const Mutation& mutation : mutations) {
      EXPECT_TRUE(rules.insert(mutation.rule).second) << mutation.rule;
      if (mutation.expected != kAccepted) ++bad;
    }
  }
  EXPECT_GE(bad, 300U);
  RecordProperty("mutations", static_cast<int>(bad));
}

}  // namespace
}  // namespace waybill::signing::corpus
