#pragma once
// The epoch of a bundle: a number that whoever publishes raises with each release of a line, so that a site can tell an
// older bundle, validly signed, from a newer one. It stands among the options of bundle.json, hence in what every form
// of signature covers; a bundle has none unless it is asked for (docs/decisions/0021).
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/value.h"
#include "generator/bundle.h"

namespace waybill {

inline constexpr std::string_view kEpochOption = "epoch";
inline constexpr std::string_view kDefaultLine = "default";

struct Epoch {
  std::string line = std::string(kDefaultLine);  // which bundles follow each other
  std::uint64_t number = 0;
  bool operator==(const Epoch&) const = default;
};

// "[LINE:]NUMBER" of the command line. Throws InvalidInput.
[[nodiscard]] Epoch parse_epoch(std::string_view text);
[[nodiscard]] Value to_value(const Epoch& epoch);
[[nodiscard]] std::string to_string(const Epoch& epoch);  // "12 of the line 'default'"

// nullopt when the bundle states none. Throws InvalidInput for one that is no epoch.
[[nodiscard]] std::optional<Epoch> epoch_of(const BundleInfo& info);

// The highest number that a site has seen of each line.
using EpochMemory = std::map<std::string, std::uint64_t>;
[[nodiscard]] EpochMemory parse_epochs(std::string_view text, const std::string& file);
[[nodiscard]] std::string write_epochs(const EpochMemory& memory);

}  // namespace waybill
