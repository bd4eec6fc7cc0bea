#include "core/suggest.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

namespace waybill {
namespace {

// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours cost 1.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        current[j] = std::min(current[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, current);
  }
  return last[b.size()];
}

template <typename Words>
std::string nearest_of(std::string_view word, const Words& candidates) {
  constexpr std::size_t kLongest = 64;  // longer words are not typing errors
  std::string_view best;
  std::size_t best_distance = kLongest;
  if (word.size() > kLongest) return {};
  for (const auto& item : candidates) {
    const std::string_view candidate(item);
    if (candidate.empty() || candidate.size() > kLongest) continue;
    const std::size_t longer = std::max(word.size(), candidate.size());
    const std::size_t limit = longer < 2 ? 0 : std::max<std::size_t>(1, longer / 3);
    const std::size_t distance = edit_distance(word, candidate);
    if (distance <= limit && distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return std::string(best);
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  return nearest_of(word, candidates);
}
std::string nearest(std::string_view word, std::span<const std::string_view> candidates) {
  return nearest_of(word, candidates);
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates, std::size_t most) {
  if (candidates.empty()) return {};
  if (const std::string near = nearest(word, candidates); !near.empty()) return fmt::format("did you mean '{}'?", near);
  std::string text = candidates.size() == 1 ? "expected " : "expected one of ";
  for (std::size_t i = 0; i < candidates.size() && i < most; ++i) text += (i == 0 ? "" : ", ") + candidates[i];
  if (candidates.size() > most) text += ", …";
  return text;
}

}  // namespace waybill
