#pragma once
// The overlays of a catalogue, found by name or by query without looking at those that do not match. What an overlay
// adds may be read when somebody asks for the overlay first; reading is safe from several threads.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "generator/criteria.h"
#include "generator/overlay.h"

namespace waybill {

class OverlayIndex {
 public:
  using Complete = std::function<Overlay(const Overlay& head)>;

  OverlayIndex() = default;
  // In order of the names. With `complete`, only heads are given (name, base, criteria, nodes, location, source); it
  // gives the whole of one and is called once for each that is asked for, never twice at a time.
  explicit OverlayIndex(std::vector<Overlay> overlays, Complete complete = {});

  // Heads at least: everything but constraints, components and validation is there.
  [[nodiscard]] const std::vector<Overlay>& heads() const noexcept { return overlays_; }
  // Whole ones.
  [[nodiscard]] const std::vector<Overlay>& all() const;
  [[nodiscard]] const Overlay* find(std::string_view name) const;
  // Those that match (overlay.h), in order of their names: as many look-ups as there are ways to leave dimensions open,
  // however many overlays there are.
  [[nodiscard]] std::vector<const Overlay*> matching(const Criteria& query) const;

 private:
  struct Completion;
  const Overlay& whole(std::size_t position) const;

  // The heads never change; the rest of an element is written once, before anybody has seen it.
  mutable std::vector<Overlay> overlays_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_criteria_;
  std::shared_ptr<Completion> completion_;
};

}  // namespace waybill
