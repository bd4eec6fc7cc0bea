#include "generator/overlay_index.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

namespace waybill {
namespace {

using Words = std::array<std::string_view, kDimensions.size()>;

// What overlays are grouped by: the words that they ask for, nothing where they leave a dimension open.
std::string key_of(const Words& words, std::int64_t nodes) {
  std::string key;
  for (const std::string_view word : words) {
    key += word;
    key += '\0';  // no word of a criterion has one
  }
  return key += nodes == 0 ? std::string() : std::to_string(nodes);
}

Words words_of(const std::array<std::string, kDimensions.size()>& criteria) {
  Words words;
  std::transform(criteria.begin(), criteria.end(), words.begin(),
                 [](const std::string& word) { return word == kAny ? std::string_view() : std::string_view(word); });
  return words;
}

}  // namespace

struct OverlayIndex::Completion {
  Completion(std::size_t count, Complete function) : complete(std::move(function)), done(count, false) {}
  Complete complete;
  std::mutex mutex;
  std::vector<bool> done;
};

OverlayIndex::OverlayIndex(std::vector<Overlay> overlays, Complete complete) : overlays_(std::move(overlays)) {
  for (std::size_t i = 0; i < overlays_.size(); ++i) {
    const Overlay& overlay = overlays_[i];
    if (overlay.criteria) by_criteria_[key_of(words_of(*overlay.criteria), overlay.nodes)].push_back(i);
  }
  if (complete) completion_ = std::make_shared<Completion>(overlays_.size(), std::move(complete));
}

const Overlay& OverlayIndex::whole(std::size_t position) const {
  Overlay& overlay = overlays_[position];
  if (completion_ == nullptr) return overlay;
  const std::lock_guard lock(completion_->mutex);
  if (completion_->done[position]) return overlay;
  Overlay read = completion_->complete(overlay);
  overlay.constraints = std::move(read.constraints);
  overlay.components = std::move(read.components);
  overlay.validation = std::move(read.validation);
  completion_->done[position] = true;
  return overlay;
}

const std::vector<Overlay>& OverlayIndex::all() const {
  for (std::size_t i = 0; i < overlays_.size(); ++i) static_cast<void>(whole(i));
  return overlays_;
}

const Overlay* OverlayIndex::find(std::string_view name) const {
  const auto found =
      std::lower_bound(overlays_.begin(), overlays_.end(), name,
                       [](const Overlay& overlay, std::string_view wanted) { return overlay.name < wanted; });
  if (found == overlays_.end() || found->name != name) return nullptr;
  return &whole(static_cast<std::size_t>(found - overlays_.begin()));
}

std::vector<const Overlay*> OverlayIndex::matching(const Criteria& query) const {
  Words asked;
  std::vector<std::size_t> stated;  // what an overlay may ask for or leave open; the rest it must leave open
  for (const Dimension dimension : kDimensions) {
    const auto at = static_cast<std::size_t>(dimension);
    if (query.is_any(dimension)) continue;
    asked.at(at) = query.get(dimension);
    stated.push_back(at);
  }
  std::vector<std::size_t> found;
  const auto look_up = [&](const Words& words, std::int64_t nodes) {
    const auto group = by_criteria_.find(key_of(words, nodes));
    if (group != by_criteria_.end()) found.insert(found.end(), group->second.begin(), group->second.end());
  };
  for (std::size_t choice = 0; choice < std::size_t{1} << stated.size(); ++choice) {
    Words words;
    for (std::size_t i = 0; i < stated.size(); ++i) {
      if ((choice >> i & 1U) != 0) words.at(stated[i]) = asked.at(stated[i]);
    }
    look_up(words, 0);
    if (query.nodes() != 0) look_up(words, query.nodes());
  }
  std::sort(found.begin(), found.end());
  std::vector<const Overlay*> result;
  result.reserve(found.size());
  for (const std::size_t position : found) result.push_back(&whole(position));
  return result;
}

}  // namespace waybill
