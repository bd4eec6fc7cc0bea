#include "generator/query_index.h"

#include <fmt/core.h>

#include <algorithm>

namespace waybill {
namespace {

std::string word_of(const Overlay& overlay, std::size_t part) {
  if (part == kDimensions.size()) return overlay.nodes == 0 ? std::string() : std::to_string(overlay.nodes);
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): overlays that queries can match have criteria
  const std::string& word = (*overlay.criteria)[part];
  return word == kAny ? std::string() : word;
}

}  // namespace

std::size_t QueryIndex::Hash::operator()(const Query& query) const noexcept {
  std::size_t hash = 0;
  for (const std::uint32_t word : query) hash = hash * 1'000'003U + word;
  return hash;
}

QueryIndex::QueryIndex(const OverlayTree& tree) {
  std::array<std::map<std::string, std::uint32_t>, kParts> numbers;
  for (std::size_t part = 0; part < kParts; ++part) {
    std::map<std::string, std::uint32_t>& known = numbers[part];
    known.emplace("", 0);
    for (std::size_t i = 0; i < tree.size(); ++i) {
      if (tree[i].criteria && tree.is_sound(i)) known.emplace(word_of(tree[i], part), 0);
    }
    for (auto& [word, number] : known) {
      number = static_cast<std::uint32_t>(words_[part].size());
      words_[part].push_back(word);
    }
  }
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (!tree[i].criteria || !tree.is_sound(i)) continue;
    Query query;
    for (std::size_t part = 0; part < kParts; ++part) query[part] = numbers[part].at(word_of(tree[i], part));
    overlays_[query].push_back(i);
  }
}

std::vector<std::size_t> QueryIndex::matches(const Query& query) const {
  std::vector<std::size_t> found;
  // Each overlay restricts some of the parts that the query states, and none besides.
  for (unsigned restricted = 0; restricted < 1U << kParts; ++restricted) {
    Query wanted{};
    bool stated = true;
    for (std::size_t part = 0; part < kParts; ++part) {
      if ((restricted >> part & 1U) == 0) continue;
      stated = stated && query[part] != 0;
      wanted[part] = query[part];
    }
    if (!stated) continue;
    if (const auto overlays = overlays_.find(wanted); overlays != overlays_.end())
      found.insert(found.end(), overlays->second.begin(), overlays->second.end());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<QueryIndex::Query> QueryIndex::queries(std::size_t most, bool& all) const {
  std::size_t combinations = 1;
  for (const std::vector<std::string>& words : words_) combinations = std::min(combinations * words.size(), most + 1);
  all = combinations <= most;
  std::vector<Query> result;
  if (!all) {
    result.push_back({});
    for (const auto& [query, overlays] : overlays_) result.push_back(query);
    std::sort(result.begin(), result.end());
    return result;
  }
  Query query{};
  for (;;) {
    result.push_back(query);
    std::size_t part = kParts;
    while (part > 0 && ++query[part - 1] == words_[part - 1].size()) query[--part] = 0;
    if (part == 0) return result;
  }
}

std::string QueryIndex::describe(const Query& query) const {
  std::string text;
  for (std::size_t part = 0; part < kParts; ++part) {
    if (query[part] == 0) continue;
    const std::string_view name = part < kDimensions.size() ? to_string(kDimensions[part]) : "nodes";
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", name, words_[part][query[part]]);
  }
  return text.empty() ? "no criteria" : text;
}

}  // namespace waybill
