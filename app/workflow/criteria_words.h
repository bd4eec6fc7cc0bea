#pragma once
// Criteria as somebody typed them, before a catalogue says what they mean.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "generator/criteria.h"

namespace waybill {

struct CriteriaWords {
  std::array<std::string, kDimensions.size()> words;  // by Dimension; empty: not given
  std::int64_t nodes = 0;                             // 0: not given

  [[nodiscard]] std::string& of(Dimension dimension) { return words.at(static_cast<std::size_t>(dimension)); }
  [[nodiscard]] bool none() const noexcept {
    return nodes == 0 && std::all_of(words.begin(), words.end(), [](const std::string& word) { return word.empty(); });
  }
  // Lays the words that are given over the criteria. Throws InvalidInput, with the nearest right word.
  void lay_over(Criteria& criteria, const UsedValues& used_values) const {
    for (const Dimension dimension : kDimensions) {
      const std::string& word = words.at(static_cast<std::size_t>(dimension));
      if (!word.empty()) criteria.set(dimension, word, used_values(dimension));
    }
    if (nodes != 0) criteria.set_nodes(nodes);
  }
};

}  // namespace waybill
