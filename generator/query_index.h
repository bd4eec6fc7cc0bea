#pragma once
// Which overlays a query matches, found without looking at the others; and which queries there are to try.
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "generator/overlay_tree.h"

namespace waybill {

class QueryIndex {
 public:
  // The five dimensions and the node count as numbers of words; 0 is "any".
  static constexpr std::size_t kParts = kDimensions.size() + 1;
  using Query = std::array<std::uint32_t, kParts>;

  // Sound overlays with criteria take part. `tree` must outlive the index.
  explicit QueryIndex(const OverlayTree& tree);

  // The overlays that match, by index.
  [[nodiscard]] std::vector<std::size_t> matches(const Query& query) const;
  // Every combination of the words that overlays use if there are at most `most`; otherwise what the overlays
  // themselves ask for. `all` says which.
  [[nodiscard]] std::vector<Query> queries(std::size_t most, bool& all) const;
  // "service=eks, os=ubuntu"; "no criteria" for none.
  [[nodiscard]] std::string describe(const Query& query) const;

 private:
  struct Hash {
    std::size_t operator()(const Query& query) const noexcept;
  };

  std::array<std::vector<std::string>, kParts> words_;  // by number, "any" first
  // Never iterated for a result: the order of a hash table reaches no output.
  std::unordered_map<Query, std::vector<std::size_t>, Hash> overlays_;
};

}  // namespace waybill
