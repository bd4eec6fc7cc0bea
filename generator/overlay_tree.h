#pragma once
// How the overlays of a catalogue inherit from each other, with everything that is wrong about it kept instead of
// thrown. Overlays are named by their index; the base recipe is above all of them and no member.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "generator/overlay.h"

namespace waybill {

class OverlayTree {
 public:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  // `overlays` are sorted by name and must outlive the tree.
  explicit OverlayTree(const std::vector<Overlay>& overlays);

  [[nodiscard]] std::size_t size() const noexcept { return overlays_.size(); }
  [[nodiscard]] const Overlay& operator[](std::size_t index) const noexcept { return overlays_[index]; }
  [[nodiscard]] std::size_t find(std::string_view name) const noexcept;  // kNone when there is none
  // kNone for an overlay that inherits from the base recipe alone, or from one that does not exist.
  [[nodiscard]] std::size_t parent(std::size_t index) const noexcept { return parents_[index]; }
  // Whether every ancestor exists and none is met twice.
  [[nodiscard]] bool is_sound(std::size_t index) const noexcept { return depths_[index] != 0; }
  // Ancestors from the oldest to itself; only for sound ones.
  [[nodiscard]] std::vector<std::size_t> chain(std::size_t index) const;
  [[nodiscard]] std::size_t chain_length(std::size_t index) const noexcept { return depths_[index]; }
  // Whether one of two sound overlays is the other or an ancestor of it.
  [[nodiscard]] bool are_related(std::size_t a, std::size_t b) const noexcept;
  // Every circle once, from its smallest index on, in the order child, parent, grandparent, …
  [[nodiscard]] const std::vector<std::vector<std::size_t>>& circles() const noexcept { return circles_; }

 private:
  void find_depths();
  void number_subtrees();

  const std::vector<Overlay>& overlays_;
  std::vector<std::size_t> parents_;
  std::vector<std::size_t> depths_;  // length of the chain; 0 when it is not sound
  std::vector<std::size_t> first_;   // of the numbers that a walk through the subtree gives
  std::vector<std::size_t> last_;
  std::vector<std::vector<std::size_t>> circles_;
};

}  // namespace waybill
