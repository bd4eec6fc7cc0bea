#pragma once
// The embedded catalogue for tests: a query by its five words, and a visit of every recipe that it can give.
#include <fmt/format.h>

#include <array>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "generator/catalogue.h"
#include "generator/embedded.h"
#include "generator/resolve.h"

namespace waybill::testing {

using QueryWords = std::array<std::string, 5>;  // service, accelerator, intent, os, platform

inline const Catalogue& embedded() {
  static const Catalogue loaded = Catalogue::load({embedded_catalogue()});
  return loaded;
}

inline Recipe embedded_recipe(const QueryWords& words) {
  Criteria criteria;
  for (std::size_t at = 0; at < words.size(); ++at) criteria.set(kDimensions[at], words[at]);
  return resolve(embedded(), criteria, "test");
}

inline std::string to_text(const QueryWords& words) { return fmt::format("{}", fmt::join(words, " ")); }

// Every combination of "any" and the values that some overlay uses.
inline std::vector<QueryWords> every_query() {
  std::vector<QueryWords> queries{QueryWords{}};
  for (std::size_t at = 0; at < kDimensions.size(); ++at) {
    std::vector<std::string> words = embedded().used_values(kDimensions[at]);
    words.emplace_back(kAny);
    std::vector<QueryWords> longer;
    for (const QueryWords& start : queries) {
      for (const std::string& word : words) {
        longer.push_back(start);
        longer.back()[at] = word;
      }
    }
    queries = std::move(longer);
  }
  return queries;
}

// The first query of each recipe: queries that meet the same overlays get the same.
inline void for_each_recipe(const std::function<void(const QueryWords&, const Recipe&)>& visit) {
  std::set<std::vector<std::string>> seen;
  for (const QueryWords& words : every_query()) {
    const Recipe resolved = embedded_recipe(words);
    if (seen.insert(resolved.applied_overlays).second) visit(words, resolved);
  }
}

}  // namespace waybill::testing
