#include "generator/overlay_tree.h"

#include <algorithm>
#include <utility>

namespace waybill {

OverlayTree::OverlayTree(const std::vector<Overlay>& overlays)
    : overlays_(overlays), parents_(overlays.size(), kNone), depths_(overlays.size(), 0) {
  for (std::size_t i = 0; i < overlays.size(); ++i) {
    if (!overlays[i].inherits_base_only()) parents_[i] = find(overlays[i].base);
  }
  find_depths();
  number_subtrees();
}

std::size_t OverlayTree::find(std::string_view name) const noexcept {
  const auto found =
      std::lower_bound(overlays_.begin(), overlays_.end(), name,
                       [](const Overlay& overlay, std::string_view wanted) { return overlay.name < wanted; });
  return found == overlays_.end() || found->name != name ? kNone : static_cast<std::size_t>(found - overlays_.begin());
}

void OverlayTree::find_depths() {
  enum class State : std::uint8_t { New, OnWay, Done };
  std::vector<State> states(size(), State::New);
  for (std::size_t start = 0; start < size(); ++start) {
    std::vector<std::size_t> way;
    std::size_t at = start;
    while (at != kNone && states[at] == State::New) {
      states[at] = State::OnWay;
      way.push_back(at);
      at = parents_[at];
    }
    if (at != kNone && states[at] == State::OnWay) {
      const auto first = std::find(way.begin(), way.end(), at);
      std::vector<std::size_t> circle(first, way.end());
      std::rotate(circle.begin(), std::min_element(circle.begin(), circle.end()), circle.end());
      circles_.push_back(std::move(circle));
    }
    // From the oldest down; a circle and a missing parent leave everything below them without a depth.
    for (auto member = way.rbegin(); member != way.rend(); ++member) {
      states[*member] = State::Done;
      if (parents_[*member] != kNone) {
        const std::size_t above = depths_[parents_[*member]];
        depths_[*member] = above == 0 ? 0 : above + 1;
      } else {
        depths_[*member] = overlays_[*member].inherits_base_only() ? 1 : 0;
      }
    }
  }
}

void OverlayTree::number_subtrees() {
  first_.assign(size(), 0);
  last_.assign(size(), 0);
  std::vector<std::vector<std::size_t>> children(size());
  for (std::size_t i = 0; i < size(); ++i) {
    if (is_sound(i) && parents_[i] != kNone) children[parents_[i]].push_back(i);
  }
  std::size_t next = 0;
  for (std::size_t root = 0; root < size(); ++root) {
    if (!is_sound(root) || parents_[root] != kNone) continue;
    std::vector<std::pair<std::size_t, std::size_t>> way{{root, 0}};  // with the next child to visit
    first_[root] = next++;
    while (!way.empty()) {
      auto& [at, child] = way.back();
      if (child == children[at].size()) {
        last_[at] = next - 1;
        way.pop_back();
        continue;
      }
      const std::size_t below = children[at][child++];
      first_[below] = next++;
      way.emplace_back(below, 0);
    }
  }
}

std::vector<std::size_t> OverlayTree::chain(std::size_t index) const {
  std::vector<std::size_t> members;
  members.reserve(depths_[index]);
  for (std::size_t at = index; at != kNone; at = parents_[at]) members.push_back(at);
  std::reverse(members.begin(), members.end());
  return members;
}

bool OverlayTree::are_related(std::size_t a, std::size_t b) const noexcept {
  return (first_[a] <= first_[b] && first_[b] <= last_[a]) || (first_[b] <= first_[a] && first_[a] <= last_[b]);
}

}  // namespace waybill
