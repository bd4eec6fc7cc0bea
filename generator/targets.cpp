#include "generator/targets.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>

#include "core/error.h"

namespace waybill {
namespace {

// A value of each dimension as its place in the sorted list of all, and the number of nodes; 0 is any.
using Point = std::array<std::int64_t, kDimensions.size() + 1>;

class Points {
 public:
  explicit Points(const Catalogue& catalogue) {
    for (const Dimension dimension : kDimensions)
      words_.at(static_cast<std::size_t>(dimension)) = catalogue.used_values(dimension);
  }

  [[nodiscard]] Point of(const Overlay& overlay) const {
    Point point{};
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): only overlays with criteria have a point
    for (std::size_t i = 0; i < words_.size(); ++i) point.at(i) = place(i, overlay.criteria->at(i));
    point.back() = overlay.nodes;
    return point;
  }
  // Nothing when a value is one that no overlay uses.
  [[nodiscard]] std::optional<Point> of(const Criteria& criteria) const {
    Point point{};
    for (const Dimension dimension : kDimensions) {
      const auto i = static_cast<std::size_t>(dimension);
      point.at(i) = place(i, criteria.get(dimension));
      if (point.at(i) == 0 && !criteria.is_any(dimension)) return std::nullopt;
    }
    point.back() = criteria.nodes();
    return point;
  }
  [[nodiscard]] Criteria criteria(const Point& point) const {
    Criteria criteria;
    for (const Dimension dimension : kDimensions) {
      const auto i = static_cast<std::size_t>(dimension);
      if (point.at(i) != 0)
        criteria.set(dimension, words_.at(i).at(static_cast<std::size_t>(point.at(i)) - 1), words_.at(i));
    }
    criteria.set_nodes(point.back());
    return criteria;
  }

 private:
  [[nodiscard]] std::int64_t place(std::size_t dimension, const std::string& word) const {
    const std::vector<std::string>& words = words_.at(dimension);
    const auto found = std::lower_bound(words.begin(), words.end(), word);
    return found == words.end() || *found != word ? 0 : found - words.begin() + 1;
  }

  std::array<std::vector<std::string>, kDimensions.size()> words_;
};

// Both at once, or nothing where they contradict each other.
std::optional<Point> united(const Point& a, const Point& b) {
  Point point = a;
  for (std::size_t i = 0; i < point.size(); ++i) {
    if (b.at(i) == 0) continue;
    if (point.at(i) != 0 && point.at(i) != b.at(i)) return std::nullopt;
    point.at(i) = b.at(i);
  }
  return point;
}

}  // namespace

std::vector<Criteria> targets(const Catalogue& catalogue, const Criteria& wanted) {
  const Points points(catalogue);
  const std::optional<Point> filter = points.of(wanted);
  if (!filter) return {};
  std::set<Point> asked;  // each once: many overlays may ask for the same
  for (const Overlay& overlay : catalogue.overlays()) {
    if (!overlay.criteria) continue;
    const Point point = points.of(overlay);
    if (point != Point{} && united(point, *filter)) asked.insert(point);
  }
  std::set<Point> found{Point{}};
  for (const Point& point : asked) {
    std::vector<Point> more;
    for (const Point& other : found) {
      if (const std::optional<Point> both = united(other, point)) more.push_back(*both);
    }
    found.insert(more.begin(), more.end());
    if (found.size() > kMostTargets) {
      throw Error(ErrorCode::InvalidInput, fmt::format("the catalogue covers more than {} targets", kMostTargets))
          .hint("name some of the criteria");
    }
  }
  found.erase(Point{});
  std::vector<Criteria> result;
  for (const Point& point : found) {
    if (united(point, *filter) == point) result.push_back(points.criteria(point));
  }
  return result;
}

}  // namespace waybill
